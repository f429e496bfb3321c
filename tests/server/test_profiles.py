"""What the strict profile does otherwise than the service, on both engines: docs/profiles.md."""

import pytest

from support.estate import ENGINES
from xrm.org.faces.webapi import mount
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts import registration
from xrm.sts.model import V2, TokenRequest
from xrm.wire.http import Request

PROFILES = {"faithful": 200, "strict": 401}
"""Profile -> the status of a request with a token whose application is out."""


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, tmp_path_factory):
    """Return the settings of a data directory or database, for the tests of one engine."""
    given = {"data": tmp_path_factory.mktemp("profiles") / "data", "synchronous": "normal"}
    if request.param == "postgresql":
        given["database"] = request.getfixturevalue("postgres_database")
    return given


@pytest.fixture(params=PROFILES)
def processes(request, engine):
    """Return the profile, and two estates on one database: what two processes would have."""
    settings = Settings.load({**engine, "profile": request.param}, {})
    opened = [Estate.open(settings) for _ in range(2)]
    opened[0].publish()
    yield request.param, opened
    for one in opened:
        one.close()


def register(estate):
    """Register a service with a user in the organization; return it and a token of it."""
    from xrm.org import administration

    made = registration.create_application(estate.sts, estate.tenant, name="Leaving")
    secret = registration.add_secret(estate.sts, made, description="").secret
    user = administration.create_application_user(estate.organization, made.application_id)
    administration.assign_role(estate.organization, user, "Salesperson")
    form = {
        "grant_type": "client_credentials",
        "client_id": str(made.application_id),
        "client_secret": secret.reveal(),
        "scope": f"{estate.urls.org}.default",
    }
    request = TokenRequest(V2, str(estate.tenant.tenant_id), form)
    return made, estate.sts.issue(request).access_token.reveal()


def ask(estate, token):
    """Return the answer to a read of leads with a token."""
    head = Request("GET", "/api/data/v9.2/leads", "$top=1", (("authorization", f"Bearer {token}"),))
    return mount(estate.organization).route(head).face(head)


def statuses(opened, token):
    return [ask(estate, token).status for estate in opened]


def principal(estate, application):
    return registration.find_principal(estate.sts, estate.tenant, application.application_id)


OUT = {
    "disabled": lambda e, a: registration.set_enabled(e.sts, a, enabled=False),
    "deleted": lambda e, a: registration.delete_application(e.sts, a),
    "its principal disabled": lambda e, a: registration.set_principal_enabled(
        e.sts, principal(e, a), enabled=False
    ),
    "its principal removed": lambda e, a: registration.delete_principal(e.sts, principal(e, a)),
}


@pytest.mark.parametrize("how", OUT)
def test_a_token_whose_application_is_out(processes, how):
    profile, opened = processes
    application, token = register(opened[0])
    assert statuses(opened, token) == [200, 200], "both have the token in their caches"
    OUT[how](opened[0], application)
    assert statuses(opened, token) == [PROFILES[profile]] * 2
    if profile == "strict":
        challenge = ask(opened[1], token).header("WWW-Authenticate")
        assert challenge.startswith("Bearer error=invalid_token, ")


def test_a_token_whose_application_is_back(processes):
    _profile, opened = processes
    application, token = register(opened[0])
    registration.set_enabled(opened[0].sts, application, enabled=False)
    statuses(opened, token)
    registration.set_enabled(opened[1].sts, application, enabled=True)
    assert statuses(opened, token) == [200, 200]


def test_no_other_application_is_touched(processes):
    _profile, opened = processes
    _, token = register(opened[0])
    leaving, _ = register(opened[0])
    registration.delete_application(opened[0].sts, leaving)
    assert statuses(opened, token) == [200, 200]
