"""The table of endpoints, and the one place where an exception becomes an answer.

Literal parts of a path match in any letter case, as the service's own do (recorded for the user
realm, inferred for the others); the path is matched as sent, undecoded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from xrm.db import StepBudgetExceeded
from xrm.sts.faces.entra import answers, metadata, token
from xrm.sts.faces.entra.answers import Call
from xrm.sts.model import V1, V2, Flavour
from xrm.sts.service import TokenService
from xrm.wire.http import Lane, Mount, Request, Response, Route

_USER_REALM = "userrealm/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. An endpoint for every method words the refusal of a method itself."""

    answer: Callable[[Call], Response]
    flavour: Flavour
    methods: str
    every_method: bool = False


TOKEN_V1 = Endpoint(token.token, V1, "POST, OPTIONS", every_method=True)
TOKEN_V2 = Endpoint(token.token, V2, "POST, OPTIONS", every_method=True)
INSTANCE = Endpoint(metadata.instance, V1, "GET, OPTIONS")
USER_REALM = Endpoint(metadata.user_realm, V1, "GET, OPTIONS")

ENDPOINTS: dict[str, Endpoint] = {
    "oauth2/token": TOKEN_V1,
    "oauth2/v2.0/token": TOKEN_V2,
    ".well-known/openid-configuration": Endpoint(metadata.discovery, V1, "GET, OPTIONS"),
    "v2.0/.well-known/openid-configuration": Endpoint(metadata.discovery, V2, "GET, OPTIONS"),
    "discovery/keys": Endpoint(metadata.keys, V1, "GET, OPTIONS"),
    "discovery/v2.0/keys": Endpoint(metadata.keys, V2, "GET, OPTIONS"),
}
"""What follows the tenant's segment, in lower case."""

COMMON_ENDPOINTS: dict[str, Endpoint] = {"discovery/instance": INSTANCE}
"""What exists under `common` only."""

NOT_FOUND = Endpoint(answers.not_found, V1, "", every_method=True)


def mount(service: TokenService) -> Mount:
    """Return the face of Entra ID over a token service."""
    return _Entra(service)


class _Entra:
    def __init__(self, service: TokenService) -> None:
        self._service = service
        self._standing = answers.standing_headers(service.base_url)
        # Short reads may run on the event loop only where the database is in the process.
        lane: Lane = "inline" if service.database.inline else "pool"
        self._route = Route(
            self._answer, lane, limit=token.LARGEST_BODY, too_large=self._answer_too_large
        )

    def route(self, head: Request) -> Route:  # noqa: ARG002 - one route serves every path
        return self._route

    def _answer(self, request: Request) -> Response:
        endpoint, segment = _find(request.path)
        return self._run(request, segment, endpoint)

    def _answer_too_large(self, request: Request) -> Response:
        endpoint, segment = _find(request.path)
        refusing = Endpoint(token.too_large, endpoint.flavour, endpoint.methods, every_method=True)
        return self._run(request, segment, refusing)

    def _run(self, request: Request, segment: str, endpoint: Endpoint) -> Response:
        service = self._service
        trace = answers.trace_of(request, service)
        call = Call(service, request, segment, endpoint.flavour, trace, self._standing)
        try:
            return _dispatch(call, endpoint)
        except StepBudgetExceeded:
            raise  # whoever carries the request runs it again in the pool
        except Exception as error:
            return answers.spell(error, call)


def _dispatch(call: Call, endpoint: Endpoint) -> Response:
    method = call.request.method
    if method == "OPTIONS" and endpoint is not NOT_FOUND:
        return answers.preflight(call, endpoint.methods)
    if endpoint.every_method or method == "GET":
        return endpoint.answer(call)
    if method == "HEAD":
        answer = endpoint.answer(call)
        return Response(answer.status, answer.headers)
    return answers.wrong_method(call, endpoint.methods)


def _find(path: str) -> tuple[Endpoint, str]:
    """Return the endpoint of a raw path and the segment it is about."""
    segment, _, tail = path[1:].partition("/")
    tail_key = tail.lower()
    endpoint = ENDPOINTS.get(tail_key)
    if endpoint is not None and segment:
        return endpoint, segment
    if segment.lower() == "common":
        if tail_key.startswith(_USER_REALM) and "/" not in tail[len(_USER_REALM) :]:
            return USER_REALM, tail[len(_USER_REALM) :]
        return COMMON_ENDPOINTS.get(tail_key, NOT_FOUND), segment
    return NOT_FOUND, segment
