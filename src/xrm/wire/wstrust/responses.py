"""RequestSecurityTokenResponse, written as AD FS does and read as anybody may write it.

Clients take the text apart by place and prefix: `trust:` or `t:`, `o:`, no blanks between
elements, and the assertion's id as the first key identifier of all.
"""

from base64 import b64encode
from dataclasses import dataclass, field

from lxml import etree

from xrm.wire.wssecurity.errors import TokenError
from xrm.wire.wssecurity.names import REFERENCE
from xrm.wire.wssecurity.references import TokenReference, read_reference, write_reference
from xrm.wire.wstrust import members
from xrm.wire.wstrust.errors import TrustError
from xrm.wire.wstrust.keys import KeyMaterial
from xrm.wire.wstrust.members import Lifetime
from xrm.wire.wstrust.versions import OPERATIONS, VERSIONS, KeyKind, Operation, TrustVersion
from xrm.wire.xml import escape, quote

_NAMES = (
    *("TokenType", "RequestType", "KeyType", "KeySize", "Lifetime", "Entropy", "Status"),
    *("RequestedSecurityToken", "RequestedProofToken", "RequestedAttachedReference"),
    *("RequestedUnattachedReference", "RequestedTokenCancelled"),
)


@dataclass(frozen=True, slots=True)
class Status:
    """What was found of a token: a URI, and why in words."""

    code: str
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class IssuedTokenResponse:
    """What was issued, or found, or cancelled. Nobody changes it; not frozen, as a Request.

    `token` is as received, never touched; `markup` is the text of one that is written.
    `encrypted_proof` is a proof key that came encrypted.
    """

    version: TrustVersion
    operation: Operation = "issue"
    context: str | None = None
    lifetime: Lifetime | None = None
    applies_to: str | None = None
    token: etree._Element | None = None
    markup: str = ""
    material: KeyMaterial = field(default_factory=KeyMaterial)
    encrypted_proof: etree._Element | None = None
    attached: TokenReference | None = None
    unattached: TokenReference | None = None
    token_type: str | None = None
    key: KeyKind | None = None
    key_size: int | None = None
    status: Status | None = None
    cancelled: bool = False


def write_response(response: IssuedTokenResponse) -> str:
    """Return the body of a response: in a collection if its version has them."""
    version, prefix = response.version, response.version.prefix
    name = f"{prefix}:RequestSecurityTokenResponse"
    space = f' xmlns:{prefix}="{version.namespace}"'
    context = f' Context="{quote(response.context)}"' if response.context is not None else ""
    inner = "".join(_parts(response))
    if not version.collection:
        return f"<{name}{context}{space}>{inner}</{name}>"
    return f"<{name}Collection{space}><{name}{context}>{inner}</{name}></{name}Collection>"


def _parts(response: IssuedTokenResponse) -> list[str]:
    version, prefix = response.version, response.version.prefix
    material, parts = response.material, []
    if material.entropy is not None:
        parts.append(_in(prefix, "Entropy", _secret(prefix, material.entropy, version.nonce)))
    if response.key_size is not None:
        parts.append(_in(prefix, "KeySize", str(response.key_size)))
    if response.lifetime is not None:
        parts.append(members.write_lifetime(response.lifetime, prefix))
    if response.applies_to is not None:
        parts.append(members.write_applies_to(response.applies_to))
    if response.markup:
        parts.append(_in(prefix, "RequestedSecurityToken", response.markup))
    parts.extend(_proof(prefix, material))
    reference = ""
    if response.attached is not None:
        reference = write_reference(response.attached)
        parts.append(_in(prefix, "RequestedAttachedReference", reference))
    if response.unattached is not None:
        if response.unattached is not response.attached:
            reference = write_reference(response.unattached)
        parts.append(_in(prefix, "RequestedUnattachedReference", reference))
    parts.extend(_closing(response))
    return parts


def _closing(response: IssuedTokenResponse) -> list[str]:
    version, prefix, parts = response.version, response.version.prefix, []
    if response.token_type is not None:
        parts.append(_in(prefix, "TokenType", escape(response.token_type)))
    parts.append(_in(prefix, "RequestType", version.request_type(response.operation)))
    if response.key is not None:
        parts.append(_in(prefix, "KeyType", version.key_type(response.key)))
    if response.status is not None:
        parts.append(_status(prefix, response.status))
    if response.cancelled:
        parts.append(f"<{prefix}:RequestedTokenCancelled/>")
    return parts


