"""Properties of the Web API to columns: `_name_value` for lookups, the column's name otherwise."""

from collections.abc import Callable

from xrm.model.metadata import Column, Table
from xrm.wire.odata4.errors import ODataError


def column_named(table: Table, name: str) -> Column:
    """Return the column of a property. Raises ODataError in the service's words."""
    column = table.columns.get(name)
    if column is None and name.startswith("_") and name.endswith("_value"):
        column = table.columns.get(name[1:-6])
        if column is not None and column.is_lookup:
            return column
        column = None
    if column is None or column.is_lookup or not column.valid_for_read:
        raise unknown_property(table, name)
    return column


def unknown_property(table: Table, name: str) -> ODataError:
    """Return the error for a property a table does not have."""
    return ODataError(
        f"Could not find a property named '{name}' on type "
        f"'Microsoft.Dynamics.CRM.{table.logical_name}'."
    )


def resolver(table: Table) -> Callable[[str], str]:
    """Return what turns a property's name into a column's logical name."""

    def resolve(name: str) -> str:
        return column_named(table, name).logical_name

    return resolve
