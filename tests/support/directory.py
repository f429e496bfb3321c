"""Microsoft Graph asked in process, with tokens got by real requests to the token endpoint."""

from dataclasses import dataclass
from typing import Any

import orjson

from xrm.sts import registration as r
from xrm.sts.faces.graph import mount
from xrm.wire import jose
from xrm.wire.http import Headers, Request, Response

AUDIENCE = "https://graph.microsoft.com"
ROOT = "/graph/v1.0/"


def token_of(world: Any, application: Any, secret: Any, resource: str = AUDIENCE) -> str:
    """Return the access token of an application for a resource."""
    form = world.form(
        client_id=str(application.application_id), client_secret=secret.reveal(), resource=resource
    )
    answer = world.post(world.path(), form)
    assert answer.status == 200, answer.body
    return orjson.loads(answer.body)["access_token"]


def permitted(world: Any, *values: str) -> str:
    """Register an application that holds these roles of Microsoft Graph; return its token."""
    made = r.create_application(world.service, world.tenant, name=f"With {' '.join(values)}"[:200])
    _, graph = r.find_resource(world.service, world.tenant, "graph")
    for value in values:
        made = r.require(world.service, made, resource=graph, value_or_id=value, kind="Role")
    r.consent(world.service, world.tenant, made.application_id)
    secret = r.add_secret(world.service, made, description="test").secret
    return token_of(world, made, secret)


def speaking_for(world: Any, user: Any, *scopes: str) -> str:
    """Return a token of a person, signed with the service's key as delegated ones are."""
    now = int(world.clock())
    claims = {
        "aud": AUDIENCE,
        "iss": f"{world.service.base_url}/{world.tenant.tenant_id}/",
        "nbf": now,
        "exp": now + 3600,
        "appid": str(world.application.application_id),
        "oid": str(user.object_id),
        "tid": str(world.tenant.tenant_id),
        "scp": " ".join(scopes),
        "ver": "1.0",
    }
    with world.database.read() as tx:
        key = world.service.keys.signing(tx)
    return jose.sign(claims, key, x5t=True)


@dataclass
class Graph:
    """Short verbs to ask with one token."""

    world: Any
    token: str | None

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        headers: Headers = (),
    ) -> Response:
        lines: Headers = headers
        if self.token is not None:
            lines = (("authorization", f"Bearer {self.token}"), *lines)
        octets = b""
        if body is not None:
            octets = body if isinstance(body, bytes) else orjson.dumps(body)
            lines = (*lines, ("content-type", "application/json"))
        place = path if path.startswith("/") else ROOT + path
        route = mount(self.world.service).route(Request(method, place, query, lines))
        return route.face(Request(method, place, query, lines, octets))

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Return the status and the document of an answer."""
        answer = self.send(method, path, body, **more)
        return answer.status, orjson.loads(answer.body) if answer.body else None

    def good(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Return the document of an answer that must be a success."""
        status, document = self.ask(method, path, body, **more)
        assert status in (200, 201, 204), document
        return document

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Return status and code of an answer that must be a refusal."""
        status, document = self.ask(method, path, body, **more)
        assert status >= 400, document
        assert set(document["error"]) - {"details"} == {"code", "message", "innerError"}
        return status, document["error"]["code"]

    def register(self, name: str = "Importer", **members: Any) -> Any:
        """Register an application and return its document."""
        return self.good("POST", "applications", {"displayName": name, **members})
