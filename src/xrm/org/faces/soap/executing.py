"""Requests into messages, and what messages answer into responses.

Whatever a message is, both follow from its declaration. REQUESTS has the few whose requests the
SDK spells in another way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.message import OUR_OWN, Declaration, Message
from xrm.model.metadata import Catalogue
from xrm.model.query import Query
from xrm.org.faces.soap.reading.members import (
    invalid,
    member,
    missing,
    table_named,
)
from xrm.org.faces.soap.reading.parameters import read_parameter
from xrm.org.faces.soap.reading.queries import VERSION, with_version
from xrm.org.messages import HANDLERS
from xrm.wire.fetchxml.refusals import column_of, unsupported
from xrm.wire.soap.values import Items, Pairs, Struct, Word

Parameters = dict[str, Any]

OPTIONAL: Mapping[str, str] = {
    "BypassBusinessLogicExecution": "Edm.String",
    "BypassBusinessLogicExecutionStepIds": "Edm.String",
    "BypassCustomPluginExecution": "Edm.Boolean",
    "SuppressCallbackRegistrationExpanderJob": "Edm.Boolean",
    "SuppressDuplicateDetection": "Edm.Boolean",
}
"""Parameters any request takes (documented)."""
MAX_DEPTH = 2
"""How deep requests stand within requests: a transaction in a batch."""
_PASSED_OVER = frozenset({"tag", "partitionId", "SolutionUniqueName"})
"""Parameters any request takes that say nothing of records here."""


def read_request(catalogue: Catalogue, raw: Any, depth: int = 0) -> Message:
    """Return the message of an OrganizationRequest, typed or not.

    Raises ServiceError 0x80040203 without a name, 0x80040800 for a message there is not,
    0x80040203 for a parameter that is missing, 0x80040315 for one the message does not have.
    """
    if not isinstance(raw, Struct):
        raise invalid("Required field 'RequestName' is missing")
    name = member(raw, "RequestName") or raw.type.removesuffix("Request")
    given = member(raw, "Parameters")
    return read_message(catalogue, name, dict(given.values) if given else {}, depth)


def read_message(
    catalogue: Catalogue, name: str, given: Mapping[str, Any], depth: int = 0
) -> Message:
    """Return a message with the parameters given. Raises ServiceError as `read_request` does."""
    handler = HANDLERS.get(name)
    if handler is None:
        raise ServiceError(service.NO_SUCH_MESSAGE, f"The request '{name[:100]}' is not supported.")
    declaration = handler.declaration
    found: Parameters = {}
    for each, value in given.items():
        kind = None if each in OUR_OWN else declaration.parameters.get(each)
        if kind is not None:
            found[each] = _parameter(catalogue, kind, each, value, depth)
        elif each in OPTIONAL:
            found[each] = read_parameter(catalogue, OPTIONAL[each], each, value)
        elif each not in _PASSED_OVER and each not in _OTHERS.get(name, ()):
            raise ServiceError(
                service.NOT_SUPPORTED, f"Unrecognized request parameter: {each[:100]}"
            )
    if (spell := REQUESTS.get(name)) is not None:
        spell(catalogue, given, found)
    _check_given(declaration, found)
    return Message(name, found)


def _check_given(declaration: Declaration, found: Parameters) -> None:
    for name in declaration.parameters.keys() - declaration.optional - OUR_OWN:
        # No ColumnSet at all and one of all columns are not the same.
        if name not in found or (found[name] is None and name != "ColumnSet"):
            raise missing(name, declaration.name)


def _parameter(catalogue: Catalogue, kind: str, name: str, value: Any, depth: int) -> Any:
    if kind == "Collection(OrganizationRequest)":
        return _requests(catalogue, value, depth)
    return read_parameter(catalogue, kind, name, value)


def _requests(catalogue: Catalogue, raw: Any, depth: int) -> list[Message]:
    """Return the messages of a collection; one that cannot be read goes with its refusal."""
    if depth >= MAX_DEPTH or not isinstance(raw, Items):
        raise invalid("The Requests are not a collection of requests.")
    return [_one(catalogue, each, depth + 1) for each in raw.values]


def _one(catalogue: Catalogue, raw: Any, depth: int) -> Message:
    try:
        return read_request(catalogue, raw, depth)
    except ServiceError as error:
        return Message(member(raw, "RequestName") or "", {}, error)


_OTHERS: Mapping[str, tuple[str, ...]] = {
    "Update": ("ConcurrencyBehavior",),
    "Delete": ("ConcurrencyBehavior",),
    "Retrieve": ("RelatedEntitiesQuery", "ReturnNotifications"),
}
"""Parameters of the SDK's that messages take in another form."""


def _retrieve(catalogue: Catalogue, given: Mapping[str, Any], found: Parameters) -> None:
    if member_pairs(given.get("RelatedEntitiesQuery")):
        raise unsupported("RelatedEntitiesQuery")
    found["Formatted"] = True
    target = found.get("Target")
    if target is None or given.get("ColumnSet") is None:
        found.pop("ColumnSet", None)
    elif (names := found["ColumnSet"]) is not None:
        table = table_named(catalogue, target.logical_name, "Target")
        found["ColumnSet"] = columns = with_version(
            table, tuple(column_of(table, n).logical_name for n in names)
        )
        _leave_plain(found, columns)


def member_pairs(value: Any) -> bool:
    """Tell whether a collection of pairs holds any."""
    return isinstance(value, Pairs) and bool(value.values)


def _retrieve_multiple(_catalogue: Catalogue, _given: Mapping[str, Any], found: Parameters) -> None:
    found["Formatted"] = True
    if isinstance(found.get("Query"), Query):
        _leave_plain(found, found["Query"].columns)


def _leave_plain(found: Parameters, columns: tuple[str, ...] | None) -> None:
    """Have no formatted value made of the row version where nobody asked for it."""
    if columns and columns[0] == VERSION:
        found["Plain"] = VERSION


def _versioned(_catalogue: Catalogue, given: Mapping[str, Any], found: Parameters) -> None:
    """Ask for the row version of the target where ConcurrencyBehavior says that it must match."""
    behaviour = given.get("ConcurrencyBehavior")
    if not isinstance(behaviour, Word) or behaviour.text != "IfRowVersionMatches":
        return
    version = member(given.get("Target"), "RowVersion")
    if not version:
        raise ServiceError(
            service.VERSION_NOT_GIVEN,
            "The RowVersion property must be provided when the value of ConcurrencyBehavior is "
            "IfVersionMatches.",
        )
    if not (isinstance(version, str) and version.isascii() and version.isdigit()):
        raise invalid("The RowVersion of the Target is not a number.")
    found["RowVersion"] = int(version[:19])


REQUESTS: Mapping[str, Callable[[Catalogue, Mapping[str, Any], Parameters], None]] = {
    "Retrieve": _retrieve,
    "RetrieveMultiple": _retrieve_multiple,
    "Update": _versioned,
    "Delete": _versioned,
}
