"""One request of the Web API: identity, translation, answer, and the one place for errors."""

import logging
import re
from uuid import UUID

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.model.message import Message
from xrm.org import pipeline
from xrm.org.callers import WAYS, Identity, NotAuthenticated
from xrm.org.faces.webapi import answers, associating, reading, writing
from xrm.org.faces.webapi.resources import Resource, read_resource
from xrm.org.organization import Organization
from xrm.wire.http import Headers, Lane, Request, Response, Route
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.options import MAX_TOP

log = logging.getLogger("xrm.webapi")
MAX_BODY = 16 * 1024 * 1024
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE_SIZE = re.compile(r"(?:^|[,;\s])odata\.maxpagesize\s*=\s*\"?(\d{1,9})\"?", re.IGNORECASE)


class WebApi:
    """The Web API of one organization."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        lane: Lane = "inline" if organization.database.inline else "pool"
        self._reads = Route(self.handle, lane, 0, self.too_large)
        self._writes = Route(self.handle, "pool", MAX_BODY, self.too_large)

    def route(self, head: Request) -> Route:
        """Return where a request runs: reads on the event loop where the engine allows it."""
        return self._reads if head.method in _READS else self._writes

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        return answers.error_document(
            service.TOO_LARGE, "The request is too large.", self._organization.ids()
        )

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        if request.method == "OPTIONS":
            return answers.preflight(request)
        organization = self._organization
        request_id = organization.ids()
        try:
            identity = self._identify(request)
            return self._answer(request, identity, request_id)
        except NotAuthenticated as error:
            return answers.unauthorized(organization, error.reason, request_id)
        except service.ServiceError as error:
            return answers.refusal(error, request_id)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("request %s failed", request_id)
            text = f"An unexpected error occurred. Request id: {request_id}"
            return answers.error_document(service.UNEXPECTED, text, request_id)

    def _identify(self, request: Request) -> Identity:
        for way in WAYS:
            identity = way(request, self._organization.tokens)
            if identity is not None:
                return identity
        raise NotAuthenticated

    def _answer(self, request: Request, identity: Identity, request_id: UUID) -> Response:
        organization = self._organization
        try:
            reading.check_length(request.path, request.query)
            resource = read_resource(organization.catalogue, request.path)
            return self._dispatch(request, resource, identity, request_id)
        except (ODataError, service.ServiceError) as error:
            # Who has no user here learns nothing else.
            pipeline.admit(organization, identity)
            if isinstance(error, ODataError):
                return answers.error_document(service.URI, str(error), request_id)
            raise

    def _dispatch(
        self, request: Request, resource: Resource, identity: Identity, request_id: UUID
    ) -> Response:
        def execute(message: Message) -> object:
            return pipeline.execute(self._organization, message, identity)

        if resource.association is not None:
            return self._pair(request, resource, execute, request_id)
        if request.method in ("GET", "HEAD"):
            return self._get(request, resource, execute, request_id)
        if resource.table is not None and resource.key is None and request.method == "POST":
            key = writing.create_record(self._organization, resource, request, execute)
            return answers.nothing(request_id, self._entity_id(resource, key))
        if resource.table is not None and resource.key is not None:
            return self._change(request, resource, execute, request_id)
        raise _not_allowed(request.method)

    def _get(
        self, request: Request, resource: Resource, execute: reading.Execute, request_id: UUID
    ) -> Response:
        organization = self._organization
        if resource.operation is not None:
            body = reading.call_function(organization, resource, execute)
            return answers.document(body, request_id)
        if resource.table is None:
            execute(Message("WhoAmI"))  # the list of sets is for users only
            return answers.document(reading.service_document(organization, resource), request_id)
        if resource.key is not None:
            body, etag = reading.read_record(organization, resource, request.query, execute)
            return answers.document(body, request_id, (("ETag", etag),))
        size = _page_size(request)
        url = (request.path, request.query)
        body = reading.read_list(organization, resource, url, page_size=size, execute=execute)
        applied: Headers = ()
        if size is not None and not reading.is_one_page(resource.table, request.query):
            applied = (("Preference-Applied", f"odata.maxpagesize={size}"),)
        return answers.document(body, request_id, applied)

    def _change(
        self, request: Request, resource: Resource, execute: writing.Execute, request_id: UUID
    ) -> Response:
        if request.method == "PATCH":
            writing.update_record(self._organization, resource, request, execute)
            return answers.nothing(request_id, self._entity_id(resource, resource.key or ""))
        if request.method == "DELETE":
            writing.delete_record(resource, request, execute)
            return answers.nothing(request_id)
        raise _not_allowed(request.method)

    def _pair(
        self, request: Request, resource: Resource, execute: writing.Execute, request_id: UUID
    ) -> Response:
        if request.method == "POST":
            associating.associate(self._organization, resource, request, execute)
        elif request.method == "DELETE":
            associating.disassociate(self._organization, resource, request, execute)
        elif request.method in ("GET", "HEAD"):
            raise service.ServiceError(
                service.NOT_IMPLEMENTED, "Reading '$ref' is not supported by this server yet."
            )
        else:
            raise _not_allowed(request.method)
        return answers.nothing(request_id)

    def _entity_id(self, resource: Resource, key: str) -> Headers:
        assert resource.table is not None
        name = resource.table.entity_set_name
        url = f"{self._organization.url}{resource.root}{name}({key})"
        return (("OData-EntityId", url), ("Location", url))


def _page_size(request: Request) -> int | None:
    for line in request.header_values("prefer"):
        match = _PAGE_SIZE.search(line)
        if match:
            return min(int(match[1]), MAX_TOP) or None
    return None


def _not_allowed(method: str) -> service.ServiceError:
    return service.ServiceError(
        service.METHOD_NOT_ALLOWED,
        f"The requested resource does not support http method '{method[:20]}'.",
    )
