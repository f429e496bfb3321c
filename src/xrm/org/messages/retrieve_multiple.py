"""RetrieveMultiple: the rows a query finds among those the caller may read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from xrm.db.glance import Glance, Stale
from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Column, Table
from xrm.model.privileges import Right
from xrm.model.query import Page, Parent, Query
from xrm.model.values import Value
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.presentation import Presented, present
from xrm.org.presentation.calendars import Surroundings
from xrm.org.query.bind import bind
from xrm.org.query.compile import MOST_COUNTED
from xrm.org.query.links import Links
from xrm.org.query.plan import Aliased, Bounds, Plan
from xrm.org.query.shape import Belonging
from xrm.org.rules.rights.reach import check_reach
from xrm.org.security.access import readable
from xrm.org.security.caller import require
from xrm.org.store.columns import is_polymorphic, pack_guid

__all__ = [
    "MOST_COUNTED",
    "Aliased",
    "EntityCollection",
    "RetrieveMultiple",
    "find",
    "leave_the_glance",
]


@dataclass(frozen=True, slots=True)
class EntityCollection:
    """Rows of one table by columns; `more` tells whether another page follows.

    The cells of a row are those of `columns`, then those of `aliased`; so are the texts of
    `presented`. `total` is the number of rows on all pages, if it was asked for; above
    MOST_COUNTED it only tells that there are more. `bounds` tells where the page begins
    and ends; without it, the next page is known by its number alone. `query` is the question they
    answer, None for one record.
    """

    table: Table
    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]
    more: bool
    total: int | None = None
    presented: Presented | None = None
    bounds: Bounds | None = None
    aliased: tuple[Aliased, ...] = ()
    query: Query | None = None


def leave_the_glance(context: Context, table: Table, names: Iterable[str] | None) -> None:
    """Have the message run in a transaction where formatted values ask questions of their own.

    They would find that out themselves, but only after the rows were read in vain.
    """
    if isinstance(context.transaction, Glance):
        columns = table.columns
        if names is None or any(_asks(columns[name]) for name in names if name in columns):
            raise Stale("formatted values")


def _asks(column: Column) -> bool:
    return column.is_lookup or column.type == "Money"


def find(
    context: Context, query: Query, *, formatted: bool = False, plain: str | None = None
) -> EntityCollection:
    """Run a query with the caller's row filter and return one page.

    Of values that are `formatted`, those of the column `plain` are left as they are.
    """
    table = context.table(query.table)
    if formatted:
        leave_the_glance(context, table, None if query.joins else query.columns)
    plan, bound = _planned(context, query, table)
    size = query.size
    if query.top is not None:
        size = max(0, min(size, query.top - (query.page.number - 1) * query.size))
    bound["limit"] = size + 1
    found = context.transaction.verified_rows(plan.sql, bound)
    rest = query.top is None or query.top > query.page.number * query.size
    more = rest and len(found) > size > 0
    rows = plan.decode(found[:size])
    aliased = tuple(each for each in plan.aliased if each.name)
    presented = None
    if formatted:
        presented = present(context, table, plan.columns, rows, plan.aliased, plain=plain)
    return EntityCollection(
        table,
        plan.columns,
        _shown(plan, aliased, rows),
        more,
        total=_total(context, query, plan, found),
        presented=presented,
        bounds=plan.bounds(found[0], found[len(rows) - 1]) if rows and plan.edges else None,
        aliased=aliased,
        query=query,
    )


def _shown(
    plan: Plan, aliased: tuple[Aliased, ...], rows: list[tuple[Value, ...]]
) -> list[tuple[Value, ...]]:
    """Return rows without what only serves to show the rest: it stands at their end."""
    if len(aliased) == len(plan.aliased):
        return rows
    width = len(plan.columns) + len(aliased)
    return [row[:width] for row in rows]


def _planned(context: Context, query: Query, table: Table) -> tuple[Plan, dict[str, Any]]:
    organization, caller = context.organization, context.caller
    database = organization.database
    allowed = readable(database, caller, table)
    belonging: Belonging | None = None
    parent: dict[str, Any] = {}
    if query.parent is not None:
        belonging, parent = _belonging(context, query.parent, table)
    bound = bind(
        query,
        table,
        database.engine,
        allowed.scope,
        links=Links(database, organization.catalogue, caller),
        belonging=belonging,
        surroundings=Surroundings(context),
    )
    bound.parameters.update(allowed.parameters)
    bound.parameters.update(parent)
    return organization.plan(bound.shape), bound.parameters


def _belonging(context: Context, parent: Parent, table: Table) -> tuple[Belonging, dict[str, Any]]:
    """Return how rows belong to a record the caller may read, and what that binds."""
    holder = context.table(parent.record.logical_name)
    require(context.caller, holder, Right.READ)
    record = keys.resolve(context, parent.record)
    check_reach(context, holder, record.id, Right.READ)
    return _relation(holder, table, parent.relationship), {"parent": pack_guid(record.id)}


def _relation(holder: Table, table: Table, name: str) -> Belonging:
    for lookup in table.many_to_one:
        if (lookup.schema_name, lookup.target) == (name, holder.logical_name):
            kind = lookup.target if is_polymorphic(table.columns[lookup.column]) else ""
            return Belonging(lookup.column, kind)
    for pairs in table.many_to_many:
        if pairs.schema_name == name:
            ends = (pairs.entity1_column, pairs.entity2_column)
            if pairs.entity1 == holder.logical_name:
                ends = ends[::-1]
            return Belonging(ends[0], intersect=pairs.intersect, other=ends[1])
    raise service.ServiceError(
        service.INVALID_ARGUMENT,
        f"'{name}' does not join '{holder.logical_name}' and '{table.logical_name}'.",
    )


def _total(context: Context, query: Query, plan: Plan, found: list[tuple[Any, ...]]) -> int | None:
    if plan.counted is None:
        return None
    if found:
        return int(found[0][plan.counted])
    if query.page == Page() and not query.skip:
        return 0
    # The page is empty, but there may be some before it.
    first = replace(query, page=Page(), size=1, top=None, skip=0)
    return find(context, first).total


class RetrieveMultiple:
    """Return an EntityCollection for a Query, with formatted values if they are asked for."""

    declaration = Declaration(
        "RetrieveMultiple",
        "record",
        parameters={"Query": "Query", "Formatted": "Edm.Boolean", "Plain": "Edm.String"},
        results={"EntityCollection": "EntityCollection"},
        optional=frozenset({"Formatted", "Plain"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the table asked."""
        return ((context.table(message.parameters["Query"].table), Right.READ),)

    def run(self, context: Context, message: Message) -> EntityCollection:
        """Return one page of rows."""
        query: Query = message.parameters["Query"]
        asked = message.parameters
        formatted = bool(asked.get("Formatted"))
        return find(context, query, formatted=formatted, plain=asked.get("Plain"))
