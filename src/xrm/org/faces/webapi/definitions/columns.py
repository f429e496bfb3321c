"""A column of the catalogue as the service describes it: AttributeMetadata and its kin."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from xrm.model.metadata import Column, Option, Table
from xrm.org.faces.webapi.definitions.types import TYPES
from xrm.org.faces.webapi.definitions.values import Definition, Linked, Wording, identifier
from xrm.org.metadata.languages import Language

_TYPE_NAMES = {
    "Owner": "Lookup",
    "Customer": "Lookup",
    "PartyList": "Lookup",
    "Uniqueidentifier": "UniqueIdentifier",
}
_VIRTUAL = frozenset({"Image", "File", "MultiSelectPicklist"})
"""Types that the enumeration of types knows as Virtual."""


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
        "DisplayName": wording.label(lambda language: language.column(column), *names),
        "RequiredLevel": {
            "Value": column.required,
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
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
        choices = partial(_option_set, table, column, wording)
        links["OptionSet"] = choices
        links["GlobalOptionSet"] = lambda: None if column.option_set is None else choices()
    return Definition(kind, {**values, **({} if own is None else own(column))}, links)


def _text(column: Column) -> Mapping[str, Any]:
    return {
        "MaxLength": column.max_length,
        "Format": column.format or None,
        "FormatName": {"Value": column.format} if column.format else None,
    }


def _limits(column: Column) -> Mapping[str, Any]:
    return {"MinValue": column.min, "MaxValue": column.max}


def _whole(column: Column) -> Mapping[str, Any]:
    return {**_limits(column), "Format": column.format or None}


def _fraction(column: Column) -> Mapping[str, Any]:
    return {**_limits(column), "Precision": column.precision}


def _money(column: Column) -> Mapping[str, Any]:
    is_base = column.base_of is not None
    return {**_fraction(column), "CalculationOf": column.base_of, "IsBaseCurrency": is_base}


def _moment(column: Column) -> Mapping[str, Any]:
    behavior = {"Value": column.date_behavior} if column.date_behavior else None
    return {"Format": column.format or None, "DateTimeBehavior": behavior}


def _targets(column: Column) -> Mapping[str, Any]:
    return {"Targets": list(column.targets)}


def _truth(column: Column) -> Mapping[str, Any]:
    return {} if column.default is None else {"DefaultValue": bool(column.default)}


def _choice(column: Column) -> Mapping[str, Any]:
    return {} if column.default is None else {"DefaultFormValue": column.default}


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


def _option_set(table: Table, column: Column, wording: Wording) -> Definition:
    """Return the choices of a column; a global choice is one, whichever column it is read from."""
    is_global = column.option_set is not None
    name = column.option_set or f"{table.logical_name}_{column.logical_name}"
    names = ("optionset", name)
    values: dict[str, Any] = {
        "MetadataId": identifier(*names),
        "HasChanged": None,
        "Name": name,
        "IsGlobal": is_global,
        "IsCustomOptionSet": False,
        "IsManaged": True,
        "OptionSetType": column.type,
    }
    if not is_global:
        values["DisplayName"] = wording.label(lambda language: language.column(column), *names)
    options = {}
    for option in column.options:
        text = partial(_text_of, table, column, option)
        label = wording.label(text, *names, str(option.value))
        options[option.value] = _option(table, column, option, label)
    if column.type == "Boolean":
        values |= {"TrueOption": options.get(1), "FalseOption": options.get(0)}
        return Definition(TYPES["BooleanOptionSetMetadata"], values)
    return Definition(TYPES["OptionSetMetadata"], values | {"Options": list(options.values())})


def _text_of(table: Table, column: Column, option: Option, language: Language) -> str | None:
    return language.option(table, column, option)


def _option(
    table: Table, column: Column, option: Option, label: Mapping[str, Any]
) -> dict[str, Any]:
    written = {
        "Value": option.value,
        "Label": label,
        "IsManaged": True,
        "MetadataId": None,
        "HasChanged": None,
    }
    own: dict[str, Any] = {}
    if column.type == "Status":
        own = {"State": option.state}
    elif column.type == "State":
        default = table.default_status.get(option.value)
        own = {"DefaultStatus": default, "InvariantName": option.label}
    kind = f"#Microsoft.Dynamics.CRM.{column.type}OptionMetadata"
    return {"@odata.type": kind, **written, **own} if own else written
