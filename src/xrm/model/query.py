"""Query: the one model of every question, whichever endpoint it came by."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from xrm.model.operators import COMPLEMENT
from xrm.model.values import EntityReference, Guid, KeyReference, Value


class Hop(NamedTuple):
    """One step from a record to the one a lookup points to, which is of that table."""

    column: str
    target: str


Path = tuple[Hop, ...]
"""The steps to the record that holds a column; empty for the record itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A column tested by an operator against literal values; `via` tells whose column.

    `join` is the alias of the join whose column it is, where it stands outside that join.
    """

    column: str
    operator: str
    values: tuple[Value, ...] = ()
    via: Path = ()
    join: str = ""


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """A column tested against another; of the same record where the paths are the same.

    `join` and `other_join` are the aliases of the joins whose columns they are.
    """

    column: str
    operator: str
    other: str
    via: Path = ()
    other_via: Path = ()
    join: str = ""
    other_join: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Tests joined by one word."""

    word: Literal["and", "or"]
    items: tuple["Filter", ...]


Filter = Condition | ColumnComparison | Group


@dataclass(frozen=True, slots=True)
class Order:
    """One column to sort by; a lookup sorts by the name of the record it points to.

    A choice sorts by its values, or `by_label` by what they are called in the caller's language.
    """

    column: str
    descending: bool = False
    via: Path = ()
    join: str = ""
    by_label: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """A column wanted under a name of its own; without one it has the service's own."""

    column: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of another table beside each row of the table that holds the join.

    Those whose `column` equals `other` of the holding table; a row is repeated for each. An
    `outer` one keeps rows without any. `alias` is not empty and no two joins of a query share
    one. `filter` and what it holds are about this table unless they name another join; an outer
    join's filter decides what is joined, not which rows remain.
    """

    table: str
    column: str
    other: str
    alias: str
    outer: bool = False
    columns: tuple[Selected, ...] = ()
    filter: Filter | None = None
    joins: tuple["Join", ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page starts: its number, and the last row of the page before it.

    `last` holds the values of the order columns, `last_id` the key that breaks their ties.
    Without `last_id` the rows of the pages before are counted off.
    """

    number: int = 1
    last: tuple[Value, ...] = ()
    last_id: Guid | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """A record whose collection is asked: the rows it is paired with by that relationship."""

    record: EntityReference | KeyReference
    relationship: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question about one table. `columns` None asks for all; `size` bounds one page.

    `parent` narrows the table to the collection of one record. `count` asks for the number of
    rows on all pages too; with a `size` of 0 nothing else is wanted. `skip` rows are counted off
    before the first page. `named` are columns of the table wanted under another name. `distinct`
    leaves out rows that are alike in all that is wanted of them, the key among it only if it is
    named.
    """

    table: str
    columns: tuple[str, ...] | None = None
    filter: Filter | None = None
    orders: tuple[Order, ...] = ()
    top: int | None = None
    size: int = 5000
    page: Page = Page()
    count: bool = False
    parent: Parent | None = None
    named: tuple[Selected, ...] = ()
    joins: tuple[Join, ...] = ()
    distinct: bool = False
    skip: int = 0


def negate(item: Filter) -> Filter:
    """Return the filter that finds what the given one does not."""
    if isinstance(item, Group):
        word: Literal["and", "or"] = "or" if item.word == "and" else "and"
        return Group(word, tuple(negate(part) for part in item.items))
    return replace(item, operator=COMPLEMENT[item.operator])
