"""BulkDelete: remove every record that queries find."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.query import Page, Query
from xrm.model.values import EntityReference, Guid
from xrm.org.context import Context
from xrm.org.messages.delete import delete
from xrm.org.messages.handler import Need
from xrm.org.messages.retrieve_multiple import find
from xrm.org.metadata import miscellaneous_privilege
from xrm.org.security.caller import require_privilege

PRIVILEGE = "prvBulkDelete"
_SIZE = 1000
_PARAMETERS = {
    "QuerySet": "Collection(QueryExpression)",
    "JobName": "Edm.String",
    "SendEmailNotification": "Edm.Boolean",
    "ToRecipients": "Collection(Edm.Guid)",
    "CCRecipients": "Collection(Edm.Guid)",
    "RecurrencePattern": "Edm.String",
    "StartDateTime": "Edm.DateTimeOffset",
    "SourceImportId": "Edm.Guid",
    "RunNow": "Edm.Boolean",
}


class BulkDelete:
    """Remove what the caller finds by each query and return the job's id.

    The platform does so later, as a job; here it is done before the answer. A record that may
    not be deleted is left, and the job goes on. Raises ServiceError 0x80048457 for a job
    without a name, 0x80040203 for one without a query, 0x80040220 without prvBulkDelete or the
    rights to read and delete on each table.
    """

    declaration = Declaration(
        "BulkDelete",
        "action",
        parameters=_PARAMETERS,
        results={"JobId": "Edm.Guid"},
        # What is missing of the first two has errors of its own.
        optional=frozenset(_PARAMETERS),
        spelled={
            "ToRecipients": ("ToRecipients", "Collection(ActivityParty)"),
            "CCRecipients": ("CCRecipients", "Collection(ActivityParty)"),
        },
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read and Delete on the queries' tables."""
        require_privilege(context.caller, PRIVILEGE, miscellaneous_privilege(PRIVILEGE))
        tables = [context.table(query.table) for query in _queries(message)]
        return [(table, right) for table in tables for right in (Right.READ, Right.DELETE)]

    def run(self, context: Context, message: Message) -> dict[str, Guid]:
        """Remove the records, one after the other."""
        if not message.parameters.get("JobName"):
            raise service.ServiceError(
                service.JOB_WITHOUT_NAME, "Job Name can not be null or empty."
            )
        for query in _queries(message):
            for key in list(_found(context, query)):
                with suppress(service.ServiceError), context.transaction.part():
                    delete(context, EntityReference(query.table, key))
        return {"JobId": str(context.organization.ids())}


def _queries(message: Message) -> Sequence[Query]:
    queries: Sequence[Query] = message.parameters.get("QuerySet") or ()
    if not queries:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            "Required field 'QuerySet' is missing for RequestName='BulkDelete'",
        )
    return queries


def _found(context: Context, query: Query) -> Iterator[Guid]:
    """Yield the keys of the records the caller finds, page by page."""
    key = context.table(query.table).primary_id
    orders = () if query.top is None else query.orders
    asked = replace(query, columns=(key,), orders=orders, size=_SIZE, count=False, page=Page())
    more = True
    while more:
        found = find(context, asked)
        yield from (str(row[0]) for row in found.rows)
        more = found.more and query.top is None
        if more:
            asked = replace(asked, page=Page(asked.page.number + 1, (), str(found.rows[-1][0])))
