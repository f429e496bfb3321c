"""Exchange: one request while it is answered, and what every verb needs of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from xrm.model.message import Message
from xrm.model.metadata import ManyToOne
from xrm.model.values import EntityReference
from xrm.org import pipeline
from xrm.org.callers import Identity
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.headers import Accepted
from xrm.org.faces.webapi.urls.resources import Reference, Resource, leads_to, unknown
from xrm.org.organization import Organization
from xrm.wire.http import Headers, Request, Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.prefer import Preferences

_ETAG = re.compile(r'W/"(\d{1,19})"', re.ASCII)


class Execute(Protocol):
    """Run a message by its name and parameters."""

    def __call__(self, name: str, **parameters: Any) -> Any: ...


@dataclass(slots=True)
class Exchange:
    """A request, what it names, who asks, and what its headers ask.

    `optional` are parameters that go with every message; `applied` collects the preferences
    honoured.
    """

    organization: Organization
    request: Request
    resource: Resource
    identity: Identity
    request_id: UUID
    preferences: Preferences
    accepted: Accepted
    optional: Mapping[str, Any]
    applied: list[str] = field(default_factory=list)

    def execute(self, name: str, **parameters: Any) -> Any:
        """Run a message as the caller. Raises ServiceError as the pipeline does."""
        message = Message(name, {**self.optional, **parameters})
        return pipeline.execute(self.organization, message, self.identity)

    @contextmanager
    def together(self) -> Iterator[Execute]:
        """Open one transaction for several messages of the caller: all are kept, or none."""
        with pipeline.writing(self.organization) as transaction:
            caller = self.organization.admit(transaction, self.identity)

            def execute(name: str, **parameters: Any) -> Any:
                message = Message(name, {**self.optional, **parameters})
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
        return self.followed(self.resource.steps)

    def followed(self, steps: Sequence[ManyToOne]) -> Reference:
        """Return the record that lookups lead to from where the path starts.

        Raises ServiceError 404 where one of them is empty.
        """
        here = self.resource.record
        assert here is not None
        for step in steps:
            there = self.pointed(here, step.column)
            if there is None or not leads_to(step, there):
                raise unknown(step.referencing_navigation)
            here = there
        return here

    def pointed(self, record: Reference, column: str) -> EntityReference | None:
        """Return what a lookup of a record points to, as the caller may read it."""
        found = self.execute("Retrieve", Target=record, ColumnSet=(column,))
        names = [each.logical_name for each in found.columns]
        value = found.rows[0][names.index(column)]
        return value if isinstance(value, EntityReference) else None

    def version(self) -> int | None:
        """Return the row version `If-Match` asks for, None for any. Raises ODataError."""
        lines = self.request.header_values("if-match")
        text = ",".join(lines).strip()
        if not lines or text == "*":
            return None
        match = _ETAG.fullmatch(text)
        if not match:
            raise ODataError(
                f"The etag value {text[:100]} specified in the If-Match header is invalid."
            )
        return int(match[1])

    def knows(self, etag: str) -> bool:
        """Tell whether `If-None-Match` names a version; the word `null` names none."""
        lines = self.request.header_values("if-none-match")
        return etag in [each.strip() for line in lines for each in line.split(",")]

    def document(self, body: bytes, extra: Headers = (), *, status: int = 200) -> Response:
        """Return a JSON document."""
        return answers.document(
            body,
            self.request_id,
            extra + self._applied(),
            status=status,
            ieee754=self.accepted.ieee754,
        )

    def nothing(self, extra: Headers = ()) -> Response:
        """Return 204."""
        return answers.nothing(self.request_id, extra + self._applied())

    def text(self, body: bytes) -> Response:
        """Return plain text."""
        return answers.text(body, self.request_id)

    def _applied(self) -> Headers:
        return tuple(("Preference-Applied", each) for each in self.applied)
