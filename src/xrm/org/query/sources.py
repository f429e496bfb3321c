"""Sources: the tables of one statement, joined as its links say, and their columns."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from xrm.model.metadata import Catalogue, Column, Table
from xrm.org.query.links import prefix
from xrm.org.query.shape import Link, Shape
from xrm.org.security.access import criterion
from xrm.org.store.columns import fold_name, is_polymorphic, type_name
from xrm.org.store.tables import schema


class Sources:
    """The table asked and those its links lead to, numbered as the links are."""

    def __init__(self, catalogue: Catalogue, shape: Shape) -> None:
        self.schema = schema(catalogue)
        self.table = catalogue[shape.table]
        self.sql = self.schema.tables[shape.table]
        self._tables: list[Table] = [self.table]
        self._sql: list[FromClause] = [self.sql]
        self.joined: FromClause = self.sql
        for number, link in enumerate(shape.links, 1):
            target = catalogue[link.target]
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


def word(name: str) -> ColumnElement[str]:
    """Return a table's logical name as a constant of the statement."""
    return literal_column(f"'{name}'")
