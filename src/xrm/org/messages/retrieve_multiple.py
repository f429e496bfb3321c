"""RetrieveMultiple: the rows a query finds among those the caller may read."""

from collections.abc import Iterable
from dataclasses import dataclass

from xrm.model.message import Declaration, Message
from xrm.model.metadata import Column, Table
from xrm.model.privileges import Right
from xrm.model.query import Query
from xrm.model.values import Value
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.query.bind import bind
from xrm.org.security.access import parameters, scope
from xrm.org.security.caller import require


@dataclass(frozen=True, slots=True)
class EntityCollection:
    """Rows of one table by columns; `more` tells whether another page follows."""

    table: Table
    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]
    more: bool


def find(context: Context, query: Query) -> EntityCollection:
    """Run a query with the caller's row filter and return one page."""
    table = context.table(query.table)
    organization, caller = context.organization, context.caller
    reach = require(caller, table, Right.READ)
    bound = bind(query, table, organization.database.engine, scope(caller, table, reach))
    plan = organization.plan(bound.shape)
    size = query.size if query.top is None else min(query.size, query.top)
    bound.parameters.update(parameters(organization.database, caller, table, reach))
    bound.parameters["limit"] = size + 1
    rows = context.transaction.verified_rows(plan.sql, bound.parameters)
    more = len(rows) > size and (query.top is None or query.top > size)
    return EntityCollection(table, plan.columns, plan.decode(rows[:size]), more)


class RetrieveMultiple:
    """Return an EntityCollection for a Query."""

    declaration = Declaration(
        "RetrieveMultiple",
        "record",
        parameters={"Query": "Query"},
        results={"EntityCollection": "EntityCollection"},
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the table asked."""
        return ((context.table(message.parameters["Query"].table), Right.READ),)

    def run(self, context: Context, message: Message) -> EntityCollection:
        """Return one page of rows."""
        query: Query = message.parameters["Query"]
        return find(context, query)
