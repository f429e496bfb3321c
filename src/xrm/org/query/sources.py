"""Sources: the tables of one statement, joined as its joins and links say, and their columns.

Inner joins come first, then each outer one with the inner joins it holds, then what it holds that
is outer, then links: so whatever a join's own filter may name stands before it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import and_, literal_column, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Column, Table
from xrm.org.query.links import prefix
from xrm.org.query.shape import Joined, Joining, Link, Node, Shape, Side
from xrm.org.security.access import criterion
from xrm.org.store.columns import fold_name, is_polymorphic, type_name
from xrm.org.store.tables import schema

Compile = Callable[["Sources", Node], ColumnElement[bool]]


class Sources:
    """The table asked, those joined to it and those its links lead to, by their numbers.

    `tests` are those of inner joins' filters; `compiled` makes tests of nodes. Raises
    ServiceError 0x80040219 for the filter of an outer join about a later one.
    """

    def __init__(self, catalogue: Catalogue, shape: Shape, compiled: Compile) -> None:
        self.schema = schema(catalogue)
        self.table = catalogue[shape.table]
        self.sql = self.schema.tables[shape.table]
        self._catalogue = catalogue
        self._compiled = compiled
        self._tables: list[Table] = [self.table]
        self._sql: list[FromClause] = [self.sql]
        self._reached = {0}
        self.joined: FromClause = self.sql
        self.tests: list[ColumnElement[bool]] = []
        self.joined_keys: list[tuple[int, str]] = []
        self._number(shape.joinings)
        self._join(shape.joinings)
        self._follow(shape.links)

    def _number(self, joinings: Iterable[Joining]) -> None:
        """Give each joined table its place: they are numbered as they are held."""
        for joining in joinings:
            table = self._catalogue.joinable(joining.table)
            assert table is not None
            place = self.schema.intersects if joining.sides else self.schema.tables
            self._tables.append(table)
            self._sql.append(place[joining.table].alias(f"j{joining.number}"))
            names = [side.column for side in joining.sides] or [table.primary_id]
            self.joined_keys += [(joining.number, name) for name in names]
            self._number(joining.joinings)

    def _join(self, joinings: Iterable[Joining]) -> None:
        inner, outer = _together(joinings)
        self.joined = self._beside(self.joined, inner)
        self._reached |= {each.number for each in inner}
        waiting = outer
        while waiting:
            head, *waiting = waiting
            inner, held = _together(head.joinings)
            self._join_outer(head, inner)
            waiting = [*held, *waiting]
        every, _ = _together(joinings)
        self.tests = [self._compiled(self, each.found) for each in every if each.found is not None]

    def _beside(self, left: FromClause, inner: Iterable[Joining]) -> FromClause:
        for each in inner:
            left = left.join(self._sql[each.number], and_(*self._equal(each)))
        return left

    def _join_outer(self, head: Joining, inner: list[Joining]) -> None:
        """Join a table and what it holds: a row is there with all of these, or with none."""
        self._reached |= {each.number for each in (head, *inner)}
        tests = list(self._equal(head))
        for each in (head, *inner):
            if each.found is not None:
                self._check_reached(each.found)
                tests.append(self._compiled(self, each.found))
        right = self._beside(self._sql[head.number], inner)
        self.joined = self.joined.outerjoin(right, and_(*tests))

    def _check_reached(self, node: Node) -> None:
        if isinstance(node, Joined):
            for item in node.items:
                self._check_reached(item)
        elif not {node.link, node.other_link} <= self._reached:
            raise service.ServiceError(
                service.NOT_IMPLEMENTED,
                "The filter of an outer link entity names one that is joined after it.",
            )

    def _equal(self, joining: Joining) -> Iterator[ColumnElement[bool]]:
        """Yield what a joined row must be: alike in the columns, and readable by the caller."""
        number, source = joining.number, joining.source
        yield self.compared(number, joining.column) == self.compared(source, joining.other)
        places = (number, joining.column), (source, joining.other)
        kind, other = (self._kind(*place) for place in places)
        several = any(is_polymorphic(self.column(*place)) for place in places)
        if several and kind is not None and other is not None:
            yield kind == other
        for side in joining.sides:
            yield from self._is_readable(number, side)
        sql, table = self._sql[number], self._tables[number]
        allowed = criterion(table, sql, joining.scope, prefix=prefix(number))
        if allowed is not None:
            yield allowed

    def _kind(self, number: int, name: str) -> ColumnElement[Any] | None:
        """Return the table whose records' keys a column holds, None if that is not known."""
        column, table = self.column(number, name), self._tables[number]
        if is_polymorphic(column):
            return self._sql[number].c[type_name(column)]
        if name == table.primary_id:
            return word(table.logical_name)
        return word(column.targets[0]) if column.targets else None

    def _is_readable(self, number: int, side: Side) -> Iterator[ColumnElement[bool]]:
        """Yield that the record of a pair's side is readable, unless all of them are."""
        table = self._catalogue[side.table]
        sql = self.schema.tables[side.table].alias(f"j{number}{side.column}")
        allowed = criterion(table, sql, side.scope, prefix=f"{prefix(number)}{side.column}_")
        if allowed is not None:
            keys = select(sql.c[table.primary_id]).where(allowed)
            yield self._sql[number].c[side.column].in_(keys)

    def _follow(self, links: Iterable[Link]) -> None:
        for number, link in enumerate(links, len(self._sql)):
            target = self._catalogue[link.target]
            alias = self.schema.tables[link.target].alias(f"j{number}")
            tests = self._matches(link, target, alias, number)
            self._tables.append(target)
            self._sql.append(alias)
            self.joined = self.joined.outerjoin(alias, and_(*tests))

    def _matches(
        self, link: Link, target: Table, alias: FromClause, number: int
    ) -> Iterator[ColumnElement[bool]]:
        """Yield what a linked row must be: pointed to, and readable by the caller."""
        column = self.column(link.source, link.column)
        source = self._sql[link.source]
        yield alias.c[target.primary_id] == source.c[link.column]
        if is_polymorphic(column):
            yield source.c[type_name(column)] == word(link.target)
        allowed = criterion(target, alias, link.scope, prefix=prefix(number))
        if allowed is not None:
            yield allowed

    def table_of(self, number: int) -> Table:
        """Return the table of a join or link."""
        return self._tables[number]

    def column(self, link: int, name: str) -> Column:
        """Return a column of a link's table."""
        return self._tables[link].columns[name]

    def stored(self, link: int, name: str) -> ColumnElement[Any]:
        """Return a column as it is kept."""
        return self._sql[link].c[name]

    def compared(self, link: int, name: str) -> ColumnElement[Any]:
        """Return what a column is compared and sorted by: of text, its fold key."""
        column = self.column(link, name)
        return self._sql[link].c[fold_name(column) if column.is_text else name]


def _together(joinings: Iterable[Joining]) -> tuple[list[Joining], list[Joining]]:
    """Return the inner joins among these and those they hold, then the outer ones."""
    inner: list[Joining] = []
    outer: list[Joining] = []
    for joining in joinings:
        if joining.outer:
            outer.append(joining)
            continue
        held, more = _together(joining.joinings)
        inner += [joining, *held]
        outer += more
    return inner, outer


def word(name: str) -> ColumnElement[str]:
    """Return a table's logical name as a constant of the statement."""
    return literal_column(f"'{name}'")