def _proof(prefix: str, material: KeyMaterial) -> list[str]:
    if material.proof is not None:
        return [_in(prefix, "RequestedProofToken", _secret(prefix, material.proof))]
    if material.computed is not None:
        computed = _in(prefix, "ComputedKey", escape(material.computed))
        return [_in(prefix, "RequestedProofToken", computed)]
    return []


def _secret(prefix: str, data: bytes, kind: str = "") -> str:
    encoded = b64encode(data).decode("ascii")
    stated = f' Type="{kind}"' if kind else ""
    return f"<{prefix}:BinarySecret{stated}>{encoded}</{prefix}:BinarySecret>"


def _status(prefix: str, status: Status) -> str:
    reason = _in(prefix, "Reason", escape(status.reason)) if status.reason else ""
    return _in(prefix, "Status", _in(prefix, "Code", escape(status.code)) + reason)


def _in(prefix: str, name: str, inner: str) -> str:
    return f"<{prefix}:{name}>{inner}</{prefix}:{name}>"


def read_response(element: etree._Element | None) -> IssuedTokenResponse:
    """Read the child of a Body: one response, alone or in a collection. Raises TrustError."""
    name = None if element is None else etree.QName(element)
    version = None if name is None else VERSIONS.get(name.namespace or "")
    if element is None or name is None or version is None:
        raise TrustError("The body holds no response of a token service.")
    single = f"{{{version.namespace}}}RequestSecurityTokenResponse"
    if name.text == f"{single}Collection":
        found = element.findall(single)
        if len(found) != 1:
            raise TrustError("The collection does not hold one response.")
        element = found[0]
    if element.tag != single:
        raise TrustError("The body holds no response of a token service.")
    return _response(element, version)


def _response(element: etree._Element, version: TrustVersion) -> IssuedTokenResponse:
    found = members.named(element, [f"{{{version.namespace}}}{name}" for name in _NAMES])
    proof = found.get("RequestedProofToken")
    return IssuedTokenResponse(
        version=version,
        operation=_operation(members.text(found.get("RequestType")), version),
        context=element.get("Context"),
        lifetime=members.lifetime(found.get("Lifetime")),
        applies_to=members.applies_to(element),
        token=members.only(found.get("RequestedSecurityToken")),
        material=_material(proof, found.get("Entropy"), version),
        encrypted_proof=None if proof is None else proof.find("{*}EncryptedKey"),
        attached=_reference(found.get("RequestedAttachedReference")),
        unattached=_reference(found.get("RequestedUnattachedReference")),
        token_type=members.text(found.get("TokenType")),
        key=members.key_kind(members.text(found.get("KeyType"))),
        key_size=members.key_size(members.text(found.get("KeySize"))),
        status=_read_status(found.get("Status"), version),
        cancelled="RequestedTokenCancelled" in found,
    )


def _operation(uri: str | None, version: TrustVersion) -> Operation:
    """Return the operation; a response that does not say is one of the usual kind."""
    found = (name for name in OPERATIONS if version.request_type(name) == uri)
    return next(found, "issue")


def _material(
    proof: etree._Element | None, entropy: etree._Element | None, version: TrustVersion
) -> KeyMaterial:
    child = members.only(proof)
    secret = computed = None
    if child is not None and child.tag == f"{{{version.namespace}}}ComputedKey":
        computed = members.text(child)
    elif child is not None and child.tag == f"{{{version.namespace}}}BinarySecret":
        secret = members.secret(proof, version)
    return KeyMaterial(secret, computed, members.secret(entropy, version))


def _reference(element: etree._Element | None) -> TokenReference | None:
    child = members.only(element)
    if child is None or child.tag != REFERENCE:
        return None
    try:
        return read_reference(child)
    except TokenError as error:
        raise TrustError(str(error)) from None


def _read_status(element: etree._Element | None, version: TrustVersion) -> Status | None:
    if element is None:
        return None
    code = members.text(element.find(f"{{{version.namespace}}}Code"))
    reason = members.text(element.find(f"{{{version.namespace}}}Reason"))
    if code is None:
        raise TrustError("The status has no code.")
    return Status(code, reason or "")
