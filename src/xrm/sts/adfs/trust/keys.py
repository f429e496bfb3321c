"""What the holder of a token is to prove: a key of both sides' making, a public one, or nothing."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from xrm.sts.adfs.trust.asked import Asked, Refused
from xrm.wire.saml import SamlError
from xrm.wire.saml.parts import held_key
from xrm.wire.wssecurity.names import DSIG
from xrm.wire.wstrust import VERSIONS, KeyMaterial, TrustError, offer, proof_key
from xrm.wire.wstrust.keys import KEY_SIZE
from xrm.wire.wstrust.versions import KeyKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_COMPUTED = frozenset(row.psha1 for row in VERSIONS.values())
_KEY_INFO = f"{{{DSIG}}}KeyInfo"
_FEWEST_BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """A key: what the token is told, and what the client is. `bits` are told where both made it."""

    kind: KeyKind
    proof: "bytes | RSAPublicKey | None" = field(default=None, repr=False)
    material: KeyMaterial = field(default_factory=KeyMaterial)
    bits: int | None = None


def agreed(asked: Asked) -> Key:
    """Return the key of the token that is asked for; nobody's word for it makes it symmetric.

    Raises Refused.
    """
    kind = asked.request.key or "symmetric"
    if kind == "bearer":
        return Key(kind)
    return Key(kind, _public(asked)) if kind == "public" else _symmetric(asked)


def _symmetric(asked: Asked) -> Key:
    request = asked.request
    if request.computed_key is not None and request.computed_key not in _COMPUTED:
        raise Refused("request failed", "the algorithm of the key is not supported")
    bits = request.key_size or KEY_SIZE
    psha1 = request.version.psha1
    try:
        material = offer(request.entropy, psha1=psha1, bits=bits, random=secrets.token_bytes)
        proof = proof_key(request.entropy, material, bits=bits)
    except TrustError as error:
        raise Refused("invalid request", str(error)) from error
    return Key("symmetric", proof, material, bits if material.computed else None)


def _public(asked: Asked) -> "RSAPublicKey":
    """Return the public key a token is to be for; that the private one is there was proven."""
    wanted = asked.request.use_key
    if wanted is None:
        if asked.caller.key is None:
            raise Refused("invalid request", "no key is named that a token could be for")
        return asked.caller.key
    try:
        _, key = held_key(_key_info(wanted.element), None)
    except SamlError as error:
        raise Refused("invalid request", str(error)) from error
    if key is None or key.key_size < _FEWEST_BITS:
        raise Refused("invalid request", "the key is too short")
    if asked.message.signed(key) is None:
        raise Refused("invalid request", "nobody has proven to have the key")
    return key


def _key_info(element: etree._Element) -> etree._Element:
    """Return the KeyInfo that names a key; a KeyValue may stand for itself."""
    if element.tag == _KEY_INFO:
        return element
    info = etree.Element(_KEY_INFO)
    info.append(etree.fromstring(etree.tostring(element, with_tail=False)))
    return info
