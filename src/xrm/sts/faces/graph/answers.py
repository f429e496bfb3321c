"""Answers in Microsoft Graph's dress: headers, CORS, and the one place that words an error."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from xrm.db import Busy
from xrm.sts.directory import guid
from xrm.sts.faces.graph import errors
from xrm.sts.faces.graph.callers import Caller
from xrm.sts.faces.graph.errors import GraphError
from xrm.sts.model import GRAPH_APPLICATION
from xrm.sts.registration import RegistrationError
from xrm.sts.service import TokenService
from xrm.wire.http import Headers, Request, Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Key

ROOT = "/graph/v1.0"

_log = logging.getLogger(__name__)
_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;"
    "charset=utf-8"
)
_DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"xrm","Slice":"E","Ring":"1","ScaleUnit":"000",'
    '"RoleInstance":"xrm"}}'
)
_EXPOSED = (
    "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, "
    "ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, Retry-After"
)
_RETRY_SECONDS = "1"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one request: ours, and the caller's where it is a GUID."""

    request_id: str
    client_request_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request by someone known. `keys` are what its path names, in order."""

    service: TokenService
    request: Request
    names: Names
    caller: Caller
    keys: tuple[Key, ...] = ()

    @property
    def root(self) -> str:
        """Return the public URL of the service's root."""
        return self.service.base_url + ROOT

    def prefers(self, preference: str) -> bool:
        """Tell whether the caller prefers something (RFC 7240)."""
        lines = ",".join(self.request.header_values("prefer")).lower()
        return preference in [one.strip() for one in lines.split(",")]


def names_of(request: Request, service: TokenService) -> Names:
    """Return the names of a request."""
    own = str(service.ids())
    given = request.header("client-request-id")
    return Names(own, given if given and guid(given) else own)


def document(call: Call, context: str, content: Mapping[str, Any], status: int = 200) -> Response:
    """Return an answer with a document, or what `$metadata` calls it by `context`."""
    body = {"@odata.context": f"{call.root}/$metadata#{context}", **content}
    return Response(status, _headers(call.names), orjson.dumps(body))


def created(call: Call, context: str, content: Mapping[str, Any], place: str) -> Response:
    """Return the answer to a POST that made something; without it where that is preferred."""
    location: Headers = (("Location", f"{call.root}/{place}"),)
    if call.prefers("return=minimal"):
        lines = (*location, ("Preference-Applied", "return=minimal"))
        return Response(204, (*_always(call.names), *lines))
    return document(call, f"{context}/$entity", content, 201).with_headers(location)


def changed(call: Call, context: str, content: Mapping[str, Any]) -> Response:
    """Return the answer to a PATCH: nothing, unless the object as it is now is preferred."""
    if not call.prefers("return=representation"):
        return done(call)
    answer = document(call, f"{context}/$entity", content)
    return answer.with_headers((("Preference-Applied", "return=representation"),))


def done(call: Call) -> Response:
    """Return the answer without content."""
    return Response(204, _always(call.names))


def number(call: Call, count: int) -> Response:
    """Return the answer to `/$count`: a number in plain text."""
    lines: Headers = (("Content-Type", "text/plain"), *_always(call.names))
    return Response(200, lines, str(count).encode())


def preflight(request: Request, names: Names) -> Response:
    """Answer a CORS preflight (Fetch standard, CORS-preflight request)."""
    asked = request.header("access-control-request-headers") or ""
    allowed = asked if asked.isascii() and asked.isprintable() and len(asked) <= 1024 else ""
    lines: Headers = (
        *_always(names),
        ("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE, OPTIONS"),
        ("Access-Control-Max-Age", "3600"),
    )
    if allowed:
        lines += (("Access-Control-Allow-Headers", allowed),)
    return Response(200, lines)


def spell(error: Exception, service: TokenService, names: Names) -> Response:
    """Word any exception: a refusal as its error document, anything else as a server error."""
    refusal = _refusal(error, names)
    row = refusal.row
    now = datetime.fromtimestamp(int(service.clock()), UTC)
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": names.request_id,
        "client-request-id": names.client_request_id,
    }
    content: dict[str, Any] = {"code": row.code, "message": refusal.sentence}
    if refusal.detail:
        closer = {"code": refusal.detail, "message": refusal.sentence, "target": refusal.target}
        content["details"] = [closer]
    content["innerError"] = inner
    lines = _headers(names)
    if row is errors.BAD_TOKEN:
        lines += (("WWW-Authenticate", _challenge(service)),)
    if refusal.allowed:
        lines += (("Allow", refusal.allowed),)
    if row is errors.BUSY:
        lines += (("Retry-After", _RETRY_SECONDS),)
    return Response(row.status, lines, orjson.dumps({"error": content}))


def _refusal(error: Exception, names: Names) -> GraphError:
    if isinstance(error, GraphError):
        return error
    if isinstance(error, RegistrationError):
        return errors.of_registration(error)
    if isinstance(error, ODataError):
        return errors.BAD_REQUEST(str(error))
    if isinstance(error, Busy):
        return errors.BUSY("The service is busy. Try again shortly.")
    # The request is not logged: it may hold a password.
    _log.error("request %s failed", names.request_id, exc_info=error)
    return errors.INTERNAL("The service could not answer; its log names the cause.")


def _challenge(service: TokenService) -> str:
    place = f"{service.base_url}/common/oauth2/authorize"
    return f'Bearer realm="", authorization_uri="{place}", client_id="{GRAPH_APPLICATION}"'


def _headers(names: Names) -> Headers:
    lines: Headers = (("Content-Type", _TYPE), ("OData-Version", "4.0"))
    return (*lines, *_always(names))


def _always(names: Names) -> Headers:
    return (
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("request-id", names.request_id),
        ("client-request-id", names.client_request_id),
        ("x-ms-ags-diagnostic", _DIAGNOSTIC),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", _EXPOSED),
    )
