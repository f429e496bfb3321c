"""Properties of the Web API to columns: `_name_value` for lookups, the column's name otherwise."""

from xrm.model.metadata import Catalogue, Column, ManyToOne, Table
from xrm.model.query import Hop, Path
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Name, Resolve
from xrm.wire.odata4.values import property_name

PRINCIPALS = frozenset({"systemuser", "team"})
"""The tables whose type is derived from `principal` and has its key beside their own."""
PRINCIPAL_KEY = "ownerid"
_TYPES = {"owner": "principal"}


def key_name(table: Table) -> str:
    """Return what the type of a table calls its key."""
    return PRINCIPAL_KEY if table.logical_name in PRINCIPALS else table.primary_id


def column_named(table: Table, name: str) -> Column:
    """Return the column of a property. Raises ODataError in the service's words."""
    column = table.columns.get(name)
    if name == PRINCIPAL_KEY and table.logical_name in PRINCIPALS:
        return table.columns[table.primary_id]
    if column is None and name.startswith("_") and name.endswith("_value"):
        column = table.columns.get(name[1:-6])
        if column is not None and column.is_lookup:
            return column
        column = None
    if column is None or column.is_lookup or not column.valid_for_read:
        raise unknown_property(table, name)
    return column


def selected_column(table: Table, name: str) -> tuple[Column, str]:
    """Return the column a name of `$select` asks for, and the name the context shows.

    A lookup goes by the name of its navigation property too. Raises ODataError.
    """
    relationship = table.navigation(name)
    if relationship is not None and table.columns[relationship.column].valid_for_read:
        return table.columns[relationship.column], name
    column = column_named(table, name)
    return column, name if name == PRINCIPAL_KEY else property_name(column)


def unknown_property(table: Table, name: str) -> ODataError:
    """Return the error for a property a table does not have."""
    return ODataError(
        f"Could not find a property named '{name}' on type "
        f"'Microsoft.Dynamics.CRM.{table.logical_name}'."
    )


def resolver(catalogue: Catalogue, table: Table) -> Resolve:
    """Return what turns a property, or a path of lookups to one, into a column."""

    def resolve(text: str) -> Name:
        *steps, last = text.split("/")
        here: Table = table
        via: Path = ()
        for place, step in enumerate(steps):
            relationship = here.navigation(step)
            if relationship is None:
                raise unknown_property(here, step)
            target = catalogue.tables.get(relationship.target)
            if target is None:
                return _of_principal(relationship, (*steps[place + 1 :], last), via)
            here, via = target, (*via, Hop(relationship.column, target.logical_name))
        return Name(column_named(here, last).logical_name, via)

    return resolve


def _of_principal(relationship: ManyToOne, rest: tuple[str, ...], via: Path) -> Name:
    """Return a column through a lookup whose target has no table of its own.

    An owner is known by its key alone, whether it is a user or a team.
    """
    if relationship.target == "owner" and rest == (relationship.column,):
        return Name(relationship.column, via)
    raise ODataError(
        f"Could not find a property named '{rest[0]}' on type "
        f"'Microsoft.Dynamics.CRM.{_TYPES.get(relationship.target, relationship.target)}'."
    )


def key_column(table: Table, name: str) -> Column | None:
    """Return the column a part of an alternate key names, None if there is none.

    A lookup goes by its property's name, `_name_value`.
    """
    column = table.columns.get(name)
    if column is not None:
        return None if column.is_lookup else column
    if name.startswith("_") and name.endswith("_value"):
        column = table.columns.get(name[1:-6])
        return column if column is not None and column.is_lookup else None
    return None
