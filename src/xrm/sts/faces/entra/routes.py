"""The table of endpoints, and the one place where an exception becomes an answer.

Literal parts of a path match in any letter case, as the service's own do (recorded for the user
realm, inferred for the others); the path is matched as sent, undecoded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from xrm.db import StepBudgetExceeded
from xrm.sts.faces.entra import answers, device, interactive, metadata, token, userinfo
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.online import realm, trust
from xrm.sts.model import CONSUMERS_TENANT, V1, V2, Flavour
from xrm.sts.service import TokenService
from xrm.wire.html.assets import PREFIX
from xrm.wire.http import Lane, Mount, Request, Response, Route

_USER_REALM = "userrealm/"
_CONSUMERS = str(CONSUMERS_TENANT)


def _spelled(call: Call, error: Exception) -> Response:
    return answers.spell(error, call)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. An endpoint for every method words the refusal of a method itself.

    `fails` makes an exception an answer. Where people sign in there is no CORS: no script of
    another origin has any business there.
    """

    answer: Callable[[Call], Response]
    flavour: Flavour
    methods: str
    every_method: bool = False
    lane: Lane = "inline"
    fails: Callable[[Call, Exception], Response] = _spelled
    cors: bool = True


TOKEN_V1 = Endpoint(token.token, V1, "POST, OPTIONS", every_method=True)
TOKEN_V2 = Endpoint(token.token, V2, "POST, OPTIONS", every_method=True)
DEVICE_V1 = Endpoint(device.begin, V1, "POST, OPTIONS", every_method=True, lane="pool")
DEVICE_V2 = Endpoint(device.begin, V2, "POST, OPTIONS", every_method=True, lane="pool")
USER_INFO = Endpoint(userinfo.userinfo, V1, "GET, POST, OPTIONS", every_method=True)


def _page(answer: Callable[[Call], Response], flavour: Flavour, methods: str) -> Endpoint:
    """Return an endpoint people sign in at."""
    return Endpoint(
        answer,
        flavour,
        methods,
        every_method=True,
        lane="pool",
        fails=interactive.failed,
        cors=False,
    )


RST2 = Endpoint(
    trust.trust, V1, "POST", every_method=True, lane="pool", fails=trust.failed, cors=False
)
GET_USER_REALM = Endpoint(realm.realm, V1, "GET, POST", every_method=True, lane="pool", cors=False)
INSTANCE = Endpoint(metadata.instance, V1, "GET, OPTIONS")
USER_REALM = Endpoint(metadata.user_realm, V1, "GET, OPTIONS")

ENDPOINTS: dict[str, Endpoint] = {
    "oauth2/token": TOKEN_V1,
    "oauth2/v2.0/token": TOKEN_V2,
    ".well-known/openid-configuration": Endpoint(metadata.discovery, V1, "GET, OPTIONS"),
    "v2.0/.well-known/openid-configuration": Endpoint(metadata.discovery, V2, "GET, OPTIONS"),
    "discovery/keys": Endpoint(metadata.keys, V1, "GET, OPTIONS"),
    "discovery/v2.0/keys": Endpoint(metadata.keys, V2, "GET, OPTIONS"),
    "oauth2/authorize": _page(interactive.authorize, V1, "GET, POST"),
    "oauth2/v2.0/authorize": _page(interactive.authorize, V2, "GET, POST"),
    "oauth2/logout": _page(interactive.leave, V1, "GET, POST"),
    "oauth2/v2.0/logout": _page(interactive.leave, V2, "GET, POST"),
    "oauth2/devicecode": DEVICE_V1,
    "oauth2/v2.0/devicecode": DEVICE_V2,
    "adminconsent": _page(interactive.approve, V1, "GET"),
    "v2.0/adminconsent": _page(interactive.approve, V2, "GET"),
    "openid/userinfo": USER_INFO,
    "rst2.srf": RST2,
    "v2/wstrust/mex": Endpoint(trust.described, V1, "GET", cors=False, lane="pool"),
}
"""What follows the tenant's segment, in lower case."""

COMMON_ENDPOINTS: dict[str, Endpoint] = {
    "discovery/instance": INSTANCE,
    "login": _page(interactive.posted, V2, "POST"),
    "oauth2/deviceauth": _page(interactive.device, V2, "GET"),
    "oauth2/nativeclient": _page(interactive.native_client, V2, "GET"),
}
"""What exists under `common` only."""

