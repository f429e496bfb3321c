"""The names of the records that lookups point to, as far as the caller may read them."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid
from xrm.org.context import Context
from xrm.org.security.access import parameters, scope
from xrm.org.security.caller import require


def names_of(context: Context, references: Iterable[EntityReference]) -> dict[EntityReference, str]:
    """Return the readable names of records; one question for each table they are of."""
    wanted: dict[str, set[Guid]] = {}
    for reference in references:
        wanted.setdefault(reference.logical_name, set()).add(reference.id)
    tables = context.organization.catalogue.tables
    return {
        EntityReference(name, key): text
        for name, keys in wanted.items()
        if name in tables
        for key, text in readable_names(context, tables[name], keys).items()
    }


def readable_names(context: Context, table: Table, ids: Iterable[Guid]) -> dict[Guid, str]:
    """Return the primary names of those of a table's records that the caller may read."""
    organization, caller = context.organization, context.caller
    if table.primary_name is None:
        return {}
    try:
        reach = require(caller, table, Right.READ)
    except service.ServiceError:
        return {}
    found = organization.selections.fetch(
        context.transaction,
        table,
        sorted(ids),
        (table.primary_name,),
        scope=scope(caller, table, reach),
        bound=parameters(organization.database, caller, table, reach),
    )
    return {key: text for key, (text,) in found.items() if isinstance(text, str) and text}
