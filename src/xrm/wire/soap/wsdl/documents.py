"""Which document of a service answers which query: `?wsdl`, `?singleWsdl`, `?xsd=xsd0`.

The root names the service and imports `wsdl0`, which has the bindings and imports `wsdl1`, which
has messages and the port type. One imports the other because there are clients that keep only
the last import of a namespace. Clients differ in which of the two they read the policy from:
both have it. Schemas are included, not imported: the PHP toolkit puts what is imported into the
document it began with, and fails where the import stands in another.
"""

from collections.abc import Callable, Iterable
from functools import partial
from urllib.parse import parse_qsl

from lxml import etree

from xrm.wire.soap import operations
from xrm.wire.soap.contract import DISCOVERY, Contract
from xrm.wire.soap.wsdl.deployments import Site
from xrm.wire.soap.wsdl.parts import (
    WSDL,
    Service,
    add_abstract,
    add_bindings,
    add_import,
    add_service,
    definitions,
)
from xrm.wire.soap.wsdl.policies import add_policy
from xrm.wire.soap.wsdl.schemas import included, reached_from, schemas_of

ORGANIZATION_SERVICE = Service("OrganizationService", operations.ORGANIZATION)
DISCOVERY_SERVICE = Service("DiscoveryService", operations.DISCOVERY)


class Documents:
    """The documents of a service at one place, each made when it is first asked for.

    `contracts` are all that the service may carry, with those of its messages.
    """

    def __init__(self, service: Service, site: Site, contracts: Iterable[Contract]) -> None:
        self._service = service
        self._site = site
        self._policy = f"{service.binding}_policy"
        carried = _carried(service, contracts)
        self._contracts = {contract.name: contract for contract in carried}
        self._schemas = schemas_of(service.operations, carried)
        self._place = {row.namespace: f"xsd{place}" for place, row in enumerate(self._schemas)}
        self._makers: dict[tuple[str, str], Callable[[], etree._Element]] = {
            ("wsdl", ""): self._root,
            ("wsdl", "wsdl0"): self._bindings,
            ("wsdl", "wsdl1"): self._abstract,
            ("singlewsdl", ""): self._single,
            **{
                ("xsd", place): partial(row.element, self._schema_location)
                for place, row in zip(self._place.values(), self._schemas, strict=True)
            },
        }
        self._made: dict[tuple[str, str], bytes] = {}

    def document(self, query: str) -> bytes | None:
        """Return the document that a query asks for, None if it asks for none there is.

        Other parameters do not count, nor does the case of names.
        """
        asked = ((name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True))
        key = next((pair for pair in asked if pair in self._makers), None)
        if key is None:
            return None
        if key not in self._made:
            self._made[key] = etree.tostring(
                self._makers[key](), xml_declaration=True, encoding="utf-8"
            )
        return self._made[key]

    def _location(self, name: str, place: str) -> str:
        return f"{self._site.address}?{name}={place}"

    def _schema_location(self, namespace: str) -> str:
        return self._location("xsd", self._place[namespace])

    def _root(self) -> etree._Element:
        root = definitions(self._service, named=True)
        add_import(root, self._service, self._location("wsdl", "wsdl0"))
        add_service(root, self._service, self._site)
        return root

    def _bindings(self) -> etree._Element:
        root = self._definitions()
        add_import(root, self._service, self._location("wsdl", "wsdl1"))
        add_bindings(root, self._service, self._site, self._policy)
        return root

    def _abstract(self) -> etree._Element:
        root = self._definitions()
        types = etree.SubElement(root, f"{{{WSDL}}}types")
        for namespace in self._place:
            included(types, namespace, self._schema_location(namespace))
        add_abstract(root, self._service, self._contracts)
        return root

    def _single(self) -> etree._Element:
        root = self._definitions(named=True)
        types = etree.SubElement(root, f"{{{WSDL}}}types")
        for schema in self._schemas:
            schema.element(lambda _: None, types)
        add_abstract(root, self._service, self._contracts)
        add_bindings(root, self._service, self._site, self._policy)
        add_service(root, self._service, self._site)
        return root

    def _definitions(self, *, named: bool = False) -> etree._Element:
        root = definitions(self._service, named=named)
        add_policy(root, self._policy, self._site)
        return root


def _carried(service: Service, contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """Return the contracts of a service: those of discovery are no concern of organizations."""
    given = tuple(contracts)
    if service.namespace != DISCOVERY:
        return tuple(contract for contract in given if contract.namespace != DISCOVERY)
    own = [contract.name for contract in given if contract.namespace == DISCOVERY]
    faults = [operation.fault for operation in service.operations.values()]
    reached = reached_from((*own, *faults), given)
    return tuple(contract for contract in given if contract in reached)
