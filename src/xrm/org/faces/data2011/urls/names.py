"""Properties by their schema names: to columns, in paths and in query options."""

from collections.abc import Mapping
from functools import cache

from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Hop, Path
from xrm.wire.odata2.kinds import COMPLEX, kind_of, qualified
from xrm.wire.odata2.navigations import Navigation, navigations
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Name, Resolve


@cache
def columns(table: Table) -> Mapping[str, Column]:
    """Return the properties of a table: its readable columns by schema name."""
    return {each.schema_name: each for each in table.columns.values() if each.valid_for_read}


def column_named(table: Table, name: str) -> Column:
    """Return the column of a property. Raises ODataError in the service's words."""
    column = columns(table).get(name)
    if column is None:
        raise unknown_property(table, name)
    return column


def unknown_property(table: Table, name: str) -> ODataError:
    """Return the error for a property a type does not have."""
    kind = qualified(table.schema_name)
    return ODataError(f"No property '{name[:100]}' exists in type '{kind}' at position 0.")


class FilterNames:
    """Turns the properties of one `$filter` into columns.

    All of them are of one record: that asked, or one a navigation property leads to
    (documented).
    """

    def __init__(self, catalogue: Catalogue, table: Table) -> None:
        self._catalogue = catalogue
        self._table = table
        self._of: set[str] = set()

    def __call__(self, text: str) -> Name:
        """Return the column of a property or path. Raises ODataError."""
        table, via, rest = _entered(self._catalogue, self._table, text)
        self._of.add(text.partition("/")[0] if via else "")
        if len(self._of) > 1:
            raise ODataError(
                "The filter has conditions on more than one entity, which is not supported."
            )
        return _compared(self._catalogue, table, via, rest)


def order_names(catalogue: Catalogue, table: Table) -> Resolve:
    """Return what turns a property of `$orderby` into a column, of the record asked alone."""

    def resolve(text: str) -> Name:
        first, *rest = text.split("/")
        if first in navigations(catalogue, table):
            raise ODataError("The $orderby expression must name properties of the root entity.")
        column = column_named(table, first)
        if kind_of(column) == "EntityReference" and rest == ["Name"]:
            return Name(column.logical_name)
        if kind_of(column) == "EntityReference":
            raise ODataError("The $orderby expression sorts a reference by its Name.")
        return _compared(catalogue, table, (), [first, *rest])

    return resolve


def _entered(catalogue: Catalogue, table: Table, text: str) -> tuple[Table, Path, list[str]]:
    """Return the table a path is about, the way to it, and the rest of the path."""
    parts = text.split("/")
    navigation = navigations(catalogue, table).get(parts[0])
    if navigation is None:
        return table, (), parts
    if navigation.many or len(parts) == 1:
        raise ODataError(f"The property '{parts[0][:100]}' cannot be compared with a value.")
    hop = Hop(navigation.lookup.column, navigation.target.logical_name)
    return navigation.target, (hop,), parts[1:]


def _compared(catalogue: Catalogue, table: Table, via: Path, parts: list[str]) -> Name:
    """Return the column that a property, or a member of a complex one, is compared by."""
    if parts[0] in navigations(catalogue, table):
        raise ODataError("A path of more than one navigation property is not supported.")
    column = column_named(table, parts[0])
    kind = kind_of(column)
    if kind not in COMPLEX:
        if len(parts) > 1:
            raise ODataError(f"'{parts[0]}' has no property '{parts[1][:100]}'.")
        return Name(column.logical_name, via)
    if len(parts) != 2 or parts[1] not in COMPLEX[kind]:
        raise ODataError(
            f"The property '{parts[0]}' is of the complex type '{qualified(kind)}': one of its "
            "members must be named."
        )
    if parts[1] in ("Id", "Value"):
        return Name(column.logical_name, via)
    return _name_of(catalogue, column, via, parts[1])


def _name_of(catalogue: Catalogue, column: Column, via: Path, member: str) -> Name:
    """Return the name of what a lookup points to, where that is of one table."""
    target = catalogue.tables.get(column.targets[0]) if len(column.targets) == 1 else None
    if member != "Name" or target is None or target.primary_name is None:
        raise ODataError(f"'{column.schema_name}/{member}' cannot be compared.")
    return Name(target.primary_name, (*via, Hop(column.logical_name, target.logical_name)))


def navigation_named(catalogue: Catalogue, table: Table, name: str) -> Navigation:
    """Return a navigation property. Raises ODataError in the service's words."""
    found = navigations(catalogue, table).get(name)
    if found is None:
        raise unknown_property(table, name)
    return found
