"""A service's description as a client reads it: how people sign in, where, and the endpoints.

Read are documents as services of every version publish them: the policy may stand in any of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from lxml import etree

from xrm.wire.soap.contract import SERVICES
from xrm.wire.soap.wsdl.deployments import SERVICES_2012
from xrm.wire.soap.wsdl.parts import IDENTITY, SOAP_1_1, SOAP_1_2, WSDL
from xrm.wire.soap.wsdl.policies import SP, WSA, WSX

_KINDS = ("ActiveDirectory", "Federation", "LiveId", "OnlineFederation")
_SUPPORTING = ("EndorsingSupportingTokens", "SignedSupportingTokens")
_METADATA = "/".join(
    (
        f"{{{WSA}}}Metadata",
        f"{{{WSX}}}Metadata",
        f"{{{WSX}}}MetadataSection",
        f"{{{WSX}}}MetadataReference",
        f"{{{WSA}}}Address",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One way to sign in that a service describes; `trust` are the further members it names."""

    kind: str
    identifier: str = ""
    trust: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An endpoint: its address, and the account of Windows that its service runs as."""

    name: str
    address: str
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the documents of a service say. `metadata` describes its token service (mex)."""

    policies: tuple[Policy, ...]
    ports: tuple[Port, ...]
    metadata: str = ""


def imports(document: etree._Element) -> Iterator[str]:
    """Yield the addresses of the WSDL documents that one imports, as they stand there."""
    for found in document.iterfind(f"{{{WSDL}}}import"):
        location = found.get("location")
        if location:
            yield location


def read_description(documents: Iterable[etree._Element]) -> Described:
    """Return what documents say together. What no client knows is passed over."""
    policies: dict[tuple[str, str], Policy] = {}
    ports: dict[str, Port] = {}
    metadata = ""
    for document in documents:
        for policy in _policies(document):
            policies.setdefault((policy.kind, policy.identifier), policy)
        for port in _ports(document):
            ports.setdefault(port.name, port)
        metadata = metadata or _metadata(document)
    return Described(
        policies=tuple(policies.values()), ports=tuple(ports.values()), metadata=metadata
    )


def _policies(document: etree._Element) -> Iterator[Policy]:
    for namespace in (SERVICES, SERVICES_2012):
        for found in document.iter(f"{{{namespace}}}AuthenticationPolicy"):
            kind = _text(found.find(f"{{{namespace}}}Authentication"))
            service = found.find(f"{{{namespace}}}SecureTokenService")
            if kind not in _KINDS:
                continue
            name = None if service is None else service.find(f"{{{namespace}}}Identifier")
            yield Policy(kind=kind, identifier=_text(name), trust=_trust(service))


def _trust(service: etree._Element | None) -> tuple[tuple[str, str], ...]:
    members = () if service is None else service.iterfind("*/*")
    return tuple((etree.QName(each).localname, _text(each)) for each in members)


def _ports(document: etree._Element) -> Iterator[Port]:
    for found in document.iterfind(f"{{{WSDL}}}service/{{{WSDL}}}port"):
        address = found.find(f"{{{SOAP_1_2}}}address")
        if address is None:
            address = found.find(f"{{{SOAP_1_1}}}address")
        if address is None or not address.get("location"):
            continue
        names = [found.find(f".//{{{IDENTITY}}}{name}") for name in ("Upn", "Spn")]
        account = next((_text(each) for each in names if each is not None), "")
        yield Port(name=found.get("name", ""), address=address.get("location", ""), account=account)


def _metadata(document: etree._Element) -> str:
    tokens = chain.from_iterable(document.iter(f"{{{SP}}}{name}") for name in _SUPPORTING)
    issuers = chain.from_iterable(each.iter(f"{{{SP}}}Issuer") for each in tokens)
    return next(filter(None, (_text(each.find(_METADATA)) for each in issuers)), "")


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()
