"""QueryExpression as JSON: the form in which actions take a question."""

from collections.abc import Mapping
from typing import Any, Literal

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Condition, Filter, Group, Query
from xrm.model.values import Value
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.values import read_value

MAX_DEPTH = 20
_OPERATORS = {
    "Equal": "eq",
    "NotEqual": "ne",
    "GreaterThan": "gt",
    "GreaterEqual": "ge",
    "LessThan": "lt",
    "LessEqual": "le",
    "Null": "null",
    "NotNull": "not-null",
    "Contains": "contains",
    "DoesNotContain": "not-contains",
    "BeginsWith": "begins-with",
    "DoesNotBeginWith": "not-begin-with",
    "EndsWith": "ends-with",
    "DoesNotEndWith": "not-end-with",
    "In": "in",
    "NotIn": "not-in",
}
"""The platform's names of the operators the query model has."""
_NO_VALUE = ("null", "not-null")
_KEY = Column("key", "Key", "Uniqueidentifier")
"""What a lookup is compared with: the key of the record it points to."""


def read_query(catalogue: Catalogue, raw: Any) -> Query:
    """Return the question a QueryExpression asks: which records, by their keys.

    Raises ServiceError 0x80041102 for a table, 0x80041103 for a column that is not known,
    ODataError for what is not of the form.
    """
    document = _object(raw, "QueryExpression")
    table = catalogue.tables.get(str(document.get("EntityName")))
    if table is None:
        raise service.ServiceError(
            service.NO_ENTITY,
            f"The entity with a name = '{str(document.get('EntityName'))[:100]}' with namemapping "
            "= 'Logical' was not found in the MetadataCache.",
        )
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
    name = str(document.get("AttributeName"))
    column = table.columns.get(name)
    if column is None or not column.valid_for_read:
        raise service.ServiceError(
            service.NO_ATTRIBUTE,
            f"'{table.logical_name}' entity doesn't contain attribute with Name = "
            f"'{name[:100]}' and NameMapping = 'Logical'.",
        )
    operator = _OPERATORS.get(str(document.get("Operator")))
    if operator is None:
        raise ODataError(f"The operator '{str(document.get('Operator'))[:100]}' is not supported.")
    values = tuple(_value(column, each) for each in _items(document, "Values"))
    if not values and operator not in _NO_VALUE:
        raise ODataError(f"The condition on '{name}' has no value.")
    return Condition(name, operator, () if operator in _NO_VALUE else values)


def _value(column: Column, item: Any) -> Value:
    """Return the value of an object `{"Value": …, "Type": …}`; the type follows from the column."""
    raw = _object(item, "Values").get("Value")
    if raw is None:
        raise ODataError(f"The condition on '{column.logical_name}' has no value.")
    return read_value(_KEY if column.is_lookup else column, raw)
