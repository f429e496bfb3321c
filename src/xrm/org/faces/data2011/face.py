"""One request of OrganizationData.svc: identity, translation, answer, the one place for errors."""

import logging
from collections.abc import Callable
from uuid import UUID

from xrm.db import StepBudgetExceeded
from xrm.model.errors.service import ServiceError
from xrm.org import pipeline
from xrm.org.callers import Identity, NotAuthenticated, identify, on_behalf
from xrm.org.faces.challenging import unauthorized
from xrm.org.faces.data2011 import answers, batching, links, reading, writing
from xrm.org.faces.data2011.accepting import check_version, error_form, form_accepted
from xrm.org.faces.data2011.exchange import Exchange, Within
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.resources import Kind, read_resource
from xrm.org.faces.transport import transport_security
from xrm.org.faces.webapi.headers import optional_parameters
from xrm.org.organization import Organization
from xrm.wire.http import Lane, Request, Response, Route
from xrm.wire.odata4.errors import ODataError

log = logging.getLogger("xrm.data2011")
MAX_BODY = 16 * 1024 * 1024
MAX_URL = 32 * 1024
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_TUNNELLED = frozenset({"MERGE", "PUT", "DELETE"})
_IN_OWN_FORM = frozenset({"metadata", "value", "count", "batch"})
"""Kinds whose answers have a form of their own, whatever is accepted."""

VERBS: dict[tuple[Kind, str], Callable[[Exchange], Response]] = {
    ("root", "GET"): reading.service_document,
    ("metadata", "GET"): reading.metadata,
    ("set", "GET"): reading.read_list,
    ("set", "POST"): writing.create_record,
    ("count", "GET"): reading.read_count,
    ("record", "GET"): reading.read_record,
    ("record", "MERGE"): writing.merge_record,
    ("record", "PUT"): writing.replace_record,
    ("record", "DELETE"): writing.delete_record,
    ("property", "GET"): reading.read_property,
    ("property", "PUT"): writing.set_property,
    ("property", "MERGE"): writing.set_property,
    ("value", "GET"): reading.read_value,
    ("value", "PUT"): writing.set_value,
    ("value", "MERGE"): writing.set_value,
    ("value", "DELETE"): writing.clear_value,
    ("links", "GET"): reading.read_links,
    ("links", "POST"): links.add_link,
    ("link", "GET"): reading.read_link,
    ("link", "PUT"): links.set_link,
    ("link", "MERGE"): links.set_link,
    ("link", "DELETE"): links.remove_link,
}
"""What each method does to each kind of resource; every other pair is refused with 405."""


class OrganizationData:
    """The OData 2.0 service of one organization."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        inline = organization.database.inline
        reads: Lane = "inline" if inline else "pool"
        writes: Lane = "turn" if inline else "pool"
        self._reads = Route(self.handle, reads, 0, self.too_large)
        self._long_reads = Route(self.handle, "pool", 0, self.too_large)
        self._writes = Route(self.handle, writes, MAX_BODY, self.too_large)
        # Its reads see what its change sets have written: those are to be kept by then.
        self._batches = Route(self.handle, "pool", MAX_BODY, self.too_large)
        self._transport = transport_security(organization.url)

    def route(self, head: Request) -> Route:
        """Return where a request runs: what asks few questions may on the event loop."""
        if head.method in _READS:
            return self._long_reads if "expand" in head.query else self._reads
        return self._batches if head.path.endswith("batch") else self._writes

    def too_large(self, request: Request) -> Response:
        """Answer a body over the limit."""
        problem = Refusal(413, "The request is too large.")
        response = answers.error(problem, error_form(request), self._organization.ids())
        return response.with_headers(self._transport)

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        request_id = self._organization.ids()
        try:
            identity = identify(request, self._organization.tokens)
        except NotAuthenticated as error:
            headers = answers.headers(request_id) + self._transport
            return unauthorized(self._organization, error.reason, headers)
        return self._answered(request, identity, request_id).with_headers(self._transport)

    def _answered(self, request: Request, identity: Identity, request_id: UUID) -> Response:
        try:
            try:
                return self._outermost(request, on_behalf(request, identity), request_id)
            except (ODataError, Refusal, ServiceError) as error:
                # Who has no user here learns nothing else.
                pipeline.admit(self._organization, identity)
                return answers.error(error, error_form(request), request_id)
        except ServiceError as error:
            return answers.error(error, error_form(request), request_id)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("request %s failed", request_id)
            return answers.unexpected(error_form(request), request_id)

    def _outermost(self, request: Request, identity: Identity, request_id: UUID) -> Response:
        """Answer a request that is in no batch, and so may be one. Raises as `_answer` does."""
        exchange = self._exchange(request, identity, request_id, None)
        if (exchange.resource.kind, exchange.method) == ("batch", "POST"):
            return batching.answer_batch(exchange, self._answer)
        return _verb(exchange)(exchange)

    def _answer(
        self, request: Request, identity: Identity, request_id: UUID, within: Within | None
    ) -> Response:
        """Answer a request of a batch. Raises ODataError, Refusal and ServiceError."""
        exchange = self._exchange(request, identity, request_id, within)
        return _verb(exchange)(exchange)

    def _exchange(
        self, request: Request, identity: Identity, request_id: UUID, within: Within | None
    ) -> Exchange:
        """Read what a request names and asks. Raises ODataError, Refusal and ServiceError."""
        check_version(request)
        if len(request.path) + len(request.query) > MAX_URL:
            raise Refusal(400, "The request URI is too long.")
        resource = read_resource(self._organization.catalogue, request.path)
        own_form = resource.kind in _IN_OWN_FORM
        return Exchange(
            self._organization,
            request,
            _method(request),
            resource,
            identity,
            request_id,
            error_form(request) if own_form else form_accepted(request),
            optional_parameters(request),
            within,
        )


def _verb(exchange: Exchange) -> Callable[[Exchange], Response]:
    """Return what answers a request. Raises Refusal 405."""
    verb = VERBS.get((exchange.resource.kind, exchange.method))
    if verb is None:
        raise Refusal(
            405, f"The requested resource does not support http method '{exchange.method[:20]}'."
        )
    return verb


def _method(request: Request) -> str:
    """Return the method meant: that of `X-HTTP-Method`, behind a POST. Raises Refusal 400."""
    stated = request.header("x-http-method")
    if stated is None:
        return "GET" if request.method == "HEAD" else request.method
    if request.method != "POST" or stated not in _TUNNELLED:
        raise Refusal(400, "The header 'X-HTTP-Method' is not valid for this request.")
    return stated
