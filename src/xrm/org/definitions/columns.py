"""A column of the catalogue as the service describes it: AttributeMetadata and its kin."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from xrm.model.metadata import Column, Table
from xrm.org.definitions.choices import option_set
from xrm.org.definitions.settings import of_column
from xrm.org.definitions.types import TYPES
from xrm.org.definitions.values import Definition, Linked, Wording, identifier

_TYPE_NAMES = {
    "Owner": "Lookup",
    "Customer": "Lookup",
    "PartyList": "Lookup",
    "Uniqueidentifier": "UniqueIdentifier",
}
_VIRTUAL = frozenset({"Image", "File", "MultiSelectPicklist"})
"""Types that the enumeration of types knows as Virtual."""
_OF_THE_CURRENCY = 2
"""Where the precision of an amount comes from: its currency."""
_NO_DEFAULT = -1


@lru_cache(maxsize=256)
def columns_of(table: Table, wording: Wording) -> tuple[Definition, ...]:
    """Return the definitions of a table's columns, by logical name."""
    columns = (table.columns[name] for name in sorted(table.columns))
    return tuple(_definition(table, column, wording) for column in columns)


def _definition(table: Table, column: Column, wording: Wording) -> Definition:
    kind = TYPES[f"{_TYPE_NAMES.get(column.type, column.type)}AttributeMetadata"]
    own = _OWN.get(column.type)
    names = (table.logical_name, column.logical_name)
    values: dict[str, Any] = {
        "MetadataId": identifier(*names),
        "HasChanged": None,
        "LogicalName": column.logical_name,
        "SchemaName": column.schema_name,
        "EntityLogicalName": table.logical_name,
        "AttributeType": "Virtual" if column.type in _VIRTUAL else column.type,
        "AttributeTypeName": {"Value": f"{column.type}Type"},
        "ColumnNumber": _number(table, column),
        "Description": None,
        "DisplayName": wording.label(lambda language: language.column(column), *names),
        **of_column(table, column),
        "IsCustomAttribute": False,
        "IsManaged": True,
        "IsPrimaryId": column.logical_name == table.primary_id,
        "IsPrimaryName": column.logical_name == table.primary_name,
        "IsValidForCreate": column.valid_for_create,
        "IsValidForRead": column.valid_for_read,
        "IsValidForUpdate": column.valid_for_update,
        "IsValidODataAttribute": column.valid_for_read,
    }
    links: dict[str, Callable[[], Linked]] = {}
    if kind.navigation and column.type != "EntityName":
        choices = partial(option_set, table, column, wording)
        links["OptionSet"] = choices
        links["GlobalOptionSet"] = lambda: None if column.option_set is None else choices()
    return Definition(kind, {**values, **({} if own is None else own(column))}, links)


def _number(table: Table, column: Column) -> int:
    """Return the place of a column in its table, from 1: the key first, as the service has it."""
    return 1 + _places(table)[column.logical_name]


@lru_cache(maxsize=256)
def _places(table: Table) -> Mapping[str, int]:
    names = dict.fromkeys((table.primary_id, *table.columns))
    return {name: place for place, name in enumerate(names)}


def _text(column: Column) -> Mapping[str, Any]:
    return {
        "MaxLength": column.max_length,
        "Format": column.format or None,
        "FormatName": {"Value": column.format} if column.format else None,
        "ImeMode": "Auto",
    }


def _limits(column: Column) -> Mapping[str, Any]:
    return {"MinValue": column.min, "MaxValue": column.max}


def _whole(column: Column) -> Mapping[str, Any]:
    return {**_limits(column), "Format": column.format or None}


def _fraction(column: Column) -> Mapping[str, Any]:
    return {**_limits(column), "Precision": column.precision}


def _money(column: Column) -> Mapping[str, Any]:
    is_base = column.base_of is not None
    return {
        **_fraction(column),
        "PrecisionSource": _OF_THE_CURRENCY,
        "CalculationOf": column.base_of,
        "IsBaseCurrency": is_base,
    }


def _moment(column: Column) -> Mapping[str, Any]:
    behavior = {"Value": column.date_behavior} if column.date_behavior else None
    return {"Format": column.format or None, "DateTimeBehavior": behavior}


def _targets(column: Column) -> Mapping[str, Any]:
    return {"Targets": list(column.targets)}


def _truth(column: Column) -> Mapping[str, Any]:
    return {} if column.default is None else {"DefaultValue": bool(column.default)}


def _choice(column: Column) -> Mapping[str, Any]:
    return {"DefaultFormValue": _NO_DEFAULT if column.default is None else column.default}


_OWN: Mapping[str, Callable[[Column], Mapping[str, Any]]] = {
    "String": _text,
    "Memo": _text,
    "Integer": _whole,
    "BigInt": _limits,
    "Decimal": _fraction,
    "Double": _fraction,
    "Money": _money,
    "DateTime": _moment,
    "Boolean": _truth,
    "Picklist": _choice,
    "State": _choice,
    "Status": _choice,
    "Lookup": _targets,
    "Owner": _targets,
    "Customer": _targets,
}
"""What the columns of a type have of their own."""
