"""Answers of OrganizationData.svc: documents, errors and their headers, none of them CORS."""

from uuid import UUID

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.org.faces.data2011.accepting import Form
from xrm.org.faces.data2011.refusals import Refusal
from xrm.wire.http import Headers, Response
from xrm.wire.odata2 import verbose, xmlforms
from xrm.wire.odata4.errors import ODataError

JSON = "application/json;charset=utf-8"
ATOM = "application/atom+xml;charset=utf-8"
XML = "application/xml;charset=utf-8"
TEXT = "text/plain;charset=utf-8"
_ALWAYS: Headers = (
    ("Cache-Control", "no-cache"),
    ("Expires", "-1"),
    ("X-Content-Type-Options", "nosniff"),
    ("Allow", "OPTIONS,GET,HEAD,POST"),
)
_OF_WEB_API = frozenset({service.URI.code, service.PAYLOAD.code})
"""Codes that only the Web API has; here such errors have none."""


def answer(
    status: int, kind: str, body: bytes, request_id: UUID, *, version: str = "1.0;"
) -> Response:
    """Return a document of a content type, and of a version of the protocol."""
    head = (("Content-Type", kind), ("DataServiceVersion", version), *_ALWAYS)
    return Response(status, (*head, ("REQ_ID", str(request_id))), body)


def headers(request_id: UUID) -> Headers:
    """Return the header lines of every answer."""
    return (("DataServiceVersion", "1.0;"), *_ALWAYS, ("REQ_ID", str(request_id)))


def nothing(request_id: UUID) -> Response:
    """Return 204."""
    return Response(204, headers(request_id))


def error(problem: ServiceError | Refusal | ODataError, form: Form, request_id: UUID) -> Response:
    """Return an error in the service's dress: its code as a signed number, "" where it has none."""
    if isinstance(problem, ServiceError):
        fault = problem.fault
        signed = fault.code - 2**32 if fault.code >= 2**31 else fault.code
        code = "" if fault.code in _OF_WEB_API else str(signed)
        return _error(fault.status, code, problem.message, form, request_id)
    if isinstance(problem, Refusal):
        return _error(problem.status, "", problem.message, form, request_id)
    return _error(400, "", str(problem), form, request_id)


def unexpected(form: Form, request_id: UUID) -> Response:
    """Return 500 without a word of why."""
    code = str(service.UNEXPECTED.code - 2**32)
    text = f"An unexpected error occurred. Request id: {request_id}"
    return _error(500, code, text, form, request_id)


def _error(status: int, code: str, text: str, form: Form, request_id: UUID) -> Response:
    write = verbose.write_error if form == "json" else xmlforms.write_error
    return answer(status, JSON if form == "json" else XML, write(code, text), request_id)
