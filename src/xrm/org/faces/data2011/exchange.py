"""Exchange: one request while it is answered, and what every verb needs of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.model.message import Message
from xrm.model.values import EntityReference, Value
from xrm.org import pipeline
from xrm.org.callers import Identity
from xrm.org.faces.data2011 import answers
from xrm.org.faces.data2011.accepting import Form, check_answer
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.resources import ROOT, Resource, unknown
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller
from xrm.wire.http import Request, Response
from xrm.wire.odata2 import atom, verbose, xmlforms
from xrm.wire.odata2.entries import Entry, Feed, Property
from xrm.wire.odata2.keys import record_path
from xrm.wire.odata2.kinds import set_name

Execute = Callable[..., Any]
"""Run a message by its name and parameters."""


@dataclass(frozen=True, slots=True)
class Within:
    """A change set: its caller and transaction, and the paths of records by their Content-ID."""

    caller: Caller
    transaction: Transaction
    created: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Exchange:
    """A request, what it names, who asks, and in which form they are answered.

    `method` is what is meant where a POST stands for another. `optional` are parameters that go
    with every message. `within` is the change set that the request is part of.
    """

    organization: Organization
    request: Request
    method: str
    resource: Resource
    identity: Identity
    request_id: UUID
    form: Form
    optional: Mapping[str, Any]
    within: Within | None = None

    def execute(self, name: str, **parameters: Any) -> Any:
        """Run a message as the caller. Raises ServiceError as the pipeline does."""
        message = Message(name, {**self.optional, **parameters})
        if self.within is None:
            return pipeline.execute(self.organization, message, self.identity)
        within = self.within
        return pipeline.execute_within(
            self.organization, message, within.caller, within.transaction
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Have the messages that follow kept together, or none of them."""
        if self.within is not None:
            yield
            return
        with pipeline.writing(self.organization) as transaction:
            caller = self.organization.admit(transaction, self.identity)
            self.within = Within(caller, transaction)
            try:
                yield
            finally:
                self.within = None

    @property
    def root(self) -> str:
        """The absolute service root, with a slash at its end."""
        return self.organization.url + ROOT

    def record_path(self, reference: EntityReference) -> str:
        """Return a record's path below the service root."""
        table = self.organization.catalogue[reference.logical_name]
        return record_path(set_name(table), reference.id)

    def located(self) -> EntityReference:
        """Return the record the path ends at, or the property of which it ends at.

        Raises Refusal 404 where a lookup on the way is empty.
        """
        resource = self.resource
        assert resource.record is not None
        if resource.navigation is None:
            return resource.record
        if resource.related is not None:
            return resource.related
        there = self.pointed(resource.record, resource.navigation.lookup.column)
        if there is None or there.logical_name != resource.navigation.target.logical_name:
            raise unknown(resource.navigation.name)
        return there

    def pointed(self, record: EntityReference, column: str) -> EntityReference | None:
        """Return what a lookup of a record points to."""
        value = self.column_of(record, column)
        return value if isinstance(value, EntityReference) else None

    def column_of(self, record: EntityReference, column: str) -> Value:
        """Return one column of a record, as the caller may read it."""
        found = self.execute("Retrieve", Target=record, ColumnSet=(column,))
        names = [each.logical_name for each in found.columns]
        value: Value = found.rows[0][names.index(column)]
        return value

    def check_unconditional(self) -> None:
        """Check that no version is asked for: entries have none. Raises Refusal 400."""
        asked = ",".join(self.request.header_values("if-match")).strip()
        if asked not in ("", "*"):
            raise Refusal(
                400, "If-Match cannot be specified: the resource's type has no ETag properties."
            )

    def entry(self, entry: Entry, *, status: int = 200) -> Response:
        """Return the document of an entry."""
        if self.form == "json":
            body = verbose.write_entry(entry, self.root)
        else:
            body = atom.write_entry(entry, self.root, self._now())
        return self._document(status, body, answers.ATOM)

    def feed(self, feed: Feed) -> Response:
        """Return the document of a feed, which takes version 2.0. Raises Refusal 400."""
        check_answer(self.request, (2, 0))
        if self.form == "json":
            body = verbose.write_feed(feed, self.root)
        else:
            body = atom.write_feed(feed, self.root, self._now())
        return self._document(200, body, answers.ATOM, "2.0;")

    def one_property(self, item: Property) -> Response:
        """Return the document of a property."""
        write = verbose.write_property if self.form == "json" else xmlforms.write_property
        return self._document(200, write(item), answers.XML)

    def link(self, path: str) -> Response:
        """Return the document of one link."""
        write = verbose.write_link if self.form == "json" else xmlforms.write_link
        return self._document(200, write(self.root + path), answers.XML)

    def links(self, paths: list[str], total: int | None, following: str | None) -> Response:
        """Return the document of links."""
        check_answer(self.request, (2, 0))
        write = verbose.write_links if self.form == "json" else xmlforms.write_links
        body = write([self.root + path for path in paths], total, following)
        return self._document(200, body, answers.XML, "2.0;")

    def sets(self, names: list[str]) -> Response:
        """Return the service document."""
        if self.form == "json":
            return self._document(200, verbose.write_sets(names), answers.XML)
        return self._document(200, xmlforms.write_sets(names, self.root), answers.XML)

    def nothing(self) -> Response:
        """Return 204."""
        return answers.nothing(self.request_id)

    def text(self, text: str) -> Response:
        """Return plain text."""
        return answers.answer(200, answers.TEXT, text.encode(), self.request_id, version="2.0;")

    def _document(self, status: int, body: bytes, kind: str, version: str = "1.0;") -> Response:
        said = answers.JSON if self.form == "json" else kind
        return answers.answer(status, said, body, self.request_id, version=version)

    def _now(self) -> str:
        return datetime.fromtimestamp(self.organization.clock(), UTC).isoformat()[:19] + "Z"
