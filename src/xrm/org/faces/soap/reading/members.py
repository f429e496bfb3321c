"""Members of a data contract: those that must be there, and the tables and columns they name."""

from typing import Any

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.wire.fetchxml.refusals import no_table
from xrm.wire.soap.values import Items, Pairs, Struct, Word


def invalid(text: str) -> service.ServiceError:
    """Return 0x80040203 with a sentence."""
    return service.ServiceError(service.INVALID_ARGUMENT, text)


def missing(name: str, request: str) -> service.ServiceError:
    """Return the error for a parameter a message needs."""
    return invalid(f"Required field '{name}' is missing for RequestName='{request}'")


def missing_member(name: str, field: str) -> service.ServiceError:
    """Return the error for a member that a parameter needs."""
    return invalid(f"Required member '{name}' missing for field '{field}'")


def member(struct: Struct | None, name: str) -> Any:
    """Return a member, None where it is nil or not there, or there is no struct."""
    return None if struct is None else struct.members.get(name)


def listed(struct: Struct | None, name: str) -> list[Any]:
    """Return the items of a member that is a collection, none where it is not there."""
    found = member(struct, name)
    return found.values if isinstance(found, Items) else []


def word(struct: Struct | None, name: str, otherwise: str) -> str:
    """Return a member that is of an enumeration."""
    found = member(struct, name)
    return found.text if isinstance(found, Word) else otherwise


def text(struct: Struct | None, name: str) -> str:
    """Return a member that is a text, "" where it is not there."""
    found = member(struct, name)
    return found if isinstance(found, str) else ""


def table_named(catalogue: Catalogue, name: Any, field: str) -> Table:
    """Return a table. Raises ServiceError 0x80040203 without a name, 0x80041102 for no table."""
    if not isinstance(name, str) or not name:
        raise missing_member("LogicalName" if field == "Target" else "EntityName", field)
    table = catalogue.tables.get(name)
    if table is None:
        raise no_table(name)
    return table


def no_attribute(table: Table, name: Any) -> service.ServiceError:
    """Return the error for a column of a record there is not, as it was recorded."""
    return service.ServiceError(
        service.NO_ATTRIBUTE,
        f"'{table.logical_name}' entity doesn't contain attribute with Name = "
        f"'{str(name or '')[:100]}'.",
    )


def kind_of(value: Any) -> str:
    """Return the .NET name of a value's type."""
    if isinstance(value, Struct | Items | Pairs | Word):
        return f"Microsoft.Xrm.Sdk.{value.type}"
    return f"System.{_SIMPLE.get(type(value).__name__, 'Object')}"


_SIMPLE = {
    "str": "String",
    "bool": "Boolean",
    "int": "Int32",
    "Long": "Int64",
    "float": "Double",
    "Decimal": "Decimal",
    "datetime": "DateTime",
    "UUID": "Guid",
    "bytes": "Byte[]",
}
