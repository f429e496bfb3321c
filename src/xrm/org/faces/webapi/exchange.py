"""Exchange: one request while it is answered, and what every verb needs of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from xrm.model.message import Message
from xrm.model.values import EntityReference
from xrm.org import pipeline
from xrm.org.callers import Identity
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.resources import Reference, Resource, unknown
from xrm.org.organization import Organization
from xrm.wire.http import Headers, Request, Response
from xrm.wire.odata4.prefer import Preferences


class Execute(Protocol):
    """Run a message by its name and parameters."""

    def __call__(self, name: str, **parameters: Any) -> Any: ...


@dataclass(slots=True)
class Exchange:
    """A request, what it names, who asks; `applied` collects the preferences honoured."""

    organization: Organization
    request: Request
    resource: Resource
    identity: Identity
    request_id: UUID
    preferences: Preferences
    applied: list[str] = field(default_factory=list)

    def execute(self, name: str, **parameters: Any) -> Any:
        """Run a message as the caller. Raises ServiceError as the pipeline does."""
        return pipeline.execute(self.organization, Message(name, parameters), self.identity)

    @contextmanager
    def together(self) -> Iterator[Execute]:
        """Open one transaction for several messages of the caller: all are kept, or none."""
        with pipeline.writing(self.organization) as transaction:
            caller = self.organization.admit(transaction, self.identity)

            def execute(name: str, **parameters: Any) -> Any:
                message = Message(name, parameters)
                return pipeline.execute_within(self.organization, message, caller, transaction)

            yield execute

    @property
    def root(self) -> str:
        """The absolute service root of the version asked, with a slash at its end."""
        return self.organization.url + self.resource.root

    def context(self, fragment: str) -> str:
        """Return a context URL (OData JSON 4.0, 4.5.1)."""
        return f"{self.root}$metadata#{fragment}"

    def record_url(self, reference: EntityReference) -> str:
        """Return the absolute URL of a record."""
        table = self.organization.catalogue[reference.logical_name]
        return f"{self.root}{table.entity_set_name}({reference.id})"

    def located(self) -> Reference:
        """Return the record the path leads to before its last part, lookups followed.

        Raises ServiceError 404 where a lookup on the way is empty.
        """
        resource, here = self.resource, self.resource.record
        assert here is not None
        for step in resource.steps:
            there = self.pointed(here, step.column)
            if there is None or there.logical_name != step.target:
                raise unknown(step.referencing_navigation)
            here = there
        return here

    def pointed(self, record: Reference, column: str) -> EntityReference | None:
        """Return what a lookup of a record points to, as the caller may read it."""
        found = self.execute("Retrieve", Target=record, ColumnSet=(column,))
        names = [each.logical_name for each in found.columns]
        value = found.rows[0][names.index(column)]
        return value if isinstance(value, EntityReference) else None

    def document(self, body: bytes, extra: Headers = (), *, status: int = 200) -> Response:
        """Return a JSON document."""
        return answers.document(body, self.request_id, extra + self._applied(), status=status)

    def nothing(self, extra: Headers = ()) -> Response:
        """Return 204."""
        return answers.nothing(self.request_id, extra + self._applied())

    def text(self, body: bytes) -> Response:
        """Return plain text."""
        return answers.text(body, self.request_id)

    def _applied(self) -> Headers:
        return tuple(("Preference-Applied", each) for each in self.applied)
