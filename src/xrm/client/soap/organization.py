"""Organization.svc: each operation as a flow, built and read here, sent by a door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from xrm.client.errors import ConfigurationError, UnexpectedAnswerError
from xrm.client.flow import Flow
from xrm.client.origin import Service
from xrm.client.soap.declared import Answered, Message, Request
from xrm.client.soap.decoding import answer_contracts, decode, decode_answer
from xrm.client.soap.doors import Call, Door
from xrm.client.soap.doors.manner import Manner
from xrm.client.soap.encoding import encode, encode_message
from xrm.client.soap.queries import Columns, QueryBase, column_set
from xrm.client.soap.refusal import read_envelope, unexpected
from xrm.client.soap.values import Entity, EntityCollection, EntityReference, Relationship
from xrm.wire.soap.operations import ORGANIZATION, read_result
from xrm.wire.soap.reading import ContractError

R = TypeVar("R", bound=Answered)


def as_id(value: UUID | str | None) -> UUID | None:
    """Return an id that may be given as a text. Raises ConfigurationError."""
    found: UUID | None = encode("guid", value)
    return found


def classes(kinds: Iterable[type[Entity]]) -> dict[str, type[Entity]]:
    """Return classes for tables by logical name. Raises ConfigurationError for one without."""
    found: dict[str, type[Entity]] = {}
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, Entity) and kind.TABLE):
            raise ConfigurationError(
                "a class for a table says which",
                next_step='Derive it as `class Lead(xrm.soap.Entity, table="lead")`.',
            )
        found[kind.TABLE] = kind
    return found


def ask(door: Door, call: Call) -> Flow[Any]:
    """Send a message and return the result of its operation as it is on the wire."""
    answer = yield from door.send(call)
    envelope = read_envelope(answer, now=door.sender.clock())
    if envelope.body is None:
        raise unexpected(answer, "the service answered with an empty envelope")
    try:
        return read_result(envelope.body, call.operation, answer_contracts())
    except (ContractError, RecursionError) as error:
        raise unexpected(answer, f"the answer cannot be read: {error}") from None


@dataclass(frozen=True, slots=True)
class Organization:
    """Organization.svc of one organization, asked by one caller."""

    service: Service
    door: Door
    manner: Manner = field(default_factory=Manner)

    def execute(self, message: Message[R]) -> Flow[R]:
        """Ask for a message and return what it answered."""
        values = {"request": encode_message(message)}
        reads = message.reads if isinstance(message, Request) else message.READS
        raw = yield from self._ask("Execute", values, reads=reads)
        return decode_answer(message, raw, self.manner.types)

    def create(self, entity: Entity) -> Flow[UUID]:
        """Create a record and return its id."""
        raw = yield from self._ask("Create", {"entity": encode("Entity", entity)})
        if not isinstance(raw, UUID):
            raise UnexpectedAnswerError("the service did not say the new record's id")
        return raw

    def retrieve(self, entity_name: str, key: UUID | str, columns: Columns) -> Flow[Entity]:
        """Return one record."""
        values = {
            **_record(entity_name, key),
            "columnSet": encode("ColumnSet", column_set(columns)),
        }
        raw = yield from self._ask("Retrieve", values, reads=True)
        found: Entity = self._decoded(raw, Entity)
        return found

    def update(self, entity: Entity) -> Flow[None]:
        """Write the columns a record holds."""
        yield from self._ask("Update", {"entity": encode("Entity", entity)})

    def delete(self, entity_name: str, key: UUID | str) -> Flow[None]:
        """Delete a record."""
        yield from self._ask("Delete", _record(entity_name, key))

    def relate(
        self,
        operation: str,
        record: tuple[str, UUID | str],
        relationship: Relationship | str,
        related: Iterable[EntityReference],
    ) -> Flow[None]:
        """Relate records to one, or part them: `Associate` or `Disassociate`."""
        known = Relationship(relationship) if isinstance(relationship, str) else relationship
        values = {
            "entityName": encode("string", record[0]),
            "entityId": encode("guid", record[1]),
            "relationship": encode("Relationship", known),
            "relatedEntities": encode("EntityReferenceCollection", related),
        }
        yield from self._ask(operation, values)

    def retrieve_multiple(self, query: QueryBase) -> Flow[EntityCollection]:
        """Return one page of a query."""
        values = {"query": encode("QueryBase", query)}
        raw = yield from self._ask("RetrieveMultiple", values, reads=True)
        found: EntityCollection = self._decoded(raw, EntityCollection)
        return found

    def _decoded(self, raw: Any, kind: type[Any]) -> Any:
        found = decode(raw, self.manner.types)
        if not isinstance(found, kind):
            raise UnexpectedAnswerError(f"the service answered without {kind.__name__}")
        return found

    def _ask(self, name: str, values: Mapping[str, Any], *, reads: bool = False) -> Flow[Any]:
        call = Call(
            service=self.service,
            file="Organization.svc",
            operation=ORGANIZATION[name],
            values=values,
            manner=self.manner,
            reads=reads,
        )
        return (yield from ask(self.door, call))


def _record(entity_name: str, key: UUID | str) -> dict[str, Any]:
    return {"entityName": encode("string", entity_name), "id": encode("guid", key)}
