"""The choices of a column as the service describes them: OptionSetMetadata and its kin."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from xrm.model.metadata import Column, Option, Table
from xrm.org.definitions.settings import customizable
from xrm.org.definitions.types import TYPES
from xrm.org.definitions.values import Definition, Wording, identifier
from xrm.org.metadata.languages import Language


def option_set(table: Table, column: Column, wording: Wording) -> Definition:
    """Return the choices of a column; a global choice is one, whichever column it is read from."""
    is_global = column.option_set is not None
    name = column.option_set or f"{table.logical_name}_{column.logical_name}"
    names = ("optionset", name)
    values: dict[str, Any] = {
        "MetadataId": identifier(*names),
        "HasChanged": None,
        "Name": name,
        "Description": None,
        "DisplayName": None,
        "IsGlobal": is_global,
        "IsCustomOptionSet": False,
        "IsCustomizable": customizable(True),
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
        "Description": None,
        "IsManaged": True,
        "IsHidden": False,
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
