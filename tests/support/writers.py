"""What is written while a server is killed, and how it is looked for afterwards.

`WRITERS` is the table: each row does one thing through a front door, returns what has been
acknowledged, and checks that after a restart. A writer is added by its row.
"""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2

from support import certificates
from support.credentials import ASSERTION_TYPE, signed
from support.served import Served

CUT = (httpx2.TransportError, BrokenPipeError, EOFError)
"""How a writer notes that it was not answered: whether the thing was done is not known."""

MARK = "killed"
COLUMNS = ("subject", "firstname", "lastname", "companyname", "jobtitle", "description")
"""The columns of a lead that always say the same."""

GRAPH = "https://graph.microsoft.com"
SALES_LICENCE = "1e1a282c-9c54-43a2-9310-98ef728faace"
_ASSERTION_SECONDS = 3600
"""Longer than all lives together: what refuses an old assertion is its mark alone."""


@dataclass
class Site:
    """A running server as the writers meet it, and a process that registers services."""

    served: Served
    http: httpx2.Client
    registering: "subprocess.Popen[str]"

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


@dataclass(frozen=True)
class Writer:
    """One kind of work. `write` raises one of `CUT` when it is not answered."""

    name: str
    write: Callable[[Site], Any]
    check: Callable[[Site, Any], None]


def _get_token(site: Site) -> str:
    return site.sign_in(site.served["client_id"], site.served["client_secret"])


def _is_believed(site: Site, token: str) -> None:
    answer = site.send("GET", "WhoAmI", token=token)
    assert answer.status_code == 200, answer.text


def _saying(text: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, f"{MARK} {text}")


def _create(site: Site) -> tuple[str, str]:
    key = str(uuid.uuid4())
    body = {"leadid": key, **_saying(key)}
    answer = site.send("POST", "leads", body=body)
    assert answer.status_code == 204, answer.text
    return key, key


def _update(site: Site) -> tuple[str, str]:
    key, _ = _create(site)
    said = str(uuid.uuid4())
    answer = site.send("PATCH", f"leads({key})", body=_saying(said))
    assert answer.status_code == 204, answer.text
    return key, said


def _says(site: Site, fact: tuple[str, str]) -> None:
    key, said = fact
    path = f"leads({key})?$select={','.join(COLUMNS)}"
    answer = site.send("GET", path)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in COLUMNS} == _saying(said)


def _delete(site: Site) -> str:
    key, _ = _create(site)
    answer = site.send("DELETE", f"leads({key})")
    assert answer.status_code == 204, answer.text
    return key


def _is_gone(site: Site, key: str) -> None:
    answer = site.send("GET", f"leads({key})")
    assert answer.status_code == 404, answer.text


def _register(site: Site) -> Mapping[str, str]:
    """Have the other process do one step and return all that it has acknowledged."""
    process = site.registering
    assert process.stdin
    assert process.stdout
    os.write(process.stdin.fileno(), b"\n")  # past the buffer: nothing waits in it
    line = process.stdout.readline()
    if not line.endswith("\n"):
        raise EOFError
    done: Mapping[str, str] = json.loads(line)
    return done


def _is_registered(site: Site, done: Mapping[str, str]) -> None:
    client_id = done["client_id"]
    if "secret" not in done:
        # A wrong secret: the application and its principal are known.
        assert site.ask(client_id, client_secret="wrong").json()["error_codes"] == [7000215]
        return
    token = site.sign_in(client_id, done["secret"])
    answer = site.send("GET", "leads?$top=1", token=token)
    if "role" in done:
        assert answer.status_code == 200, answer.text
    elif "user" in done:
        # No role is a missing privilege, no user would be 0x80072560.
        code = answer.json().get("error", {}).get("code", "")
        assert (answer.status_code, code) in {(403, "0x80040220"), (200, "")}, answer.text


def _register_by_graph(site: Site) -> tuple[str, str]:
    """Register over the wire; return what the application proves itself by."""
    made = site.manage("applications", {"displayName": f"{MARK} {uuid.uuid4()}"})
    wish = {"passwordCredential": {"displayName": MARK}}
    secret = site.manage(f"applications/{made['id']}/addPassword", wish)
    site.manage("servicePrincipals", {"appId": made["appId"]})
    return made["appId"], secret["secretText"]


def _proves_itself(site: Site, fact: tuple[str, str]) -> None:
    site.sign_in(*fact)


def _redeem(site: Site) -> str:
    client_id, now = site.served["certificate_client_id"], int(time.time())
    claims = {
        "aud": site.token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "exp": now + _ASSERTION_SECONDS,
    }
    assertion = signed(site.certified, claims)
    answer = site.present(assertion)
    assert answer.status_code == 200, answer.text
    return assertion


def _is_redeemed(site: Site, assertion: str) -> None:
    answer = site.present(assertion)
    assert answer.json().get("error_codes") == [50012], answer.text
    _redeem(site)  # another of the same certificate is taken


def _employ(site: Site) -> str:
    """Make an account with a licence; return its id."""
    name = f"{MARK}.{uuid.uuid4()}"
    made = site.manage(
        "users",
        {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": f"{name}@{site.served['tenant_domain']}",
            "usageLocation": "DE",
            "passwordProfile": {"password": "Correct-horse-7"},
        },
    )
    licence = {"addLicenses": [{"skuId": SALES_LICENCE}], "removeLicenses": []}
    site.manage(f"users/{made['id']}/assignLicense", licence)
    return str(made["id"])


def _is_employed(site: Site, object_id: str) -> None:
    test = f"$filter=azureactivedirectoryobjectid eq {object_id}"
    path = f"systemusers?$select=islicensed,isdisabled&{test}"
    answer = site.send("GET", path, token=site.organization_admin_token)
    assert answer.status_code == 200, answer.text
    states = [(each["islicensed"], each["isdisabled"]) for each in answer.json()["value"]]
    assert states == [(True, False)]


WRITERS = (
    Writer("token", _get_token, _is_believed),
    Writer("create", _create, _says),
    Writer("update", _update, _says),
    Writer("delete", _delete, _is_gone),
    Writer("register", _register, _is_registered),
    Writer("graph", _register_by_graph, _proves_itself),
    Writer("assertion", _redeem, _is_redeemed),
    Writer("person", _employ, _is_employed),
)
