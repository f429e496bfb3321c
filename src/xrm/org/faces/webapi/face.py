"""One request of the Web API: identity, translation, answer, and the one place for errors."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.org import pipeline
from xrm.org.callers import Identity, NotAuthenticated, identify, on_behalf
from xrm.org.faces.transport import transport_security
from xrm.org.faces.webapi import answers, calling, fetching, reading, references, writing
from xrm.org.faces.webapi.allowance import Allowance
from xrm.org.faces.webapi.definitions import read_definitions
from xrm.org.faces.webapi.description import read_metadata
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.headers import accepted, client_request_id, optional_parameters
from xrm.org.faces.webapi.urls.resources import Kind, read_resource
from xrm.org.organization import Organization
from xrm.org.provisioning import platform_caller
from xrm.wire.http import Headers, Lane, Request, Response, Route
from xrm.wire.odata4.annotations import NO_ANNOTATIONS, Annotations
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.prefer import NONE, Preferences, read_preferences

log = logging.getLogger("xrm.webapi")
MAX_BODY = 16 * 1024 * 1024
MAX_URL = 32 * 1024
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_AS_TEXT = ("count", "value", "metadata")

VERBS: dict[tuple[Kind, str], Callable[[Exchange], Response]] = {
    ("root", "GET"): reading.service_document,
    ("operation", "GET"): calling.call_function,
    ("operation", "POST"): calling.refuse_post,
    ("action", "POST"): calling.call_action,
    ("set", "GET"): fetching.read_set,
    ("set", "POST"): writing.create_record,
    ("count", "GET"): reading.read_count,
    ("record", "GET"): reading.read_record,
    ("record", "PATCH"): writing.update_record,
    ("record", "DELETE"): writing.delete_record,
    ("column", "GET"): reading.read_column,
    ("column", "PUT"): writing.set_column,
    ("column", "DELETE"): writing.clear_column,
    ("value", "GET"): reading.read_value,
    ("reference", "GET"): references.read_reference,
    ("reference", "PUT"): references.set_reference,
    ("reference", "DELETE"): references.clear_reference,
    ("references", "GET"): references.read_references,
    ("references", "POST"): references.add_reference,
    ("references", "DELETE"): references.remove_reference,
    ("definitions", "GET"): read_definitions,
    ("metadata", "GET"): read_metadata,
}
"""What each method does to each kind of resource; every other pair is refused with 405."""


class WebApi:
    """The Web API of one organization."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        lane: Lane = "inline" if organization.database.inline else "pool"
        self._reads = Route(self.handle, lane, 0, self.too_large)
        turn: Lane = "turn" if organization.database.inline else "pool"
        self._writes = Route(self.handle, turn, MAX_BODY, self.too_large)
        self._allowance = Allowance(time.monotonic)
        self._transport = transport_security(organization.url)
        self._known_as = ""

    def route(self, head: Request) -> Route:
        """Return where a request runs: reads on the event loop where the engine allows it.

        There writers take turns, so that several of them are kept by one commit.
        """
        return self._reads if head.method in _READS else self._writes

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        return answers.error_document(
            service.TOO_LARGE, "The request is too large.", self._organization.ids()
        ).with_headers(self._transport)

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        if request.method == "OPTIONS":
            return answers.preflight(request).with_headers(self._transport)
        request_id, began = self._organization.ids(), time.monotonic()
        try:
            identity = identify(request, self._organization.tokens)
        except NotAuthenticated as error:
            answer = answers.unauthorized(self._organization, error.reason, request_id)
            return answer.with_headers(self._transport)
        answer = self._answered(request, identity, request_id)
        left = self._allowance.spend(identity, time.monotonic() - began)
        return answer.with_headers(self._transport + _limits(*left) + self._cookies(request))

    def _cookies(self, request: Request) -> Headers:
        organization = self._organization
        return answers.cookies(request, organization.ids, self._known_as, organization.clock())

    def _learn(self) -> None:
        """Read the organization's own id, once."""
        if not self._known_as:
            database = self._organization.database
            with database.read() as transaction:
                self._known_as = platform_caller(database, transaction).organization_id

    def _answered(self, request: Request, identity: Identity, request_id: UUID) -> Response:
        wanted = NO_ANNOTATIONS
        try:
            try:
                self._learn()
                prefer = request.header_values("prefer")
                preferences = read_preferences(prefer) if prefer else NONE
                wanted = preferences.annotations
                exchange = self._exchange(request, identity, request_id, preferences)
                return _verb(exchange)(exchange)
            except (ODataError, service.ServiceError) as error:
                # Who has no user here learns nothing else.
                pipeline.admit(self._organization, identity)
                return _refused(error, request_id, wanted)
        except service.ServiceError as error:
            return answers.refusal(error, request_id, wanted)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("request %s (%s) failed", request_id, client_request_id(request))
            text = f"An unexpected error occurred. Request id: {request_id}"
            return answers.error_document(service.UNEXPECTED, text, request_id, wanted)

    def _exchange(
        self, request: Request, identity: Identity, request_id: UUID, preferences: Preferences
    ) -> Exchange:
        """Read what a request names and asks. Raises ServiceError and ODataError."""
        if log.isEnabledFor(logging.DEBUG) and (said := client_request_id(request)):
            log.debug("request %s is the client's %s", request_id, said)
        _check_length(request)
        return Exchange(
            self._organization,
            request,
            read_resource(self._organization.catalogue, request.path),
            on_behalf(request, identity),
            request_id,
            preferences,
            accepted(request),
            optional_parameters(request),
        )


def _verb(exchange: Exchange) -> Callable[[Exchange], Response]:
    """Return what answers a request. Raises ServiceError 405, 415."""
    request, kind = exchange.request, exchange.resource.kind
    method = "GET" if request.method == "HEAD" else request.method
    verb = VERBS.get((kind, method))
    if verb is None:
        raise service.ServiceError(
            service.METHOD_NOT_ALLOWED,
            f"The requested resource does not support http method '{request.method[:20]}'.",
        )
    documented = method == "GET" or kind == "action" or exchange.preferences.representation
    if documented and not exchange.accepted.json and kind not in _AS_TEXT:
        raise service.ServiceError(
            service.MEDIA_TYPE,
            "A supported MIME type could not be found that matches the acceptable MIME types for "
            "the request. The supported type(s) 'application/json' do not match any of the "
            "acceptable MIME types of the request.",
        )
    return verb


def _check_length(request: Request) -> None:
    if len(request.path) + len(request.query) > MAX_URL:
        raise ODataError("Invalid URI: The Uri string is too long.")


def _refused(
    error: ODataError | service.ServiceError, request_id: UUID, wanted: Annotations
) -> Response:
    if isinstance(error, ODataError):
        return answers.error_document(service.URI, str(error), request_id, wanted)
    return answers.refusal(error, request_id, wanted)


def _limits(requests: int, seconds: float) -> Headers:
    return (
        ("x-ms-ratelimit-burst-remaining-xrm-requests", str(requests)),
        ("x-ms-ratelimit-time-remaining-xrm-requests", f"{seconds:,.2f}"),
    )
