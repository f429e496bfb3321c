"""Proof keys: whose entropy they are made of (WS-Trust 1.3 4.4.4 and 6, P_SHA1 of RFC 2246 5)."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from xrm.wire.wstrust.errors import TrustError
from xrm.wire.wstrust.versions import VERSIONS

Mode = Literal["client", "server", "combined"]
"""Whose entropy a key is of."""

KEY_SIZE = 256
"""Bits of a symmetric key nobody has stated a size of."""
KEY_SIZES = range(128, 1025, 8)
"""Sizes of symmetric keys that are taken, in bits."""
_COMPUTED = frozenset(row.psha1 for row in VERSIONS.values())


def p_sha1(secret: bytes, seed: bytes, bits: int) -> bytes:
    """Return so many bits of P_SHA1, a multiple of 8: the label is empty."""
    made, link = b"", seed
    while len(made) * 8 < bits:
        link = hmac.digest(secret, link, hashlib.sha1)
        made += hmac.digest(secret, link + seed, hashlib.sha1)
    return made[: bits // 8]


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """What a response says of the key.

    `proof` is the key itself, `computed` the algorithm (a URI) that makes it of the client's
    entropy and of `entropy`, the server's. All absent: the client's entropy is the key.
    """

    proof: bytes | None = field(default=None, repr=False)
    computed: str | None = None
    entropy: bytes | None = field(default=None, repr=False)


def proof_key(
    client: bytes | None,
    material: KeyMaterial,
    *,
    bits: int = KEY_SIZE,
    mode: Mode | None = None,
) -> bytes:
    """Return the proof key that follows from the client's entropy and a response.

    `bits` is the size the response states, else the request. `mode` is the only one taken, if
    it is given. Raises TrustError for a response whose parts contradict each other, or the
    request.
    """
    if bits not in KEY_SIZES:
        raise TrustError("The key size is not supported.")
    found = _mode(client, material)
    if mode is not None and found != mode:
        raise TrustError(f"The key is of {found} entropy where {mode} entropy was asked for.")
    if material.proof is not None:
        return material.proof
    if client is None or found == "client":
        return client or b""
    return p_sha1(client, material.entropy or b"", bits)


def _mode(client: bytes | None, material: KeyMaterial) -> Mode:
    if material.proof is not None:
        if material.computed is not None or material.entropy is not None:
            raise TrustError("The response gives a key, and how to make one.")
        if not material.proof:
            raise TrustError("The key is empty.")
        return "server"
    if not client:
        raise TrustError("There is no key: neither side has given entropy for one.")
    if material.computed is None:
        if material.entropy is not None:
            raise TrustError("The response has entropy, and does not say what for.")
        return "client"
    if material.computed not in _COMPUTED:
        raise TrustError("The algorithm of the key is not known.")
    if not material.entropy:
        raise TrustError("The key is to be computed, and the response has no entropy.")
    return "combined"


def offer(
    client: bytes | None, *, psha1: str, bits: int, random: Callable[[int], bytes]
) -> KeyMaterial:
    """Return what a token service answers: a key of its own, or its half of one with the client's.

    `psha1` is the version's URI of the algorithm; `random` gives so many random bytes. Raises
    TrustError for a size, in bits, that keys are not made of.
    """
    if bits not in KEY_SIZES:
        raise TrustError("The key size is not supported.")
    if not client:
        return KeyMaterial(proof=random(bits // 8))
    return KeyMaterial(computed=psha1, entropy=random(bits // 8))
