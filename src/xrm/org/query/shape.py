"""Shape: a bound query without its values, by which compiled statements are kept.

Tuples all of them: one is made and hashed for every question.
"""

from typing import NamedTuple

from xrm.org.security.reach import Scope


class Link(NamedTuple):
    """A linked table: the lookup `column` of link number `source` leads to rows of `target`.

    Links are numbered from one; zero is the table asked. `scope` is what the caller may read.
    """

    source: int
    column: str
    target: str
    scope: Scope


class Side(NamedTuple):
    """One side of an intersect table: its column leads to rows of `table` within a scope."""

    column: str
    table: str
    scope: Scope


class Joining(NamedTuple):
    """A joined table, numbered as links are: its `column` equals `other` of table `source`.

    `sides` are those of an intersect table. `found` is what its rows are tested by, of whatever
    table; where an outer join holds it, within that join.
    """

    number: int
    source: int
    table: str
    column: str
    other: str
    scope: Scope
    outer: bool = False
    sides: tuple[Side, ...] = ()
    found: "Node | None" = None
    joinings: tuple["Joining", ...] = ()


class Named(NamedTuple):
    """A column of a link wanted under a name; without a name it serves the others."""

    link: int
    column: str
    name: str


class Test(NamedTuple):
    """A column, an operator of SQL, and the parameter's name (or the other column's).

    `other_link` is whose the other column is.
    """

    column: str
    operator: str
    slot: str = ""
    negated: bool = False
    link: int = 0
    other_link: int = 0


class Joined(NamedTuple):
    """Tests joined by `and` or `or`."""

    word: str
    items: tuple["Node", ...]


Node = Test | Joined


class Sort(NamedTuple):
    """A key of the order: the first of these columns, each of a link, that has a value.

    Without columns, where the caller may read none, all rows are alike. `ranks` are the places
    that the values of a choice have among its labels.
    """

    columns: tuple[tuple[int, str], ...]
    descending: bool
    ranks: tuple[tuple[int, int], ...] = ()


class Belonging(NamedTuple):
    """How rows belong to the record whose collection is asked.

    By a lookup `column` (of several tables: to one of `kind`), or by `intersect`, whose
    `column` holds the row and `other` the record.
    """

    column: str
    kind: str = ""
    intersect: str = ""
    other: str = ""


class Shape(NamedTuple):
    """A bound query without its values; `start` tells which keyset values are null.

    `skipped` rows are counted off where a page is known by its number alone. Links are numbered
    after joinings. Without `keyed` no row is told by the table's own key, and none by its order.
    """

    table: str
    columns: tuple[str, ...]
    filter: Node | None
    orders: tuple[Sort, ...]
    start: tuple[bool, ...] | None
    scope: Scope
    skipped: int = 0
    links: tuple[Link, ...] = ()
    belonging: Belonging | None = None
    counting: bool = False
    joinings: tuple[Joining, ...] = ()
    named: tuple[Named, ...] = ()
    distinct: bool = False
    keyed: bool = True
