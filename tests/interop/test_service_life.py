"""A service's life against a server of two workers: roles, secrets, users, time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.served import Served, serving

CALLS = 12  # enough that both workers answer


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    arguments = ("--memory", "--port", "0", "--workers", "2", "--test-controls")
    with serving(*arguments) as server:
        yield server


@pytest.fixture
def moved(served: Served) -> Iterator[Any]:
    """Move the server's clock; put it right afterwards."""

    def move(**body: float) -> None:
        secret = (Path(served["data_dir"]) / "control.token").read_text()
        with served.http() as http:
            answer = http.post(
                f"{served['authority']}/control/clock",
                json=body,
                headers={"Authorization": f"Bearer {secret}"},
            )
        assert answer.status_code == 200, answer.text

    yield move
    move(offset_seconds=0)


def ask(served: Served, client_id: str, secret: str) -> httpx2.Response:
    with served.http() as http:
        return http.post(
            f"{served.tenant_authority}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
                "resource": served["organization_url"],
            },
        )


def leads(served: Served, token: str) -> httpx2.Response:
    # A new connection for each call, so that either worker may take it.
    with served.http() as http:
        return http.get(
            f"{served['web_api_url']}leads?$select=subject",
            headers={"Authorization": f"Bearer {token}"},
        )


@pytest.fixture
def service(served: Served) -> tuple[str, str]:
    """Register an application with a secret and a user, by the verbs a person uses."""
    made = served.run("app", "create", "Life test")
    client_id = made["application_id"]
    secret = served.run("app", "secret", "add", client_id)["secret"]
    unit = ("--business-unit", "Contoso Europe")
    served.run("app-user", "create", client_id, *unit, "--role", "Salesperson")
    return client_id, secret


def test_every_change_counts_from_the_next_request(
    served: Served, service: tuple[str, str]
) -> None:
    client_id, secret = service
    token = ask(served, client_id, secret).json()["access_token"]
    for _ in range(CALLS):
        assert leads(served, token).status_code == 200
    served.run("role", "remove", client_id, "Salesperson")
    for _ in range(CALLS):
        answer = leads(served, token)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "0x80040220"
    served.run("role", "assign", client_id, "Sales Manager")
    for _ in range(CALLS):
        # A manager of Contoso Europe reads Contoso Germany too (46 counted by hand); the
        # service itself owns none of them.
        assert len(leads(served, token).json()["value"]) == 46


def test_a_new_secret_works_at_once_and_an_expired_one_is_refused(
    served: Served, service: tuple[str, str], moved: Any
) -> None:
    client_id, secret = service
    second = served.run("app", "secret", "add", client_id, "--days", "1")["secret"]
    assert ask(served, client_id, second).status_code == 200
    moved(advance_seconds=2 * 86_400)
    for _ in range(CALLS):
        refused = ask(served, client_id, second)
        assert refused.status_code == 401
        assert refused.json()["error_codes"] == [7000222]
        assert ask(served, client_id, secret).status_code == 200


def test_an_expired_token_is_refused(served: Served, service: tuple[str, str], moved: Any) -> None:
    token = ask(served, *service).json()["access_token"]
    assert leads(served, token).status_code == 200
    moved(advance_seconds=90 * 60 + 301)
    for _ in range(CALLS):
        answer = leads(served, token)
        assert answer.status_code == 401
        (challenge,) = answer.headers.get_list("www-authenticate")
        assert challenge.startswith("Bearer ")
        assert f"authorization_uri={served.tenant_authority}/oauth2/authorize" in challenge
        assert f"resource_id={served['organization_url']}" in challenge


def test_the_log_tells_what_happened_and_no_secret(
    served: Served, service: tuple[str, str]
) -> None:
    client_id, secret = service
    assert ask(served, client_id, "wrong-secret-value").status_code == 401
    assert ask(served, client_id, secret).status_code == 200
    for _ in range(30):
        events = [e for e in served.run("log") if e.get("client") == client_id]
        if {0, 7000215} <= {e["error"] for e in events}:
            break
    assert {0, 7000215} <= {e["error"] for e in events}
    assert secret not in str(events)
    assert "wrong-secret-value" not in str(events)


def test_nothing_secret_is_logged(served: Served) -> None:
    text = served.log.read_text()
    assert served["client_secret"] not in text
    assert "Traceback" not in text
