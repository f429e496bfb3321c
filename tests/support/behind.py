"""Servers behind one public name: each is reached at its own port, as a balancer reaches it."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from support.credentials import ASSERTION_TYPE
from support.served import Served, free_port, serving

AUTHORITY = "https://sts.contoso.example"
ORGANIZATION = "https://org.contoso.example"
PUBLIC = ("--public-url", AUTHORITY, "--org-url", ORGANIZATION)


@dataclass(frozen=True)
class Door:
    """One server: its JSON line says the public names, its ports are known here."""

    served: Served
    port: int
    org_port: int

    @contextmanager
    def open(self) -> Iterator["Caller"]:
        """Yield a caller with connections of its own."""
        context = ssl.create_default_context(cafile=self.served["ca_bundle"])
        with httpx2.Client(verify=context, timeout=60) as http:
            yield Caller(self, http)


@dataclass(frozen=True)
class Caller:
    """Whoever asks one server, under the public names."""

    door: Door
    http: httpx2.Client

    def _send(self, method: str, public: str, port: int, path: str, **more: Any) -> httpx2.Response:
        name = public.removeprefix("https://")
        headers = {"Host": name, **more.pop("headers", {})}
        return self.http.request(
            method,
            f"https://127.0.0.1:{port}{path}",
            headers=headers,
            extensions={"sni_hostname": name},
            **more,
        )

    def ask(self, client_id: str, **proof: str) -> httpx2.Response:
        """Ask the token service for a token for the organization."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "resource": ORGANIZATION,
            **proof,
        }
        path = f"/{self.door.served['tenant_id']}/oauth2/token"
        return self._send("POST", AUTHORITY, self.door.port, path, data=form)

    def present(self, client_id: str, assertion: str) -> httpx2.Response:
        """Ask for a token by an assertion."""
        return self.ask(client_id, client_assertion_type=ASSERTION_TYPE, client_assertion=assertion)

    def token(self, client_id: str, secret: str) -> str:
        """Return a token got by secret, which must be given."""
        answer = self.ask(client_id, client_secret=secret)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def published(self) -> set[str]:
        """Return the ids of the published keys."""
        answer = self._send("GET", AUTHORITY, self.door.port, "/common/discovery/keys")
        return {key["kid"] for key in answer.json()["keys"]}

    def leads(self, token: str) -> httpx2.Response:
        """Ask the organization for its leads."""
        path = "/api/data/v9.2/leads?$select=subject"
        headers = {"Authorization": f"Bearer {token}"}
        return self._send("GET", ORGANIZATION, self.door.org_port, path, headers=headers)


@contextmanager
def standing(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Door]:
    """Start a server under the public names on ports of its own."""
    port, org_port = free_port(), free_port()
    ports = ("--port", str(port), "--org-port", str(org_port))
    with serving(*PUBLIC, *ports, *arguments, environment=environment) as served:
        yield Door(served, port, org_port)
