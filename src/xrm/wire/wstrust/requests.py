"""RequestSecurityToken: its members, and how they are read (WS-Trust 1.3 3.1, 4.1, 5 to 9)."""

from collections.abc import Collection, Mapping
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

IDENTITY = "http://schemas.xmlsoap.org/ws/2005/05/identity"
TARGETS: Mapping[Operation, str] = {
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
    *TARGETS.values(),
    *_ALGORITHMS.values(),
)
_READ = {
    row.name: frozenset({f"{{{row.namespace}}}{name}" for name in _NAMES} | {f"{{{ACT_AS}}}ActAs"})
    for row in VERSIONS.values()
}
_TOLERATED = {
    row.name: frozenset(
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
_OPERATIONS: Mapping[str, Mapping[str | None, Operation]] = {
    row.name: {row.request_type(operation): operation for operation in OPERATIONS}
    for row in VERSIONS.values()
}
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


@dataclass(slots=True, kw_only=True)
class RequestSecurityToken:
    """What is asked for. Nobody changes it; not frozen, as a Request: it has many members.

    Algorithms and types are URIs as they were sent, None for none said.

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


def read_request(
    element: etree._Element | None, *, others: Collection[str] = ()
) -> RequestSecurityToken:
    """Read the child of a Body. Raises TrustError for what is no request, or contradicts itself.

    A member that AD FS does not know is refused, as it does, unless its Clark name is one of
    `others`: these are not read.
    """
    version = None if element is None else VERSIONS.get(etree.QName(element).namespace or "")
    if element is None or version is None or _local(element) != "RequestSecurityToken":
        raise TrustError("The body holds no request for a security token.")
    tolerated = _TOLERATED[version.name]
    tolerated = tolerated.union(others) if others else tolerated
    found = members.named(element, _READ[version.name], others=tolerated)
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
    operation = _OPERATIONS[version.name].get(uri)
    if operation is None:
        raise TrustError("The request type is missing or not known.")
    return operation


def _wanted(found: dict[str, etree._Element], version: TrustVersion) -> dict[str, Any]:
    """Return what is said of the token, by the client or, where it is silent, by the service."""
    wanted = _parameters(found)
    inner = found.get("SecondaryParameters")
    if inner is None:
        return wanted
    second = _parameters(members.named(inner, _READ[version.name]))
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
    present = [name for name in TARGETS.values() if name in found]
    wanted = TARGETS.get(operation)
    if present != ([wanted] if wanted else []):
        raise TrustError("The request does not name the token it is about, or names one in vain.")
    return members.only(found[wanted]) if wanted else None
