"""RetrieveAttribute: the definition of one column."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.columns import columns_of
from xrm.org.definitions.finding import NO_ID, facts_of, find, no_such
from xrm.org.definitions.values import Definition
from xrm.org.messages.handler import Need


class RetrieveAttribute:
    """Return the definition of a column, found by its MetadataId or the names of table and column.

    The Web API reads it from the definition of its table.
    """

    declaration = Declaration(
        "RetrieveAttribute",
        "record",
        parameters={
            "EntityLogicalName": "Edm.String",
            "LogicalName": "Edm.String",
            "MetadataId": "Edm.Guid",
            "RetrieveAsIfPublished": "Edm.Boolean",
            "ColumnNumber": "Edm.Int32",
        },
        results={"AttributeMetadata": "AttributeMetadata"},
        optional=frozenset({"EntityLogicalName", "LogicalName", "MetadataId", "ColumnNumber"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the columns are."""
        return ()

    def run(self, context: Context, message: Message) -> Definition:
        """Return it. Raises ServiceError 0x80040217 if there is no such table or column."""
        parameters = message.parameters
        facts = facts_of(context)
        tables = facts.catalogue.tables
        named, name = parameters.get("EntityLogicalName") or "", parameters.get("LogicalName") or ""
        metadata_id = parameters.get("MetadataId") or NO_ID
        if metadata_id == NO_ID and named not in tables:
            raise no_such("EntityMetadata", named, NO_ID)
        among = tables.values() if metadata_id != NO_ID else (tables[named],)
        columns = [each for table in among for each in columns_of(table, facts.wording)]
        number = parameters.get("ColumnNumber")
        if metadata_id == NO_ID and not name and number:
            return _numbered(columns, number)
        return find("AttributeMetadata", columns, name, metadata_id)


def _numbered(columns: Iterable[Definition], number: int) -> Definition:
    for each in columns:
        if each.values["ColumnNumber"] == number:
            return each
    raise service.ServiceError(
        service.NOT_FOUND, f"Could not find an attribute with column number {number}."
    )
