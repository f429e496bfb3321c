"""link-entity: which tables a query joins, under which alias, by which columns.

They are found before anything else is read, since filters and orders name them by alias
wherever they stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, ManyToOne, Table
from xrm.wire.fetchxml.elements import Element, alias_of, required
from xrm.wire.fetchxml.refusals import column_of, no_table, refused

MOST_LINKS = 15
_TYPES = {"": False, "inner": False, "natural": False, "outer": True}
_SEMI = frozenset(
    {"exists", "in", "matchfirstrowusingcrossapply", "any", "not any", "all", "not all"}
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link-entity: its table, and the columns by which it is joined to the one that holds it."""

    element: Element
    table: Table
    alias: str
    column: str
    other: str
    outer: bool
    links: tuple["Link", ...]


@dataclass(slots=True)
class Links:
    """The links of a query: those of the entity, and each by what it may be called."""

    table: Table
    roots: tuple[Link, ...] = ()
    aliases: dict[str, Table] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> tuple[str, Table]:
        """Return the alias and table of a link called so: by its alias, or its table's name.

        Raises ServiceError 0x8004110a if there is none.
        """
        alias = name if name in self.aliases else self.names.get(name)
        if alias is None:
            raise refused(service.ALIAS_UNKNOWN, name[:100])
        return alias, self.aliases[alias]


def read_links(catalogue: Catalogue, table: Table, entity: Element) -> Links:
    """Return the links of an entity and of what it links to.

    Raises ServiceError for a table or column there is not, an alias given twice, a type that is
    none or not supported, and more links than the service joins.
    """
    reader = _Reader(catalogue, Links(table))
    every = [child for child in entity.iter("link-entity") if _is_joined(child)]
    if len(every) > MOST_LINKS:
        raise refused(service.TOO_MANY_LINKS)
    given = [alias for each in every if (alias := alias_of(each))]
    if len({alias.lower() for alias in given}) < len(given):
        raise refused(service.DUPLICATE_ALIAS)
    reader.taken = {alias.lower() for alias in given}
    reader.found.roots = tuple(reader.links(table, entity))
    return reader.found


def _is_joined(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("entity", "link-entity")


class _Reader:
    def __init__(self, catalogue: Catalogue, found: Links) -> None:
        self._catalogue = catalogue
        self._number = 0
        self.taken: set[str] = set()
        self.found = found

    def links(self, holder: Table, element: Element) -> Iterator[Link]:
        for child in element.iterchildren("link-entity"):
            yield self._link(holder, child)

    def _link(self, holder: Table, element: Element) -> Link:
        outer = is_outer(element)
        name = required(element, "name")
        table = self._catalogue.joinable(name)
        if table is None:
            raise no_table(name)
        column, other = _columns(holder, table, element)
        alias = self._alias(element, table)
        self.found.aliases[alias] = table
        self.found.names.setdefault(table.logical_name, alias)
        links = tuple(self.links(table, element))
        return Link(element, table, alias, column, other, outer, links)

    def _alias(self, element: Element, table: Table) -> str:
        """Return the alias given, or the table's name with the number of the link."""
        self._number += 1
        given = alias_of(element)
        number = self._number
        while not given:
            name = f"{table.logical_name}{number}"
            given, number = ("" if name in self.taken else name), number + 1
        self.taken.add(given.lower())
        return given


def is_outer(element: Element) -> bool:
    """Return whether a link keeps rows without any.

    Raises ServiceError 0x80041121 for a type that this server does not have, 0x80041117 for one
    that is none.
    """
    text = element.get("link-type", "")
    if text in _SEMI:
        raise refused(service.JOIN_OPERATOR, f"link-type = {text}")
    if text not in _TYPES:
        raise refused(service.LINK_TYPE, f"link-type = {text[:100]}")
    return _TYPES[text]


def _columns(holder: Table, table: Table, element: Element) -> tuple[str, str]:
    """Return the column of the linked table and that of its holder.

    Without `from` it is the linked table's key; without both the one lookup between the two.
    """
    own, other = element.get("from", ""), element.get("to", "")
    if not own and not other:
        return _only_lookup(holder, table)
    if not other or (not own and not table.primary_id):
        raise refused(service.ATTRIBUTE_PAIR)
    own = own or table.primary_id
    return column_of(table, own).logical_name, column_of(holder, other).logical_name


def _only_lookup(holder: Table, table: Table) -> tuple[str, str]:
    found = {
        *((table.primary_id, row.column) for row in _between(holder, table)),
        *((row.column, holder.primary_id) for row in _between(table, holder)),
    }
    if len(found) != 1 or table is holder:
        raise refused(service.ATTRIBUTE_MISSING, "link-entity from, to")
    return found.pop()


def _between(table: Table, target: Table) -> Iterator[ManyToOne]:
    for row in table.many_to_one:
        if row.target == target.logical_name and row.column in table.columns:
            yield row
