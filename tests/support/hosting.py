"""A server with two organizations of two tenants, and a service that is a user of each."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from support.served import Served, serving

SECOND = "fabrikam"


@dataclass
class Hosted:
    """The server, the place of its data, and what signs in to each organization."""

    served: Served
    settings: tuple[str, ...]
    http: httpx2.Client
    clients: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The first organization's address, and that of discovery."""
        return str(self.served["organization_url"])

    def url(self, name: str = SECOND) -> str:
        """Return the address of an organization."""
        return f"{self.origin}{name}/"

    def run(self, *arguments: str, check: bool = True) -> Any:
        """Run a verb on this server's data and return its JSON; what failed returns its error."""
        done = subprocess.run(
            [sys.executable, "-m", "xrm.cli", *arguments, *self.settings, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        if done.returncode and not check:
            return done.stderr
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def register(self, organization: str, tenant: str, *, role: str = "Salesperson") -> None:
        """Make a service of a tenant that is a user of an organization."""
        app = self.run("app", "create", f"{organization} service", "--tenant", tenant)
        key = app["application_id"]
        secret = self.run("app", "secret", "add", key, "--tenant", tenant)["secret"]
        self.run("app-user", "create", key, "--role", role, "--organization", organization)
        self.clients[organization] = (tenant, key, secret)

    def token(self, organization: str, url: str) -> str:
        """Return a token of an organization's service for an address."""
        tenant, key, secret = self.clients[organization]
        form = {
            "grant_type": "client_credentials",
            "client_id": key,
            "client_secret": secret,
            "scope": f"{url}.default",
        }
        address = f"{self.served['authority']}/{tenant}/oauth2/v2.0/token"
        answer = self.http.post(address, data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def ask(self, organization: str, url: str, path: str, method: str = "GET", **more: Any) -> Any:
        """Ask an address with a token of an organization's service for that address."""
        headers = {"Authorization": f"Bearer {self.token(organization, url)}"}
        return self.http.request(method, url + path, headers=headers, **more)


@contextmanager
def hosting(*settings: str) -> Iterator[Hosted]:
    """Start a server with these settings and a second organization, and stop it."""
    with tempfile.TemporaryDirectory(prefix="xrm-hosted-") as folder:
        data = ("--data", str(Path(folder) / "data"))
        place = (*data, *(settings if "--database" in settings else ()))
        with serving(*data, "--port", "0", *settings) as served, served.http() as http:
            hosted = Hosted(served, place, http)
            domain = f"{SECOND}.localhost"
            hosted.run("org", "create", SECOND, "--title", "Fabrikam, Inc.", "--tenant", domain)
            hosted.register(SECOND, domain)
            hosted.register("contoso", "contoso.localhost")
            yield hosted
