"""`org.soap`, asynchronous: it runs the flows of `organization` and decides nothing else.

`sync` is generated from this file by tools/sync_client.py.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from xrm.client.flow import Flow
from xrm.client.soap.declared import Answered, Message
from xrm.client.soap.organization import Organization, as_id, classes
from xrm.client.soap.queries import Columns, QueryBase, first_page, next_page
from xrm.client.soap.values import Entity, EntityCollection, EntityReference, Relationship

T = TypeVar("T")
R = TypeVar("R", bound=Answered)


class AsyncRun(Protocol):
    """Performs the steps of a flow."""

    async def __call__(self, flow: Flow[T]) -> T:
        """Return the result of a flow."""


class AsyncSoap:
    """Organization.svc of one organization: the operations of the SDK's IOrganizationService.

    Columns are a ColumnSet, names, or True for all. What only reads is sent again when no answer
    came; what writes is not, since it may have arrived.

    Every operation may raise SignInError, ServiceError, TransportError, UnexpectedAnswerError,
    and ConfigurationError for a value that cannot be sent.
    """

    def __init__(self, run: AsyncRun, organization: Organization) -> None:
        self._run = run
        self._organization = organization

    def __repr__(self) -> str:
        return f"AsyncSoap({self._organization.service.url!r})"

    async def execute(self, message: Message[R]) -> R:
        """Run a message of `xrm.soap` and return what it answers (Execute)."""
        return await self._run(self._organization.execute(message))

    async def create(self, entity: Entity) -> UUID:
        """Create a record, and those related to it, and return its id (Create)."""
        return await self._run(self._organization.create(entity))

    async def retrieve(
        self, entity_name: str, record_id: UUID | str, columns: Columns = True
    ) -> Entity:
        """Return one record (Retrieve). Raises NotFoundError when there is none."""
        return await self._run(self._organization.retrieve(entity_name, record_id, columns))

    async def update(self, entity: Entity) -> None:
        """Write the columns that a record holds; others stay (Update)."""
        await self._run(self._organization.update(entity))

    async def delete(self, entity_name: str, record_id: UUID | str) -> None:
        """Delete a record (Delete)."""
        await self._run(self._organization.delete(entity_name, record_id))

    async def associate(
        self,
        entity_name: str,
        record_id: UUID | str,
        relationship: Relationship | str,
        related: Iterable[EntityReference],
    ) -> None:
        """Relate records to one, by the relationship's schema name (Associate)."""
        record = (entity_name, record_id)
        await self._run(self._organization.relate("Associate", record, relationship, related))

    async def disassociate(
        self,
        entity_name: str,
        record_id: UUID | str,
        relationship: Relationship | str,
        related: Iterable[EntityReference],
    ) -> None:
        """Part records from one (Disassociate)."""
        record = (entity_name, record_id)
        await self._run(self._organization.relate("Disassociate", record, relationship, related))

    async def retrieve_multiple(self, query: QueryBase) -> EntityCollection:
        """Return one page of a query (RetrieveMultiple); `query` goes on to the others."""
        return await self._run(self._organization.retrieve_multiple(query))

    async def query(
        self, query: QueryBase, *, page_size: int | None = None
    ) -> AsyncIterator[Entity]:
        """Stream the records of a query over all its pages, each fetched when it is wanted.

        Pages go on by the cookie of the one before. `page_size` is of records, at most 5000.
        """
        asked: QueryBase | None = first_page(query, page_size)
        while asked is not None:
            page = await self.retrieve_multiple(asked)
            for entity in page:
                yield entity
            asked = next_page(asked, page)

    def with_types(self, *kinds: type[Entity]) -> "AsyncSoap":
        """Return the same service whose records come as these classes (EnableProxyTypes).

        Raises ConfigurationError for a class that does not say its table.
        """
        types = {**self._organization.manner.types, **classes(kinds)}
        return self._changed(types=types)

    def acting_as(
        self, caller_id: UUID | str | None = None, *, caller_object_id: UUID | str | None = None
    ) -> "AsyncSoap":
        """Return the same service in another user's name, who is named by the id of the record
        (CallerId) or by that of the account in Entra ID (CallerObjectId)."""
        return self._changed(caller_id=as_id(caller_id), caller_object_id=as_id(caller_object_id))

    def _changed(self, **changes: Any) -> "AsyncSoap":
        organization = self._organization
        manner = replace(organization.manner, **changes)
        return AsyncSoap(self._run, replace(organization, manner=manner))
