"""Answers of the Web API: documents, errors and their headers."""

from uuid import UUID

from xrm.model.errors.service import Fault, ServiceError
from xrm.org.organization import Organization
from xrm.wire import challenge
from xrm.wire.http import Headers, Request, Response
from xrm.wire.odata4.errors import write_error
from xrm.wire.odata4.prefer import NO_ANNOTATIONS, Annotations

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
PARALLELISM_HINT = "4"
_ALWAYS: Headers = (
    ("OData-Version", "4.0"),
    ("Cache-Control", "no-cache"),
    ("Expires", "-1"),
    ("X-Content-Type-Options", "nosniff"),
    ("x-ms-dop-hint", PARALLELISM_HINT),
    ("Allow", _STATED),
    ("Public", _STATED),
    *CORS,
)
_CONTENT: Headers = (("Content-Type", JSON), *_ALWAYS)
_TEXT: Headers = (("Content-Type", "text/plain"), *_ALWAYS)


def _ids(request_id: UUID) -> Headers:
    text = str(request_id)
    return (("x-ms-service-request-id", text), ("REQ_ID", text), ("AuthActivityId", text))


def document(body: bytes, request_id: UUID, extra: Headers = (), *, status: int = 200) -> Response:
    """Return a JSON document."""
    return Response(status, _CONTENT + _ids(request_id) + extra, body)


def text(body: bytes, request_id: UUID) -> Response:
    """Return 200 with plain text."""
    return Response(200, _TEXT + _ids(request_id), body)


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


def unauthorized(organization: Organization, reason: str | None, request_id: UUID) -> Response:
    """Return 401 with the one challenge clients learn the authority from."""
    header = challenge.write(
        organization.trust.authority,
        organization.url,
        error=None if reason is None else "invalid_token",
        description=reason,
        quoted=organization.quoted_challenge,
    )
    body = b"HTTP Error 401 - Unauthorized: Access is denied"
    headers: Headers = (("WWW-Authenticate", header), ("Content-Type", "text/html"))
    return Response(401, headers + _ALWAYS + _ids(request_id), body)


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
