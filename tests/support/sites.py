"""A server that is killed while it is written to, as its writers meet it."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2

from support import certificates
from support.credentials import ASSERTION_TYPE
from support.served import Served

CUT = (httpx2.TransportError, BrokenPipeError, EOFError)
"""How a writer notes that it was not answered: whether the thing was done is not known."""

MARK = "killed"
COLUMNS = ("subject", "firstname", "lastname", "companyname", "jobtitle", "description")
"""The columns of a lead that always say the same."""

GRAPH = "https://graph.microsoft.com"


@dataclass
class Site:
    """A running server as the writers meet it, and a process that registers services.

    `database` is the option that tells a verb of the command where the database is.
    """

    served: Served
    http: httpx2.Client
    registering: "subprocess.Popen[str]"
    database: tuple[str, ...] = ()

    @property
    def token_endpoint(self) -> str:
        return f"{self.served.tenant_authority}/oauth2/token"

    def ask(self, client_id: str, resource: str = "", **proof: str) -> httpx2.Response:
        """Ask for a token, for the organization if no other resource is named."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "resource": resource or self.served["organization_url"],
            **proof,
        }
        return self.http.post(self.token_endpoint, data=form)

    def sign_in(self, client_id: str, secret: str, resource: str = "") -> str:
        """Return a token got by secret, which must be given."""
        answer = self.ask(client_id, resource, client_secret=secret)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def present(self, assertion: str) -> httpx2.Response:
        """Ask for a token of the service that has a certificate."""
        return self.ask(
            self.served["certificate_client_id"],
            client_assertion_type=ASSERTION_TYPE,
            client_assertion=assertion,
        )

    @cached_property
    def certified(self) -> certificates.Pair:
        """The key and the certificate of that service."""
        return certificates.load(Path(self.served["certificate_path"]).read_bytes())

    @cached_property
    def token(self) -> str:
        """A token of the demonstration service, one for the life of the server."""
        return self.sign_in(self.served["client_id"], self.served["client_secret"])

    @cached_property
    def admin_token(self) -> str:
        """A token of the administration for Microsoft Graph."""
        return self._administration(GRAPH)

    @cached_property
    def organization_admin_token(self) -> str:
        """A token of the administration for the organization."""
        return self._administration("")

    def _administration(self, resource: str) -> str:
        client_id, secret = self.served["admin_client_id"], self.served["admin_client_secret"]
        return self.sign_in(client_id, secret, resource)

    def manage(self, path: str, body: Mapping[str, Any]) -> Any:
        """Post something to Microsoft Graph, which must take it; return its answer."""
        headers = {"Authorization": f"Bearer {self.admin_token}"}
        url = f"{self.served['graph_url']}/{path}"
        answer = self.http.post(url, headers=headers, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def send(self, method: str, path: str, *, token: str = "", body: Any = None) -> httpx2.Response:
        """Send a request to the Web API, with the token of the site if no other is given."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.http.request(
            method, self.served["web_api_url"] + path, headers=headers, json=body
        )


def _nothing(_site: Site) -> None:
    """Need nothing; find nothing wrong."""


@dataclass(frozen=True)
class Writer:
    """One kind of work. `write` raises one of `CUT` when it is not answered.

    `prepare` runs once before all lives' work, `whole` after: it looks at all that is there,
    acknowledged or not, and finds nothing done by half.
    """

    name: str
    write: Callable[[Site], Any]
    check: Callable[[Site, Any], None]
    prepare: Callable[[Site], None] = _nothing
    whole: Callable[[Site], None] = _nothing
