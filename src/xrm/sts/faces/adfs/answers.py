"""Answers of a farm's OAuth endpoints: headers, CORS for its own pages, MSIS errors.

A farm lets the pages of its registered single-page applications read its answers, and no other:
an origin among theirs is repeated (the response headers AD FS 2019 sends once CORS is enabled
with trusted origins).
"""

import re
from collections.abc import Callable, Mapping
from typing import cast

import orjson

from xrm.sts.adfs.oauth import wording
from xrm.sts.adfs.oauth.directory import FarmView
from xrm.sts.faces.adfs import people
from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.faces.entra.answers import refusal, standing_headers
from xrm.wire import oauth
from xrm.wire.http import NO_STORE, Headers, Response

LARGEST_FORM = 64 * 1024

_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1024}")
_RETRY_SECONDS = "1"


def endpoint(answer: Callable[[Visit], Response], methods: str) -> Endpoint:
    """Return an endpoint for programs: its methods, its preflight, its errors as JSON."""

    def answered(visit: Visit) -> Response:
        method = visit.request.method
        try:
            if method == "OPTIONS":
                return _preflight(visit, methods)
            if method not in methods.split(", "):
                return Response(405, (*always(visit), ("Allow", methods)))
            return answer(visit)
        except Exception as error:
            return spell(error, visit)

    def too_large(visit: Visit) -> Response:
        document = {"error": "invalid_request", "error_description": "MSIS9604: Too much was sent."}
        return _json(visit, 413, document)

    return Endpoint(answered, too_large, limit=LARGEST_FORM)


def told(visit: Visit, body: bytes) -> Response:
    """Return an answer that nobody keeps."""
    lines: Headers = (("Content-Type", oauth.JSON), *NO_STORE, *always(visit))
    return Response(200, (*lines, *cors(visit)), body)


def document(visit: Visit, content: Mapping[str, object]) -> Response:
    """Return a public document."""
    lines: Headers = (("Content-Type", oauth.JSON), *always(visit), *cors(visit))
    return Response(200, lines, orjson.dumps(content))


def spell(error: Exception, visit: Visit) -> Response:
    """Word any exception as an error document (RFC 6749 5.2)."""
    said = wording.worded(refusal(error, visit.trace), _parameters(visit))
    return _json(visit, said.status, {"error": said.error, "error_description": said.description})


def always(visit: Visit) -> Headers:
    """Return the header lines of every answer to a visit."""
    own = standing_headers(visit.service.base_url)
    lines = tuple(line for line in own if not line[0].startswith("x-ms-ests"))
    return (*lines, ("client-request-id", visit.trace.correlation_id))


def cors(visit: Visit) -> Headers:
    """Return what lets the page of a registered single-page application read an answer."""
    origin = visit.request.header("origin")
    if origin is None:
        return ()
    with visit.service.database.read() as tx:
        view = cast(FarmView, people.side(visit.service, visit.farm).service.directory.view(tx))
        known = origin in view.origins()
    return (("Access-Control-Allow-Origin", origin), ("Vary", "Origin")) if known else ()


def _preflight(visit: Visit, methods: str) -> Response:
    """Answer a CORS preflight (Fetch standard, CORS-preflight request)."""
    lines: Headers = (*always(visit), *cors(visit))
    if lines[-1] == ("Vary", "Origin"):
        lines += (("Access-Control-Allow-Methods", f"{methods}, OPTIONS"),)
        asked = visit.request.header("access-control-request-headers")
        if asked and _HEADER_NAMES.fullmatch(asked):
            lines += (("Access-Control-Allow-Headers", asked),)
    return Response(200, lines)


def _json(visit: Visit, status: int, content: Mapping[str, object]) -> Response:
    lines: Headers = (("Content-Type", oauth.JSON), *NO_STORE, *always(visit), *cors(visit))
    if status == 503:
        lines += (("Retry-After", _RETRY_SECONDS),)
    return Response(status, lines, orjson.dumps(content))


def _parameters(visit: Visit) -> Mapping[str, str]:
    try:
        return oauth.read_form(visit.request.body)
    except oauth.MalformedForm:
        return {}
