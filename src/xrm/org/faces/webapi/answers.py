"""Answers of the Web API: documents, errors and their headers."""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from xrm.model.errors.service import Fault, ServiceError
from xrm.model.ports import Ids
from xrm.org.faces import challenging
from xrm.org.organization import Organization
from xrm.wire.http import Headers, Request, Response
from xrm.wire.odata4.annotations import NO_ANNOTATIONS, Annotations
from xrm.wire.odata4.errors import write_error

JSON = "application/json; odata.metadata=minimal"
EXPOSED = (
    "Preference-Applied,OData-EntityId,Location,ETag,OData-Version,Content-Encoding,"
    "Transfer-Encoding,Content-Length,Retry-After,REQ_ID"
)
METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
_STATED = "OPTIONS,GET,HEAD,POST"
"""What the service's own answers say of methods, whatever they take."""
CORS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("Timing-Allow-Origin", "*"),
)
NO_HEADERS: Headers = ()
PARALLELISM_HINT = "4"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ALWAYS: Headers = (
    ("OData-Version", "4.0"),
    ("Cache-Control", "no-cache"),
    ("Expires", "-1"),
    ("X-Content-Type-Options", "nosniff"),
    ("x-ms-dop-hint", PARALLELISM_HINT),
    ("CRM.ServiceId", "framework"),
    ("Allow", _STATED),
    ("Public", _STATED),
    *CORS,
)
_CONTENT: Headers = (("Content-Type", JSON), *_ALWAYS)
_QUOTED: Headers = (("Content-Type", f"{JSON}; IEEE754Compatible=true"), *_ALWAYS)
_XML: Headers = (("Content-Type", "application/xml"), *_ALWAYS)
_TEXT: Headers = (("Content-Type", "text/plain"), *_ALWAYS)


def _ids(request_id: UUID) -> Headers:
    text = str(request_id)
    return (("x-ms-service-request-id", text), ("REQ_ID", text), ("AuthActivityId", text))


def document(
    body: bytes,
    request_id: UUID,
    extra: Headers = (),
    *,
    status: int = 200,
    ieee754: bool = False,
) -> Response:
    """Return a JSON document; `ieee754` says that its long numbers stand in quotes."""
    head = _QUOTED if ieee754 else _CONTENT
    return Response(status, head + _ids(request_id) + extra, body)


def text(body: bytes, request_id: UUID) -> Response:
    """Return 200 with plain text."""
    return Response(200, _TEXT + _ids(request_id), body)


def xml(body: bytes, request_id: UUID) -> Response:
    """Return 200 with an XML document."""
    return Response(200, _XML + _ids(request_id), body)


def nothing(request_id: UUID, extra: Headers = ()) -> Response:
    """Return 204."""
    return Response(204, _ALWAYS + _ids(request_id) + extra)


def not_modified(request_id: UUID, etag: str) -> Response:
    """Return 304: the record is as the client knows it (RFC 9110 15.4.5)."""
    return Response(304, (*_ALWAYS, *_ids(request_id), ("ETag", etag)))


def refusal(
    error: ServiceError, request_id: UUID, annotations: Annotations = NO_ANNOTATIONS
) -> Response:
    """Return an error in the service's form."""
    return error_document(error.fault, error.message, request_id, annotations)


def error_document(
    fault: Fault, message: str, request_id: UUID, annotations: Annotations = NO_ANNOTATIONS
) -> Response:
    """Return an error of the catalogue with its sentence, and the annotations wanted."""
    body = write_error(fault.hex, message, annotations)
    return Response(fault.status, _CONTENT + _ids(request_id), body)


def no_operation(url: str, request_id: UUID) -> Response:
    """Return 404 for a function that is asked as if it were an action: the error has no code."""
    text = f"No HTTP resource was found that matches the request URI '{url}'."
    return Response(404, _CONTENT + _ids(request_id), write_error("", text))


def unauthorized(organization: Organization, reason: str | None, request_id: UUID) -> Response:
    """Return 401 with the one challenge clients learn the authority from."""
    return challenging.unauthorized(organization, reason, _ALWAYS + _ids(request_id))


def cookies(request: Request, ids: Ids, organization: str, now: float) -> Headers:
    """Return the cookies the service gives a client that does not send them.

    `organization` is its id, "" where that is not known; `now` is in seconds of the epoch.
    Nothing here reads them back. The third of the service, ARRAffinity, ties a client to one of
    many servers; there is one.
    """
    sent, found, tail = ";".join(request.header_values("cookie")), NO_HEADERS, _tail(int(now))
    if "ReqClientId=" not in sent:
        found = (("Set-Cookie", f"ReqClientId={ids()}{tail}"),)
    if organization and "orgId=" not in sent:
        found = (*found, ("Set-Cookie", f"orgId={organization}{tail}"))
    return found


@lru_cache(maxsize=4)
def _tail(now: int) -> str:
    """Return what follows a cookie's value: it ends fifty years from now."""
    end = datetime.fromtimestamp(now, UTC)
    day = min(end.day, 28) if end.month == 2 else end.day
    end = end.replace(year=end.year + 50, day=day)
    name, month = _DAYS[end.weekday()], _MONTHS[end.month - 1]
    date = f"{name}, {end:%d}-{month}-{end:%Y %H:%M:%S} GMT"
    return f"; expires={date}; path=/; secure; HttpOnly"


def preflight(request: Request) -> Response:
    """Answer a CORS preflight: any origin, method and header, before any proof of identity."""
    asked = request.header("access-control-request-headers") or "*"
    headers: Headers = (
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Allow-Headers", asked if asked.isascii() and asked.isprintable() else "*"),
        ("Access-Control-Max-Age", "3600"),
        ("Allow", METHODS),
    )
    return Response(200, headers + CORS)
