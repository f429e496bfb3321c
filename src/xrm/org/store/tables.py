"""The SQL tables of a catalogue: one a table, one an association whose both sides exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Index, MetaData, PrimaryKeyConstraint
from sqlalchemy import Table as SqlTable

from xrm.db import types
from xrm.model.metadata import Catalogue, Column, ManyToMany, Table
from xrm.org.store.columns import SQL_TYPES, fold_name, is_polymorphic, type_name

DEPTH_MASK = "privilegedepthmask"
ROLE_PRIVILEGES = "roleprivileges"
USER_ROLES = "systemuserroles"
TEAM_ROLES = "teamroles"
MEMBERSHIPS = "teammembership"
SHARES = "principalobjectaccess"
KEYS = "entitykey"
LANGUAGES = "provisionedlanguage"


@dataclass(frozen=True)
class Schema:
    """The SQL side of a catalogue."""

    metadata: MetaData
    tables: dict[str, SqlTable]
    intersects: dict[str, SqlTable]


@cache
def schema(catalogue: Catalogue) -> Schema:
    """Return the SQL tables of a catalogue; made once."""
    metadata = MetaData()
    tables = {table.logical_name: _table(metadata, table) for table in catalogue.tables.values()}
    associations: dict[str, ManyToMany] = {
        association.intersect: association
        for table in catalogue.tables.values()
        for association in table.many_to_many
        if {association.entity1, association.entity2} <= tables.keys()
    }
    intersects = {name: _intersect(metadata, row) for name, row in associations.items()}
    _keys(metadata)
    SqlTable(LANGUAGES, metadata, SqlColumn("lcid", types.Integer, primary_key=True))
    return Schema(metadata, tables, intersects)


def _table(metadata: MetaData, table: Table) -> SqlTable:
    columns = [sql for column in table.columns.values() for sql in _columns(table, column)]
    indexes = [
        Index(f"ix_{table.logical_name}_{column.logical_name}", *_indexed(table, column))
        for column in table.columns.values()
        if column.indexed and column.logical_name != table.primary_id
    ]
    return SqlTable(table.logical_name, metadata, *columns, *indexes)


def _indexed(table: Table, column: Column) -> tuple[str, ...]:
    """Return the columns of the index of one: the key last, by which pages are told apart."""
    name = fold_name(column) if column.is_text else column.logical_name
    if name == "owningbusinessunit" and table.is_user_owned:
        # With the owner, the index says who may read a row, and rows are counted by it alone.
        return name, "ownerid", table.primary_id
    return name, table.primary_id


def _columns(table: Table, column: Column) -> Iterator[SqlColumn[Any]]:
    kind = SQL_TYPES.get(column.type, types.Integer)
    if column.logical_name == table.primary_id:
        yield SqlColumn(column.logical_name, kind, primary_key=True)
        return
    yield SqlColumn(column.logical_name, kind)
    if column.is_text:
        yield SqlColumn(fold_name(column), types.String)
    elif is_polymorphic(column):
        yield SqlColumn(type_name(column), types.String)


def _intersect(metadata: MetaData, association: ManyToMany) -> SqlTable:
    first, second = association.entity1_column, association.entity2_column
    columns: list[SqlColumn[Any]] = [SqlColumn(first, types.Bytes), SqlColumn(second, types.Bytes)]
    if association.intersect == ROLE_PRIVILEGES:
        columns.append(SqlColumn(DEPTH_MASK, types.Integer, nullable=False))
    return SqlTable(
        association.intersect,
        metadata,
        *columns,
        PrimaryKeyConstraint(first, second),
        Index(f"ix_{association.intersect}_{second}", second),
    )


def _keys(metadata: MetaData) -> SqlTable:
    """Return the table of the alternate keys an organization has defined."""
    names = ("tablename", "name", "schemaname", "displayname", "columnnames")
    texts: list[SqlColumn[Any]] = [SqlColumn(name, types.String, nullable=False) for name in names]
    return SqlTable(KEYS, metadata, SqlColumn("entitykeyid", types.Bytes, primary_key=True), *texts)
