"""Unique indexes that come and go while the database is in use."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Index, MetaData, Table
from sqlalchemy.schema import CreateIndex, DropIndex

from xrm.db.engine import Database, Transaction


def add_unique(
    database: Database,
    transaction: Transaction,
    name: str,
    table: str,
    columns: Sequence[Column[Any]],
) -> None:
    """Create a unique index of a table's columns; rows with a null among them do not count.

    Raises Violation if rows are alike in these columns.
    """
    transaction.run(database.compile(CreateIndex(_index(name, table, columns))))


def drop(
    database: Database,
    transaction: Transaction,
    name: str,
    table: str,
    columns: Sequence[Column[Any]],
) -> None:
    """Drop an index made by `add_unique`."""
    transaction.run(database.compile(DropIndex(_index(name, table, columns), if_exists=True)))


def _index(name: str, table: str, columns: Sequence[Column[Any]]) -> Index:
    # A table of its own: an index belongs to the metadata of its table for ever.
    copies: list[Column[Any]] = [Column(column.name, column.type) for column in columns]
    Table(table, MetaData(), *copies)
    return Index(name, *copies, unique=True)
