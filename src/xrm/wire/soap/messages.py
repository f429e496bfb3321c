"""The contracts of messages and of the types they declare."""

from collections.abc import Iterator

from xrm.model.message import Declaration, Namespace
from xrm.model.shapes import COMPLEX, ENUMERATIONS
from xrm.wire.soap.contract import CRM, XRM, Contract, Member, Shape
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.contracts.core import XRM_9_0, XRM_2012, XRM_2014

_NAMESPACES: dict[Namespace, str] = {
    "xrm": XRM,
    "crm": CRM,
    "xrm2012": XRM_2012,
    "xrm2014": XRM_2014,
    "xrm9.0": XRM_9_0,
}
_TYPES = {
    "Edm.String": "string",
    "Edm.Boolean": "boolean",
    "Edm.Int32": "int",
    "Edm.Int64": "long",
    "Edm.Decimal": "decimal",
    "Edm.Double": "double",
    "Edm.DateTimeOffset": "dateTime",
    "Edm.Guid": "guid",
    "Edm.Binary": "base64Binary",
    "Query": "QueryBase",
    "Requests": "OrganizationRequestCollection",
}
_COLLECTIONS = {
    "Entity": "EntityCollection",
    "EntityReference": "EntityReferenceCollection",
    "OrganizationRequest": "OrganizationRequestCollection",
    "OrganizationResponse": "OrganizationResponseCollection",
    "ExecuteMultipleResponseItem": "ExecuteMultipleResponseItemCollection",
}
_VALUES = frozenset({"boolean", "int", "long", "decimal", "double", "dateTime", "guid"})
"""Simple types that .NET has no null for."""


def contracts_of(declaration: Declaration) -> tuple[Contract, Contract]:
    """Return the contracts of a message's request and response.

    Both only have a name of their own: parameters and results travel in the collections of
    OrganizationRequest and OrganizationResponse.
    """
    namespace = _NAMESPACES[declaration.namespace]
    return (
        Contract(f"{declaration.name}Request", namespace, base="OrganizationRequest"),
        Contract(f"{declaration.name}Response", namespace, base="OrganizationResponse"),
    )


def contracts_of_shapes() -> tuple[Contract, ...]:
    """Return the contracts of the types in `model.shapes`, and of collections of them.

    Those that CONTRACTS has already are left out.
    """
    return tuple(each for each in _shapes() if each.name not in CONTRACTS)


def _shapes() -> Iterator[Contract]:
    for row in COMPLEX.values():
        namespace = _NAMESPACES[row.namespace]
        members = tuple(_member(name, declared) for name, declared in row.members.items())
        yield Contract(row.name, namespace, members)
        yield _array(row.name, namespace)
    for kind in ENUMERATIONS.values():
        namespace = _NAMESPACES[kind.namespace]
        shape: Shape = "flags" if kind.flags else "enumeration"
        yield Contract(kind.name, namespace, shape=shape, words=tuple(kind.members))
        yield _array(kind.name, namespace, nillable=False)


def _array(name: str, namespace: str, *, nillable: bool = True) -> Contract:
    members = (Member(name, name, nillable),)
    return Contract(f"ArrayOf{name}", namespace, members, shape="list")


def _member(name: str, declared: str) -> Member:
    kind = contract_type(declared)
    return Member(name, kind, kind not in _VALUES and kind not in ENUMERATIONS)


def contract_type(declared: str) -> str:
    """Return the type of a contract's member for a type that a message declares.

    Raises KeyError for a type there is not.
    """
    known = _TYPES.get(declared)
    if known is not None:
        return known
    if declared.startswith("Collection(") and declared.endswith(")"):
        item = declared[len("Collection(") : -1]
        return _COLLECTIONS.get(item) or f"ArrayOf{contract_type(item)}"
    if declared in CONTRACTS or declared in COMPLEX or declared in ENUMERATIONS:
        return declared
    raise KeyError(declared)
