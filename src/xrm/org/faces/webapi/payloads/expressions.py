"""QueryExpression as JSON: the form in which actions take a question."""

from collections.abc import Mapping
from typing import Any, Literal

from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Condition, Filter, Group, Query
from xrm.wire.fetchxml.conditions import condition
from xrm.wire.fetchxml.refusals import no_table
from xrm.wire.odata4.errors import ODataError
from xrm.wire.soap.operators import OPERATORS

MAX_DEPTH = 20


def read_query(catalogue: Catalogue, raw: Any) -> Query:
    """Return the question a QueryExpression asks: which records, by their keys.

    Raises ServiceError 0x80041102 for a table, 0x80041103 for a column that is not known, and
    what FetchXML is refused for where a condition does not fit; ODataError for what is not of
    the form.
    """
    document = _object(raw, "QueryExpression")
    name = str(document.get("EntityName"))
    table = catalogue.tables.get(name)
    if table is None:
        raise no_table(name)
    if document.get("LinkEntities"):
        raise ODataError("LinkEntities are not supported by this server yet.")
    criteria = document.get("Criteria")
    found = None if criteria is None else _filter(table, _object(criteria, "Criteria"), 0)
    top = document.get("TopCount")
    return Query(
        table.logical_name,
        (table.primary_id,),
        found,
        top=top if type(top) is int and top > 0 else None,
    )


def _object(raw: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise ODataError(f"'{name}' is not a JSON object.")
    return raw


def _items(document: Mapping[str, Any], name: str) -> list[Any]:
    raw = document.get(name) or []
    if not isinstance(raw, list):
        raise ODataError(f"'{name}' is not a list.")
    return raw


def _filter(table: Table, document: Mapping[str, Any], depth: int) -> Filter | None:
    if depth > MAX_DEPTH:
        raise ODataError("The criteria are nested too deeply.")
    word: Literal["and", "or"] = "or" if document.get("FilterOperator") == "Or" else "and"
    items: list[Filter | None] = [
        _condition(table, _object(each, "Conditions")) for each in _items(document, "Conditions")
    ]
    items += [
        _filter(table, _object(each, "Filters"), depth + 1) for each in _items(document, "Filters")
    ]
    known = tuple(item for item in items if item is not None)
    if not known:
        return None
    return known[0] if len(known) == 1 else Group(word, known)


def _condition(table: Table, document: Mapping[str, Any]) -> Condition:
    """Return a condition; the type of a value follows from the column, whatever `Type` says."""
    said = str(document.get("Operator"))
    operator = OPERATORS.get(said)
    if operator is None:
        raise ODataError(f"The operator '{said[:100]}' is not supported.")
    values = [_object(each, "Values").get("Value") for each in _items(document, "Values")]
    return condition(table, str(document.get("AttributeName")), operator, values)
