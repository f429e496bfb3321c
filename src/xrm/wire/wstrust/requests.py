"""RequestSecurityToken, read and written (WS-Trust 1.3 3.1, 4.1, 5 to 7 and 9)."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from xrm.wire.wstrust import members
from xrm.wire.wstrust.errors import TrustError
from xrm.wire.wstrust.members import Lifetime
from xrm.wire.wstrust.versions import (
    ACT_AS,
    APPLIES_TO,
    OPERATIONS,
    VERSIONS,
    KeyKind,
    Operation,
    TrustVersion,
)
from xrm.wire.xml import escape, quote

IDENTITY = "http://schemas.xmlsoap.org/ws/2005/05/identity"
_TARGETS: Mapping[Operation, str] = {
    "renew": "RenewTarget",
    "validate": "ValidateTarget",
    "cancel": "CancelTarget",
}
_ALGORITHMS = {
    "encrypt_with": "EncryptWith",
    "sign_with": "SignWith",
    "signature_algorithm": "SignatureAlgorithm",
    "encryption_algorithm": "EncryptionAlgorithm",
    "canonicalization": "CanonicalizationAlgorithm",
    "key_wrap": "KeyWrapAlgorithm",
    "computed_key": "ComputedKeyAlgorithm",
}
_NAMES = (
    *("RequestType", "TokenType", "KeyType", "KeySize", "Entropy", "Claims", "Lifetime"),
    *("OnBehalfOf", "Renewing", "UseKey", "SecondaryParameters"),
    *_TARGETS.values(),
    *_ALGORITHMS.values(),
)
_READ = {
    row: frozenset({f"{{{row.namespace}}}{name}" for name in _NAMES} | {f"{{{ACT_AS}}}ActAs"})
    for row in VERSIONS.values()
}
_TOLERATED = {
    row: frozenset(
        f"{{{row.namespace}}}{name}"
        for name in (
            *("Issuer", "ProofEncryption", "Encryption", "DelegateTo", "BinaryExchange"),
            *("AuthenticationType", "Forwardable", "Delegatable", "AllowPostdating"),
            "Participants",
        )
    )
    | {
        APPLIES_TO,
        f"{{{IDENTITY}}}RequestDisplayToken",
        f"{{{IDENTITY}}}InformationCardReference",
        f"{{{IDENTITY}}}ClientPseudonym",
        "{http://docs.oasis-open.org/wsfed/authorization/200706}AdditionalContext",
    }
    for row in VERSIONS.values()
}
"""Members that AD FS knows and that change nothing of what is issued here."""
_MOST_CLAIMS = 100
_LONGEST_CONTEXT = 1024
_LONGEST_URI = 2048
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class WantedClaim:
    """A type of claim that is asked for, a URI."""

    type: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Renewing:
    """Whether a token may be renewed, and also after it has expired."""

    allowed: bool = True
    expired: bool = False


@dataclass(frozen=True, slots=True)
class UseKey:
    """The public key a token is to be for: what names it, and the id of what it signed."""

    element: etree._Element
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSecurityToken:
    """What is asked for. Algorithms and types are URIs as they were sent, None for none said.

    `key` is None if nobody said: it is symmetric then. What only the secondary parameters say
    is here as well; `secondary` names those members. `target` is the token to be renewed,
    validated or cancelled, or a reference to it.
    """

    version: TrustVersion
    operation: Operation = "issue"
    context: str | None = None
    applies_to: str | None = None
    token_type: str | None = None
    key: KeyKind | None = None
    key_size: int | None = None
    entropy: bytes | None = field(default=None, repr=False)
    computed_key: str | None = None
    claims: tuple[WantedClaim, ...] = ()
    claims_dialect: str | None = None
    lifetime: Lifetime | None = None
    encrypt_with: str | None = None
    sign_with: str | None = None
    signature_algorithm: str | None = None
    encryption_algorithm: str | None = None
    canonicalization: str | None = None
    key_wrap: str | None = None
    on_behalf_of: etree._Element | None = None
    act_as: etree._Element | None = None
    renewing: Renewing | None = None
    use_key: UseKey | None = None
    target: etree._Element | None = None
    secondary: frozenset[str] = frozenset()


def read_request(element: etree._Element | None) -> RequestSecurityToken:
    """Read the child of a Body. Raises TrustError for what is no request, or contradicts itself.

    A member that AD FS does not know is refused, as it does.
    """
    version = None if element is None else VERSIONS.get(etree.QName(element).namespace or "")
    if element is None or version is None or _local(element) != "RequestSecurityToken":
        raise TrustError("The body holds no request for a security token.")
    found = members.named(element, _READ[version], others=_TOLERATED[version])
    operation = _operation(members.text(found.get("RequestType")), version)
    context = element.get("Context")
    if context is not None and len(context) > _LONGEST_CONTEXT:
        raise TrustError("The context is too long.")
    return RequestSecurityToken(
        version=version,
        operation=operation,
        context=context,
        applies_to=members.applies_to(element),
        entropy=members.secret(found.get("Entropy"), version),
        lifetime=members.lifetime(found.get("Lifetime")),
        on_behalf_of=members.only(found.get("OnBehalfOf")),
        act_as=members.only(found.get("ActAs")),
        renewing=_renewing(found.get("Renewing")),
        use_key=_use_key(found.get("UseKey")),
        target=_target(found, operation),
        **_wanted(found, version),
    )


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _operation(uri: str | None, version: TrustVersion) -> Operation:
    for operation in OPERATIONS:
        if uri == version.request_type(operation):
            return operation
    raise TrustError("The request type is missing or not known.")


def _wanted(found: dict[str, etree._Element], version: TrustVersion) -> dict[str, Any]:
    """Return what is said of the token, by the client or, where it is silent, by the service."""
    wanted = _parameters(found)
    inner = found.get("SecondaryParameters")
    if inner is None:
        return wanted
    second = _parameters(members.named(inner, _READ[version]))
    added = {name: value for name, value in second.items() if value and not wanted[name]}
    return {**wanted, **added, "secondary": frozenset(added)}


def _parameters(found: dict[str, etree._Element]) -> dict[str, Any]:
    claims, dialect = _claims(found.get("Claims"))
    return {
        "token_type": members.text(found.get("TokenType")),
        "key": members.key_kind(members.text(found.get("KeyType"))),
        "key_size": members.key_size(members.text(found.get("KeySize"))),
        "claims": claims,
        "claims_dialect": dialect,
        **{name: members.text(found.get(tag)) for name, tag in _ALGORITHMS.items()},
    }


def _claims(element: etree._Element | None) -> tuple[tuple[WantedClaim, ...], str | None]:
    if element is None:
        return (), None
    if len(element) > _MOST_CLAIMS:
        raise TrustError("Too many claims are asked for.")
    return tuple(_claim(child) for child in element), element.get("Dialect")


def _claim(element: etree._Element) -> WantedClaim:
    uri = element.get("Uri", "")
    if _local(element) != "ClaimType" or not uri or len(uri) > _LONGEST_URI:
        raise TrustError("A claim that is asked for has no type.")
    return WantedClaim(uri, _boolean(element.get("Optional", "false")))


def _renewing(element: etree._Element | None) -> Renewing | None:
    if element is None:
        return None
    return Renewing(_boolean(element.get("Allow", "true")), _boolean(element.get("OK", "false")))


def _boolean(text: str) -> bool:
    known = _BOOLEANS.get(text.strip())
    if known is None:
        raise TrustError("An attribute is neither true nor false.")
    return known


def _use_key(element: etree._Element | None) -> UseKey | None:
    child = members.only(element)
    if element is None or child is None:
        return None
    return UseKey(child, element.get("Sig", "").removeprefix("#"))


def _target(found: dict[str, etree._Element], operation: Operation) -> etree._Element | None:
    present = [name for name in _TARGETS.values() if name in found]
    wanted = _TARGETS.get(operation)
    if present != ([wanted] if wanted else []):
        raise TrustError("The request does not name the token it is about, or names one in vain.")
    return members.only(found[wanted]) if wanted else None


def write_request(request: RequestSecurityToken) -> str:
    """Return the body of a request, members in the order .NET writes them."""
    version, prefix = request.version, request.version.prefix
    context = f' Context="{quote(request.context)}"' if request.context is not None else ""
    parts = [_simple(prefix, "TokenType", request.token_type)]
    parts.append(_simple(prefix, "RequestType", version.request_type(request.operation)))
    if request.applies_to is not None:
        parts.append(members.write_applies_to(request.applies_to))
    if request.claims:
        parts.append(_written_claims(request))
    if request.entropy is not None:
        encoded = b64encode(request.entropy).decode("ascii")
        parts.append(
            f'<{prefix}:Entropy><{prefix}:BinarySecret Type="{version.nonce}">'
            f"{encoded}</{prefix}:BinarySecret></{prefix}:Entropy>"
        )
    if request.key is not None:
        parts.append(_simple(prefix, "KeyType", version.key_type(request.key)))
    if request.key_size is not None:
        parts.append(_simple(prefix, "KeySize", str(request.key_size)))
    parts.extend(_simple(prefix, tag, getattr(request, name)) for name, tag in _ALGORITHMS.items())
    if request.lifetime is not None:
        parts.append(members.write_lifetime(request.lifetime, prefix))
    parts.extend(_tokens(request))
    name = f"{prefix}:RequestSecurityToken"
    return f'<{name}{context} xmlns:{prefix}="{version.namespace}">{"".join(parts)}</{name}>'


def _simple(prefix: str, name: str, value: str | None) -> str:
    return "" if value is None else f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>"


def _written_claims(request: RequestSecurityToken) -> str:
    prefix = request.version.prefix
    types = "".join(
        f'<i:ClaimType Uri="{quote(claim.type)}" Optional="{str(claim.optional).lower()}"/>'
        for claim in request.claims
    )
    dialect = quote(request.claims_dialect or IDENTITY)
    return f'<{prefix}:Claims Dialect="{dialect}" xmlns:i="{IDENTITY}">{types}</{prefix}:Claims>'


def _tokens(request: RequestSecurityToken) -> list[str]:
    prefix, parts = request.version.prefix, []
    if request.on_behalf_of is not None:
        parts.append(_around(f"{prefix}:OnBehalfOf", request.on_behalf_of))
    if request.act_as is not None:
        token = members.markup(request.act_as)
        parts.append(f'<tr:ActAs xmlns:tr="{ACT_AS}">{token}</tr:ActAs>')
    if request.renewing is not None:
        allowed, expired = (
            str(flag).lower() for flag in (request.renewing.allowed, request.renewing.expired)
        )
        parts.append(f'<{prefix}:Renewing Allow="{allowed}" OK="{expired}"/>')
    if request.use_key is not None:
        sign = f' Sig="#{quote(request.use_key.signature)}"' if request.use_key.signature else ""
        key = members.markup(request.use_key.element)
        parts.append(f"<{prefix}:UseKey{sign}>{key}</{prefix}:UseKey>")
    if request.target is not None:
        parts.append(_around(f"{prefix}:{_TARGETS[request.operation]}", request.target))
    return parts


def _around(name: str, element: etree._Element) -> str:
    return f"<{name}>{members.markup(element)}</{name}>"
