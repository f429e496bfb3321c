"""Answers in Entra's dress: headers, CORS, preflight, and the one place that words an error."""

import logging
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from xrm.db import Busy
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.directory import guid
from xrm.sts.model import Flavour, Trace
from xrm.sts.service import TokenService
from xrm.sts.signin.dispatcher import Dispatcher
from xrm.wire import oauth
from xrm.wire.http import NO_STORE, Headers, Request, Response

_log = logging.getLogger(__name__)

_JSON = ("Content-Type", oauth.JSON)
_CACHED: Headers = (("Cache-Control", "max-age=86400, private"),)
_ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
_EXPOSED = (
    "Access-Control-Expose-Headers",
    "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs",
)
_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1024}")
_RETRY_SECONDS = "1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request at one endpoint. `segment` is its tenant, still encoded; `standing` the header
    lines every answer of the service has, `dispatcher` its interactive side.
    """

    service: TokenService
    request: Request
    segment: str
    flavour: Flavour
    trace: Trace
    standing: Headers
    dispatcher: Dispatcher
    opener_policy: str = ""


def standing_headers(base_url: str) -> Headers:
    """Return the header lines of every answer of a service."""
    lines: Headers = (("X-Content-Type-Options", "nosniff"), ("x-ms-ests-server", "xrm"))
    host = urlsplit(base_url).hostname or ""
    # A browser that believed this header for localhost would refuse every plain-http development
    # server of the machine; for addresses it means nothing (RFC 6797 8.1.1).
    if host == "localhost" or host.endswith(".localhost"):
        return lines
    return (*lines, ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))


def trace_of(request: Request, service: TokenService) -> Trace:
    """Return the request's names; the caller's own is taken when it is a GUID."""
    given = request.header("client-request-id") or _from_query(request)
    correlation = given if given and guid(given) else str(service.ids())
    return Trace(str(service.ids()), correlation, request.peer)


def _from_query(request: Request) -> str | None:
    if "client-request-id=" not in request.query:
        return None
    try:
        return dict(request.parameters()).get("client-request-id")
    except ValueError:
        return None


def token_answer(call: Call, body: bytes) -> Response:
    """Return a token answer: never cached, readable from any origin."""
    return Response(200, _headers(call, 200, clitelem="1,0,0,,"), body)


def metadata(call: Call, body: bytes) -> Response:
    """Return a public document: cached for a day, readable from any origin."""
    lines = (_JSON, *_CACHED, *always(call), *_cors("GET, OPTIONS"))
    return Response(200, lines, body)


def spell(error: Exception, call: Call) -> Response:
    """Word any exception: a refusal as its error document, anything else as a server error."""
    said = refusal(error, call.trace)
    row, own = said.row, call.service.profile.own_error_codes
    status = row.status_for(own=own)
    document = oauth.ErrorDocument(
        error=row.spelled_for(call.flavour.name, own=own),
        sentence=said.sentence,
        codes=(row.number,),
        timestamp=oauth.timestamp(call.service.clock()),
        trace_id=call.trace.trace_id,
        correlation_id=call.trace.correlation_id,
        uri=f"{call.service.base_url}/error?code={row.number}" if row.documented else None,
        suberror=row.suberror,
    )
    headers = _headers(call, status, clitelem=f"1,{row.number},0,,")
    if status == 401 and _came_by_basic(call):
        headers += (("WWW-Authenticate", f'Basic realm="{call.service.base_url}"'),)
    return Response(status, headers, oauth.write_error(document))


def _came_by_basic(call: Call) -> bool:
    """Tell whether a client proved itself by HTTP Basic: its refusal says so (RFC 6749 5.2)."""
    scheme = (call.request.header("authorization") or "").partition(" ")[0]
    return scheme.lower() == "basic"


def refusal(error: Exception, trace: Trace) -> SignInError:
    """Return any exception as a refusal: what is none is logged, and said to be a failure."""
    if isinstance(error, SignInError):
        return error
    if isinstance(error, Busy):
        return signin.TRANSIENT("The service is busy. Try again shortly.")
    # The request is not logged: it holds the client's secret.
    _log.error("request %s failed", trace.trace_id, exc_info=error)
    return signin.INTERNAL("The service could not answer; its log names the cause.")


def preflight(call: Call, methods: str) -> Response:
    """Answer a CORS preflight (Fetch standard, CORS-preflight request)."""
    lines: Headers = (*always(call), *_cors(methods))
    asked = call.request.header("access-control-request-headers")
    if asked and _HEADER_NAMES.fullmatch(asked):
        lines += (("Access-Control-Allow-Headers", asked),)
    return Response(200, (*lines, ("Access-Control-Max-Age", "86400")))


def not_found(call: Call) -> Response:
    """Answer a path that is not there."""
    return Response(404, always(call))


def wrong_method(call: Call, allowed: str) -> Response:
    """Answer a method a document does not take."""
    return Response(405, (*always(call), ("Allow", allowed), *_cors(allowed)))


def _headers(call: Call, status: int, *, clitelem: str) -> Headers:
    lines: Headers = (
        _JSON,
        *NO_STORE,
        *always(call),
        ("x-ms-clitelem", clitelem),
        _ANY_ORIGIN,
        _EXPOSED,
    )
    if status == 503:
        lines += (("Retry-After", _RETRY_SECONDS),)
    return lines


def _cors(methods: str) -> Headers:
    return (_ANY_ORIGIN, ("Access-Control-Allow-Methods", methods))


def always(call: Call) -> Headers:
    """Return the header lines of every answer to a call."""
    lines = (*call.standing, ("x-ms-request-id", call.trace.trace_id))
    if (call.request.header("return-client-request-id") or "").lower() == "true":
        lines += (("client-request-id", call.trace.correlation_id),)
    return lines


def refused_method(call: Call, allowed: str) -> Response:
    """Answer a method a page does not take."""
    return Response(405, (*NO_STORE, *always(call), ("Allow", allowed)))
