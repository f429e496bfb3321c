"""The description of a service as a client's library meets it: loaded, typed, sent, answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from zeep.transports import Transport

from xrm.model.message import Declaration
from xrm.wire.soap.contract import XSD
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.messages import contracts_of, contracts_of_shapes
from xrm.wire.soap.wsdl.deployments import DEPLOYMENTS, Site
from xrm.wire.soap.wsdl.documents import DISCOVERY_SERVICE, ORGANIZATION_SERVICE, Documents

ORGANIZATION = "https://contoso.xrm.test/XRMServices/2011/Organization.svc"
DISCOVERY = "https://dev.xrm.test/XRMServices/2011/Discovery.svc"
STS = "https://sts.xrm.test"
FARM = f"{STS}/adfs"
_SERVICES = {"Organization.svc": ORGANIZATION_SERVICE, "Discovery.svc": DISCOVERY_SERVICE}

MESSAGES = (
    Declaration("WhoAmI", "function"),
    Declaration("GrantAccess", "action"),
    Declaration("Create", "record", namespace="xrm"),
    Declaration("ExecuteMultiple", "record", namespace="xrm"),
    Declaration("RetrieveEntity", "record", namespace="xrm"),
    Declaration("RetrieveMetadataChanges", "record", namespace="xrm"),
)
"""Messages of both namespaces; what they take and give is of no concern to their schema."""


def contracts(messages: Iterable[Declaration] = MESSAGES) -> Contracts:
    """Return all contracts of an organization that has these messages."""
    made = [contract for message in messages for contract in contracts_of(message)]
    return CONTRACTS.extended((*made, *contracts_of_shapes()))


def documents(
    address: str = ORGANIZATION, *, deployment: str = "online", account: str = ""
) -> Documents:
    """Return the documents of the service at that address."""
    sts = FARM if deployment == "federation" else STS
    site = Site(address=address, deployment=DEPLOYMENTS[deployment], sts=sts, account=account)
    service = _SERVICES[address.rpartition("/")[2]]
    return Documents(service, site, contracts().values())


def fetched(held: Documents, url: str) -> bytes:
    """Return the document at an address of a service. Raises LookupError if there is none."""
    document = held.document(url.partition("?")[2])
    if document is None:
        raise LookupError(url)
    return document


class _Resolver(etree.Resolver):
    def __init__(self, held: Documents) -> None:
        self._held = held

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
        return self.resolve_string(fetched(self._held, system_url), context, base_url=system_url)


def xml_schema(held: Documents) -> etree.XMLSchema:
    """Return the schemas that `?wsdl=wsdl1` includes, as libxml2 understands them."""
    parser = etree.XMLParser()
    parser.resolvers.add(_Resolver(held))
    description = etree.fromstring(held.document("wsdl=wsdl1") or b"")
    whole = etree.Element(f"{{{XSD}}}schema")
    for schema in description.iter(f"{{{XSD}}}schema"):
        (included,) = schema
        imported = {"namespace": schema.get("targetNamespace") or "", **dict(included.attrib)}
        etree.SubElement(whole, f"{{{XSD}}}import", imported)
    return etree.XMLSchema(etree.fromstring(etree.tostring(whole), parser))


@dataclass(slots=True)
class Answer:
    """What a client's library looks at in an HTTP response."""

    content: bytes
    headers: dict[str, str]
    status_code: int = 200
    encoding: str = "utf-8"


@dataclass(slots=True)
class Sent:
    """A request as it was sent."""

    address: str
    message: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Loaded(Transport):
    """zeep's transport without a network: documents, what was sent, and one answer to all."""

    def __init__(self, held: Documents, answer: Answer | None = None) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self._held = held
        self._answer = answer

    def load(self, url: str) -> bytes:
        return fetched(self._held, url)

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Answer:
        self.sent.append(Sent(address, message, dict(headers)))
        assert self._answer is not None
        return self._answer
