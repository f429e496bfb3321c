"""The link-entities of a QueryExpression: each has a name before any of them is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Filter, Join, Selected
from xrm.org.faces.soap.reading.members import invalid, listed, member, text, word
from xrm.wire.fetchxml.joining import MOST_LINKS
from xrm.wire.fetchxml.refusals import column_of, no_table, refused, unsupported
from xrm.wire.soap.values import Struct

_KNOWN = {"Inner": False, "Natural": False, "LeftOuter": True}


@dataclass(frozen=True, slots=True)
class Link:
    """One link-entity: what it was said to be, its name, its table, and those within it."""

    raw: Struct
    alias: str
    table: Table
    links: tuple["Link", ...]


class Links:
    """All link-entities of a query, in the order they stand in it.

    Raises ServiceError 0x80041102 for a table there is not, 0x80041130 for a name used twice,
    0x8004430d for more than the service joins.
    """

    def __init__(self, catalogue: Catalogue, root: Table, raw: Sequence[Any]) -> None:
        self._catalogue = catalogue
        self.root = root
        self.named: dict[str, Table] = {}
        self._count = 0
        given = list(_aliases(raw))
        if len(given) > MOST_LINKS:
            raise refused(service.TOO_MANY_LINKS)
        self._taken = {alias.lower() for alias in given if alias}
        if len(self._taken) < len([alias for alias in given if alias]):
            raise refused(service.DUPLICATE_ALIAS)
        self.tree = tuple(self._link(each) for each in raw)

    def _link(self, raw: Struct) -> Link:
        name = text(raw, "LinkToEntityName")
        table = self._catalogue.joinable(name)
        if table is None:
            raise no_table(name)
        alias = text(raw, "EntityAlias") or self._free(table)
        self.named[alias] = table
        self._count += 1
        links = tuple(self._link(each) for each in listed(raw, "LinkEntities"))
        return Link(raw, alias, table, links)

    def _free(self, table: Table) -> str:
        """Return the table's name with the number of the link, or the next that is free."""
        number = self._count + 1
        while (alias := f"{table.logical_name}{number}") in self._taken:
            number += 1
        self._taken.add(alias)
        return alias

    def place(self, name: Any, here: Table, join: str) -> tuple[str, Table]:
        """Return the alias and table that a condition's or an order's EntityName means.

        Without one it is the place where it stands; a table's own name means the first link to
        it. Raises ServiceError 0x8004110a for a name there is not.
        """
        if not name:
            return join, here
        if name in self.named:
            return name, self.named[name]
        for alias, table in self.named.items():
            if table.logical_name == name:
                return alias, table
        if name == self.root.logical_name:
            return "", self.root
        raise refused(service.ALIAS_UNKNOWN, str(name)[:100])

    def every(self) -> Iterator[Link]:
        """Yield the link-entities, each before those within it."""
        waiting = list(reversed(self.tree))
        while waiting:
            link = waiting.pop()
            yield link
            waiting.extend(reversed(link.links))


def _aliases(raw: Sequence[Any]) -> Iterator[str]:
    for each in raw:
        yield text(each, "EntityAlias")
        yield from _aliases(listed(each, "LinkEntities"))


ReadFilter = Callable[[Any, Table, str], Filter | None]


def joins(links: Sequence[Link], holder: Table, read: ReadFilter) -> tuple[Join, ...]:
    """Return link-entities as joins; `read` makes of a LinkCriteria what tests the rows.

    Raises ServiceError 0x80041103 for a column there is not, 0x80041121 for another operator.
    """
    return tuple(_join(link, holder, read) for link in links)


def _join(link: Link, holder: Table, read: ReadFilter) -> Join:
    raw, table = link.raw, link.table
    said = word(raw, "JoinOperator", "Inner")
    if said not in _KNOWN:
        raise refused(service.JOIN_OPERATOR, f"JoinOperator = {said}")
    source = text(raw, "LinkFromEntityName")
    if source and source != holder.logical_name:
        raise invalid(f"A link from '{source[:100]}' stands at '{holder.logical_name}'.")
    return Join(
        table.logical_name,
        column_of(table, text(raw, "LinkToAttributeName")).logical_name,
        column_of(holder, text(raw, "LinkFromAttributeName")).logical_name,
        link.alias,
        outer=_KNOWN[said],
        columns=_columns(table, member(raw, "Columns")),
        filter=read(member(raw, "LinkCriteria"), table, link.alias),
        joins=joins(link.links, table, read),
    )


def _columns(table: Table, raw: Any) -> tuple[Selected, ...]:
    names = columns_of(table, raw)
    if names is None:
        names = tuple(name for name, each in table.columns.items() if each.valid_for_read)
    return tuple(Selected(name) for name in names)


def columns_of(table: Table, raw: Struct | None) -> tuple[str, ...] | None:
    """Return the columns a ColumnSet names, None for all of them.

    Raises ServiceError 0x80041103 for one there is not.
    """
    if listed(raw, "AttributeExpressions"):
        raise unsupported("An aggregate of a ColumnSet")
    if member(raw, "AllColumns"):
        return None
    names = (column_of(table, name or "").logical_name for name in listed(raw, "Columns"))
    return tuple(dict.fromkeys(names))
