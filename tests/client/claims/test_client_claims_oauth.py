"""OAuth at AD FS by the client: every credential signs in there, and whom its token is about.

An application that signs in for itself gets a token that names no person; the organization knows
none but users of the farm, so it takes none of those.
"""

import base64
import json
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

import xrm
from support import certificates
from support.claims_client import ifd, who_am_i
from support.contoso import Driver
from support.overheard import Heard
from xrm import errors
from xrm.testing import Person, Server

TOKEN = "/adfs/oauth2/token"
WEB_API = "/api/data/"
BATCH, NATIVE = "batch", "desk"
CONFIDENTIAL = ("--kind", "confidential", "--secret")
PAIR = certificates.make(BATCH)


def run(server: Server, *arguments: str) -> Any:
    """Run a verb of the command beside the server, on its data, and return what it tells."""
    folder = str(server.facts.data_dir)
    done = subprocess.run(
        [sys.executable, "-m", "xrm.cli", *arguments, "--data", folder, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture(scope="module")
def secret(ifd_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Register the clients of the farm; return the secret of the one that keeps one."""
    file = tmp_path_factory.mktemp("oauth") / "batch.cer"
    file.write_bytes(PAIR.der)
    client = ("adfs", "client")
    run(ifd_server, *client, "add", NATIVE, "--id", NATIVE)
    kept = run(ifd_server, *client, "add", BATCH, "--id", BATCH, *CONFIDENTIAL)
    run(ifd_server, *client, "certificate", "add", BATCH, str(file))
    return str(kept["secret"])


@dataclass(frozen=True)
class Given:
    """What azure-core's credentials answer."""

    token: str
    expires_on: int


class OfAPerson:
    """A credential of somebody else's making, which asks AD FS for a person's token."""

    def __init__(self, server: Server, person: Person) -> None:
        self._server, self._person = server, person
        self.scopes: list[tuple[str, ...]] = []

    def get_token(self, *scopes: str, **_: Any) -> Given:
        self.scopes.append(scopes)
        context = ssl.create_default_context(cafile=str(self._server.facts.ca_bundle))
        form = {
            "grant_type": "password",
            "client_id": NATIVE,
            "username": self._person.username,
            "password": self._person.password.reveal(),
            "resource": self._server.facts.organization_url,
        }
        with httpx2.Client(verify=context, timeout=60) as http:
            answer = http.post(f"{self._server.facts.adfs_url}/oauth2/token", data=form)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return Given(told["access_token"], 2_000_000_000)


def claims_of(token: str) -> dict[str, Any]:
    """Return what an access token says."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def by_secret(server: Server, secret: str) -> Any:
    return xrm.auth.ClientSecret(BATCH, secret, authority=server.facts.adfs_url)


def by_certificate(server: Server, _secret: str) -> Any:
    pem = PAIR.key_pem() + PAIR.certificate_pem
    return xrm.auth.Certificate(BATCH, pem, authority=server.facts.adfs_url)


@pytest.mark.parametrize("credential", [by_secret, by_certificate])
def test_an_application_signs_in_at_the_farm_and_is_no_user(
    opened: Callable[..., Driver],
    heard: Heard,
    ifd_server: Server,
    secret: str,
    credential: Callable[[Server, str], Any],
) -> None:
    driver = opened(credential(ifd_server, secret))
    with pytest.raises(errors.UnauthorizedError):
        driver.records("leads", take=1)
    issued = heard.to(TOKEN)
    assert issued
    assert {each.answer.status for each in issued} == {200}
    said = claims_of(json.loads(issued[0].answer.body)["access_token"])
    origin = ifd_server.facts.authority.rstrip("/")
    assert said["iss"] == f"{origin.replace('https:', 'http:')}/adfs/services/trust"
    assert said["aud"] == ifd_server.facts.organization_url
    assert said["appid"] == BATCH
    assert not {"upn", "unique_name"} & said.keys()
    sent = heard.to(WEB_API)
    assert all(dict(each.request.headers)["Authorization"].startswith("Bearer ") for each in sent)
    assert {each.answer.status for each in sent} == {401}


@pytest.mark.parametrize("wrong", ["another secret", "another client"])
def test_who_is_not_registered_there_gets_no_token(
    opened: Callable[..., Driver], heard: Heard, ifd_server: Server, secret: str, wrong: str
) -> None:
    named = (BATCH, "not it") if wrong == "another secret" else ("nobody", secret)
    driver = opened(xrm.auth.ClientSecret(*named, authority=ifd_server.facts.adfs_url))
    with pytest.raises(errors.TokenRefusedError) as refused:
        driver.records("leads", take=1)
    assert refused.value.error == "invalid_client"
    assert not heard.to(WEB_API)


def test_a_persons_token_opens_the_web_api_and_soap(
    opened: Callable[..., Driver], ifd_server: Server, person: Person, secret: str
) -> None:
    assert secret
    credential = OfAPerson(ifd_server, person)
    driver = opened(credential)
    assert driver.records("leads", take=1)
    by_token, by_claims = who_am_i(driver), who_am_i(opened(ifd(person)))
    assert by_token == by_claims
    assert {scope.rpartition("/")[2] for (scope,) in credential.scopes} == {".default"}