WITHOUT_TENANT: dict[str, Endpoint] = {
    "/oidc/userinfo": USER_INFO,
    "/error": _page(interactive.explained, V2, "GET"),
    "/rst2.srf": RST2,
    "/getuserrealm.srf": GET_USER_REALM,
    "/login.srf": _page(interactive.returned, V2, "GET, POST"),
}
"""What belongs to no tenant, by its whole path."""

ASSET = Endpoint(interactive.file, V2, "GET", fails=interactive.failed, cors=False)

NOT_FOUND = Endpoint(answers.not_found, V1, "", every_method=True)


def mount(service: TokenService, *, opener_policy: str = "") -> Mount:
    """Return the face of Entra ID over a token service.

    `opener_policy` is the Cross-Origin-Opener-Policy of pages, "" for none.
    """
    return _Entra(service, opener_policy)


class _Entra:
    def __init__(self, service: TokenService, opener_policy: str) -> None:
        self._service = service
        self._opener_policy = opener_policy
        self._dispatcher = interactive.dispatcher(service)
        self._standing = answers.standing_headers(service.base_url)
        # Short reads may run on the event loop only where the database is in the process.
        lane: Lane = "inline" if service.database.inline else "pool"
        self._routes: dict[Lane, Route] = {
            "inline": self._routed(lane),
            "pool": self._routed("pool"),
        }

    def _routed(self, lane: Lane) -> Route:
        return Route(self._answer, lane, limit=token.LARGEST_BODY, too_large=self._answer_too_large)

    def route(self, head: Request) -> Route:
        endpoint, _ = _find(head.path)
        return self._routes[endpoint.lane]

    def _answer(self, request: Request) -> Response:
        endpoint, segment = _find(request.path)
        return self._run(request, segment, endpoint)

    def _answer_too_large(self, request: Request) -> Response:
        endpoint, segment = _find(request.path)
        refusing = replace(endpoint, answer=token.too_large, every_method=True)
        return self._run(request, segment, refusing)

    def _run(self, request: Request, segment: str, endpoint: Endpoint) -> Response:
        service = self._service
        trace = answers.trace_of(request, service)
        call = Call(
            service,
            request,
            segment,
            endpoint.flavour,
            trace,
            self._standing,
            self._dispatcher,
            self._opener_policy,
        )
        try:
            return _dispatch(call, endpoint)
        except StepBudgetExceeded:
            raise  # whoever carries the request runs it again in the pool
        except Exception as error:
            return endpoint.fails(call, error)


def _dispatch(call: Call, endpoint: Endpoint) -> Response:
    method = call.request.method
    if not endpoint.cors and method not in endpoint.methods.split(", "):
        return answers.refused_method(call, endpoint.methods)
    if method == "OPTIONS" and endpoint is not NOT_FOUND:
        return answers.preflight(call, endpoint.methods)
    if not (call.service.profile.wrong_method_is_400 or _takes(endpoint, method)):
        return answers.wrong_method(call, endpoint.methods)
    if endpoint.every_method or method == "GET":
        return endpoint.answer(call)
    if method == "HEAD":
        answer = endpoint.answer(call)
        return Response(answer.status, answer.headers)
    return answers.wrong_method(call, endpoint.methods)


def _takes(endpoint: Endpoint, method: str) -> bool:
    """Tell whether an endpoint that words the refusal of a method itself takes this one."""
    every = not endpoint.every_method or not endpoint.methods
    return every or method in endpoint.methods.split(", ")


def _find(path: str) -> tuple[Endpoint, str]:
    """Return the endpoint of a raw path and the segment it is about."""
    if path.startswith(PREFIX):
        return ASSET, ""
    if (alone := WITHOUT_TENANT.get(path.lower())) is not None:
        return alone, "common"
    segment, _, tail = path[1:].partition("/")
    tail_key = tail.lower()
    endpoint = ENDPOINTS.get(tail_key)
    if endpoint is not None and segment:
        # The tenant of personal accounts is the segment that stands for it, by another name.
        return endpoint, "consumers" if segment.lower() == _CONSUMERS else segment
    if segment.lower() == "common":
        if tail_key.startswith(_USER_REALM) and "/" not in tail[len(_USER_REALM) :]:
            return USER_REALM, tail[len(_USER_REALM) :]
        return COMMON_ENDPOINTS.get(tail_key, NOT_FOUND), segment
    return NOT_FOUND, segment
