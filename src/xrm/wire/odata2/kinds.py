"""Names of OData 2.0's world: namespaces, complex types, and the type of each column."""

from collections.abc import Mapping

from xrm.model.metadata import CHOICES, Column, Table

SERVICES = "Microsoft.Crm.Sdk.Data.Services"
DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
META = f"{DATA}/metadata"
SCHEME = f"{DATA}/scheme"
RELATED = f"{DATA}/related/"
ATOM = "http://www.w3.org/2005/Atom"
APP = "http://www.w3.org/2007/app"

COMPLEX: Mapping[str, Mapping[str, str]] = {
    "EntityReference": {
        "Id": "Edm.Guid",
        "LogicalName": "Edm.String",
        "Name": "Edm.String",
        "RowVersion": "Edm.String",
    },
    "OptionSetValue": {"Value": "Edm.Int32"},
    "Money": {"Value": "Edm.Decimal"},
    "BooleanManagedProperty": {"Value": "Edm.Boolean", "CanBeChanged": "Edm.Boolean"},
}
"""The members of each complex type, by name and type."""

_EDM = {
    "String": "Edm.String",
    "Memo": "Edm.String",
    "EntityName": "Edm.String",
    "Integer": "Edm.Int32",
    "BigInt": "Edm.Int64",
    "Boolean": "Edm.Boolean",
    "Double": "Edm.Double",
    "Decimal": "Edm.Decimal",
    "DateTime": "Edm.DateTime",
    "Uniqueidentifier": "Edm.Guid",
    "Image": "Edm.Binary",
    "Money": "Money",
    "ManagedProperty": "BooleanManagedProperty",
}


def kind_of(column: Column) -> str:
    """Return the type of a column: an Edm type, or the name of a complex one."""
    if column.is_lookup:
        return "EntityReference"
    return "OptionSetValue" if column.type in CHOICES else _EDM[column.type]


def qualified(kind: str) -> str:
    """Return the full name of a type."""
    return kind if kind.startswith("Edm.") else f"{SERVICES}.{kind}"


def set_name(table: Table) -> str:
    """Return the name of a table's entity set."""
    return f"{table.schema_name}Set"
