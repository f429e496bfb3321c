"""What is written while a server is killed, and how it is looked for afterwards.

`WRITERS` is the table: each row does one thing through a front door, returns what has been
acknowledged, and checks that after a restart. A writer is added by its row.
"""

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx2

from support.served import Served

CUT = (httpx2.TransportError, BrokenPipeError, EOFError)
"""How a writer notes that it was not answered: whether the thing was done is not known."""

MARK = "killed"
COLUMNS = ("subject", "firstname", "lastname", "companyname", "jobtitle", "description")
"""The columns of a lead that always say the same."""


@dataclass
class Site:
    """A running server as the writers meet it, and a process that registers services."""

    served: Served
    http: httpx2.Client
    registering: "subprocess.Popen[str]"

    def ask(self, client_id: str, secret: str) -> httpx2.Response:
        """Ask for a token for the organization by secret."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "resource": self.served["organization_url"],
        }
        return self.http.post(f"{self.served.tenant_authority}/oauth2/token", data=form)

    def sign_in(self, client_id: str, secret: str) -> str:
        """Return a token, which must be given."""
        answer = self.ask(client_id, secret)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    @cached_property
    def token(self) -> str:
        """A token of the demonstration service, one for the life of the server."""
        return self.sign_in(self.served["client_id"], self.served["client_secret"])

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
        assert site.ask(client_id, "wrong").json()["error_codes"] == [7000215]
        return
    token = site.sign_in(client_id, done["secret"])
    answer = site.send("GET", "leads?$top=1", token=token)
    if "role" in done:
        assert answer.status_code == 200, answer.text
    elif "user" in done:
        # No role is a missing privilege, no user would be 0x80072560.
        code = answer.json().get("error", {}).get("code", "")
        assert (answer.status_code, code) in {(403, "0x80040220"), (200, "")}, answer.text


WRITERS = (
    Writer("token", _get_token, _is_believed),
    Writer("create", _create, _says),
    Writer("update", _update, _says),
    Writer("delete", _delete, _is_gone),
    Writer("register", _register, _is_registered),
)
