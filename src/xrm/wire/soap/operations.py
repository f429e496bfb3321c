"""The operations of the services: what the body of a request and of its response holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from xrm.wire.soap.contract import DISCOVERY as DISCOVERY_SERVICE
from xrm.wire.soap.contract import SERVICES, Member
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.faults import Fault, SoapFault, deserialization_fault
from xrm.wire.soap.reading import ContractError, read_member, read_value
from xrm.wire.soap.writing import Scope, element_pieces, write_element
from xrm.wire.xml import quote


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: the elements in its wrapper, and the one in that of its response, if any.

    `fault` is the contract of its faults' detail.
    """

    name: str
    parameters: tuple[Member, ...]
    result: Member | None = None
    namespace: str = SERVICES
    port: str = "IOrganizationService"
    fault: str = "OrganizationServiceFault"

    @property
    def action(self) -> str:
        """The action of a request."""
        return f"{self.namespace}/{self.port}/{self.name}"

    @property
    def reply_action(self) -> str:
        """The action of its response."""
        return f"{self.action}Response"

    @property
    def fault_action(self) -> str:
        """The action of a response that is a fault of the service."""
        return f"{self.action}{self.fault}Fault"

    @property
    def tag(self) -> str:
        """The Clark name of a request's wrapper."""
        return f"{{{self.namespace}}}{self.name}"


_ENTITY = Member("entity", "Entity")
_NAME = Member("entityName", "string")
_ENDS = (
    _NAME,
    Member("entityId", "guid", nillable=False),
    Member("relationship", "Relationship"),
    Member("relatedEntities", "EntityReferenceCollection"),
)
_ID = Member("id", "guid", nillable=False)

_ROWS = (
    Operation("Create", (_ENTITY,), Member("CreateResult", "guid", nillable=False)),
    Operation(
        "Retrieve",
        (_NAME, _ID, Member("columnSet", "ColumnSet")),
        Member("RetrieveResult", "Entity"),
    ),
    Operation("Update", (_ENTITY,)),
    Operation("Delete", (_NAME, _ID)),
    Operation(
        "Execute",
        (Member("request", "OrganizationRequest"),),
        Member("ExecuteResult", "OrganizationResponse"),
    ),
    Operation("Associate", _ENDS),
    Operation("Disassociate", _ENDS),
    Operation(
        "RetrieveMultiple",
        (Member("query", "QueryBase"),),
        Member("RetrieveMultipleResult", "EntityCollection"),
    ),
)

ORGANIZATION: Mapping[str, Operation] = {row.name: row for row in _ROWS}
"""Operations of IOrganizationService by name."""

DISCOVERY: Mapping[str, Operation] = {
    "Execute": Operation(
        "Execute",
        (Member("request", "DiscoveryRequest"),),
        Member("ExecuteResult", "DiscoveryResponse"),
        DISCOVERY_SERVICE,
        "IDiscoveryService",
        "DiscoveryServiceFault",
    )
}
"""Operations of IDiscoveryService by name."""


def read_parameters(
    body: etree._Element, operation: Operation, contracts: Contracts = CONTRACTS
) -> dict[str, Any]:
    """Return what a request's wrapper holds, by name; what is not there is left out.

    Raises SoapFault, as the platform does, for what is not of its contract; the version of SOAP
    is the request's, whatever the fault says.
    """
    if body.tag != operation.tag:
        raise SoapFault(_unexpected(body, operation))
    known = {f"{{{operation.namespace}}}{each.name}": each for each in operation.parameters}
    found: dict[str, Any] = {}
    for child in body:
        member = known.get(str(child.tag))
        if member is None:
            continue
        try:
            found[member.name] = read_member(child, member, contracts)
        except ContractError as error:
            fault = deserialization_fault(operation.namespace, member.name, error)
            raise SoapFault(fault) from None
    return found


def _unexpected(body: etree._Element, operation: Operation) -> Fault:
    name = etree.QName(body)
    return deserialization_fault(
        operation.namespace,
        operation.name,
        ContractError(
            f"OperationFormatter encountered an invalid Message body. Expected to find node type "
            f"'Element' with name '{operation.name}' and namespace '{operation.namespace}'. Found "
            f"node type 'Element' with name '{name.localname}' and namespace "
            f"'{name.namespace or ''}'"
        ),
    )


def _wrapped(name: str, namespace: str, pieces: list[str]) -> str:
    start = f'<{name} xmlns="{quote(namespace)}"'
    return "".join((f"{start}>", *pieces, f"</{name}>")) if pieces else f"{start}/>"


def write_result(
    operation: Operation, result: Any, scope: Scope, contracts: Contracts = CONTRACTS
) -> str:
    """Return the wrapper of a response; an operation without a result takes None."""
    pieces: list[str] = []
    member = operation.result
    if member is not None:
        inner = scope.defaulted(operation.namespace)
        pieces = element_pieces(member.name, result, member.type, inner, contracts)
    return _wrapped(f"{operation.name}Response", operation.namespace, pieces)


def write_parameters(
    operation: Operation, values: Mapping[str, Any], scope: Scope, contracts: Contracts = CONTRACTS
) -> str:
    """Return the wrapper of a request; parameters that are not given are left out."""
    inner = scope.defaulted(operation.namespace)
    pieces = [
        write_element(member.name, values[member.name], member.type, inner, contracts)
        for member in operation.parameters
        if member.name in values
    ]
    return _wrapped(operation.name, operation.namespace, pieces)


def read_result(
    body: etree._Element, operation: Operation, contracts: Contracts = CONTRACTS
) -> Any:
    """Return what the wrapper of a response holds, None if nothing. Raises ContractError."""
    if body.tag != f"{operation.tag}Response":
        raise ContractError(f"The body is not the response of {operation.name}.")
    member = operation.result
    if member is None:
        return None
    element = body.find(f"{{{operation.namespace}}}{member.name}")
    return None if element is None else read_value(element, member.type, contracts)
