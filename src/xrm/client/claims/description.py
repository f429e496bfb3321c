"""What a service and its token service say of themselves: flows that read WSDL and mex.

A description is what the network says. A token service that it names is believed like an
authority of a challenge: over https, and only where the caller trusts the host.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from xrm.client.discovery import trusted
from xrm.client.errors import (
    ConfigurationError,
    SecurityNegotiationError,
    UnexpectedAnswerError,
    UntrustedAuthorityError,
)
from xrm.client.flow import MEBIBYTE, Answer, Flow, HttpRequest
from xrm.client.origin import Origin, Service, split
from xrm.client.retry import Sender
from xrm.client.soap.doors import ROOT
from xrm.wire.soap.wsdl.reading import Described, Policy, Port, imports, read_description
from xrm.wire.wstrust import mex
from xrm.wire.xml import XmlError, parse

SDK_VERSION = "9.2"
_MOST_DOCUMENTS = 8
_LARGEST = 16 * MEBIBYTE


class AuthenticationProviderType(Enum):
    """How a service signs people in (AuthenticationProviderType)."""

    NONE = "None"
    ACTIVE_DIRECTORY = "ActiveDirectory"
    FEDERATION = "Federation"
    LIVE_ID = "LiveId"
    ONLINE_FEDERATION = "OnlineFederation"


class TokenServiceCredentialType(Enum):
    """What an endpoint of a token service takes (TokenServiceCredentialType)."""

    USERNAME = "Username"
    WINDOWS = "Windows"
    KERBEROS = "Kerberos"
    CERTIFICATE = "Certificate"
    SYMMETRIC_TOKEN = "SymmetricToken"  # noqa: S105 - a kind
    ASYMMETRIC_TOKEN = "AsymmetricToken"  # noqa: S105 - a kind


_KINDS: Mapping[str, TokenServiceCredentialType] = {
    "username": TokenServiceCredentialType.USERNAME,
    "windows": TokenServiceCredentialType.WINDOWS,
    "kerberos": TokenServiceCredentialType.KERBEROS,
    "certificate": TokenServiceCredentialType.CERTIFICATE,
    "issued-symmetric": TokenServiceCredentialType.SYMMETRIC_TOKEN,
    "issued-asymmetric": TokenServiceCredentialType.ASYMMETRIC_TOKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerEndpoint:
    """One endpoint of a token service (IssuerEndpoint). `trust_version` is `1.3` or `2005`."""

    credential_type: TokenServiceCredentialType
    issuer_address: str
    trust_version: str
    issuer_metadata_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDescription:
    """What a service says of itself.

    `identifier` names its token service, `metadata` is the address of that one's description;
    `policies` are all ways to sign in that it names, `ports` its endpoints. `issuer_endpoints`
    are what the token service offers, none before `issuers` has asked.
    """

    address: str
    authentication_type: AuthenticationProviderType
    identifier: str = ""
    metadata: str = ""
    policies: tuple[Policy, ...] = ()
    ports: tuple[Port, ...] = ()
    issuer_endpoints: tuple[IssuerEndpoint, ...] = ()


def describe(service: Service, file: str, sender: Sender) -> Flow[ServiceDescription]:
    """Read the description of a service by its file name: its WSDL with what that imports.

    Raises UnexpectedAnswerError, TransportError.
    """
    address = f"{service.url}/{ROOT}{file}"
    first = f"{address}?wsdl&sdkversion={SDK_VERSION}"
    waiting, seen, documents = [first], {first}, list[etree._Element]()
    while waiting and len(documents) < _MOST_DOCUMENTS:
        document = yield from _read(waiting.pop(0), sender)
        documents.append(document)
        for each in imports(document):
            if each not in seen and _is_of(each, service.origin):
                seen.add(each)
                waiting.append(each)
    return _description(address, read_description(documents))


def issuers(
    metadata: str, near: Origin, trust: frozenset[str], sender: Sender
) -> Flow[tuple[IssuerEndpoint, ...]]:
    """Read the endpoints of a token service from its description (WS-MetadataExchange).

    `near` is the origin of who named it. Endpoints elsewhere than the description are left out.
    Raises UntrustedAuthorityError, UnexpectedAnswerError, TransportError.
    """
    origin = believed(metadata, near, trust)
    answer = yield from sender.send(HttpRequest("GET", metadata, limit=_LARGEST))
    try:
        found = mex.read(_body(answer, metadata))
    except ValueError as error:
        raise _unexpected(metadata, answer, error) from None
    return tuple(
        IssuerEndpoint(
            credential_type=_KINDS[each.credential],
            issuer_address=each.address,
            trust_version=each.version.name,
            issuer_metadata_address=metadata,
        )
        for each in found
        if each.credential in _KINDS and _is_of(each.address, origin)
    )


def believed(address: str, near: Origin, trust: frozenset[str]) -> Origin:
    """Return the origin of a token service, if it may be sent a password.

    Raises UntrustedAuthorityError.
    """
    try:
        origin, _ = split(address)
    except ConfigurationError:
        raise UntrustedAuthorityError(
            f"{near.url} names a token service that cannot be used",
            next_step="Check the organization's address.",
        ) from None
    if not trusted(origin, near, trust) and origin != near:
        raise UntrustedAuthorityError(
            f"{near.url} asks to sign in at {origin.url}, which is not trusted",
            next_step=f"If that is right, pass trust=[{origin.netloc!r}].",
        )
    if origin.scheme != "https":
        raise UntrustedAuthorityError(f"the token service {origin.url} is not reached by https")
    return origin


def _description(address: str, found: Described) -> ServiceDescription:
    policies = found.policies
    # Where a service names several, later clients take the one for all of its people.
    order = ("OnlineFederation", "Federation", "LiveId", "ActiveDirectory")
    chosen = min(policies, key=lambda each: order.index(each.kind), default=None)
    kind = AuthenticationProviderType("None" if chosen is None else chosen.kind)
    return ServiceDescription(
        address=address,
        authentication_type=kind,
        identifier="" if chosen is None else chosen.identifier,
        metadata=found.metadata,
        policies=policies,
        ports=found.ports,
    )


def _read(address: str, sender: Sender) -> Flow[etree._Element]:
    answer = yield from sender.send(HttpRequest("GET", address, limit=_LARGEST))
    try:
        return parse(_body(answer, address))
    except XmlError as error:
        raise _unexpected(address, answer, error) from None


def _body(answer: Answer, address: str) -> bytes:
    if answer.status != 200:
        raise SecurityNegotiationError(
            f"{address.partition('?')[0]} does not describe itself",
            status=answer.status,
            next_step="Check the address.",
        )
    return answer.body


def _unexpected(address: str, answer: Answer, error: Exception) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"the description at {address.partition('?')[0]} cannot be read: {error}",
        status=answer.status,
        next_step="Check the address, and any proxy in between.",
    )


def _is_of(address: str, origin: Origin) -> bool:
    try:
        return split(address)[0] == origin
    except ConfigurationError:
        return False
