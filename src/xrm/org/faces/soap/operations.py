"""The operations of the service: each is a message, and the same as one sent by Execute."""

from collections.abc import Callable, Mapping
from typing import Any

from xrm.model.message import Message
from xrm.model.metadata import Catalogue
from xrm.org.faces.soap.executing import read_message, read_request
from xrm.org.faces.soap.writing.results import Results
from xrm.wire.soap.values import Struct

Given = Mapping[str, Any]
WRITES = frozenset({"Create", "Update", "Delete", "Associate", "Disassociate"})
"""Operations that write; Execute may do either."""


def read_operation(catalogue: Catalogue, name: str, given: Given) -> Message:
    """Return the message of an operation's parameters. Raises ServiceError for what is wrong."""
    if name == "Execute":
        return read_request(catalogue, given.get("request"))
    parameters = {key: value for key, value in _ASKED[name](given).items() if value is not None}
    return read_message(catalogue, name, parameters)


def answer(results: Results, name: str, given: Given, message: Message, result: Any) -> Any:
    """Return what an operation answers, None for nothing.

    A request of a type of its own gets a response of one; any other gets OrganizationResponse.
    """
    if name != "Execute":
        return next(iter(results.named(message.name, result).values()), None)
    request = given.get("request")
    typed = isinstance(request, Struct) and request.type != "OrganizationRequest"
    return results.response(message.name, result, None if typed else "OrganizationResponse")


def _named(name: Any, key: Any) -> Struct:
    return Struct("EntityReference", {"Id": key, "LogicalName": name})


def _target(given: Given) -> dict[str, Any]:
    return {"Target": given.get("entity")}


def _delete(given: Given) -> dict[str, Any]:
    return {"Target": _named(given.get("entityName"), given.get("id"))}


def _retrieve(given: Given) -> dict[str, Any]:
    return {**_delete(given), "ColumnSet": given.get("columnSet")}


def _retrieve_multiple(given: Given) -> dict[str, Any]:
    return {"Query": given.get("query")}


def _associate(given: Given) -> dict[str, Any]:
    return {
        "Target": _named(given.get("entityName"), given.get("entityId")),
        "Relationship": given.get("relationship"),
        "RelatedEntities": given.get("relatedEntities"),
    }


_ASKED: Mapping[str, Callable[[Given], dict[str, Any]]] = {
    "Create": _target,
    "Retrieve": _retrieve,
    "Update": _target,
    "Delete": _delete,
    "Associate": _associate,
    "Disassociate": _associate,
    "RetrieveMultiple": _retrieve_multiple,
}
"""The parameters of each operation's message."""
