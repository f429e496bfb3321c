"""First use by several at once, by hosts that share a database, and one that is interrupted."""

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from support.estate import ENGINES
from xrm import db
from xrm.db import Busy
from xrm.db import postgres as engine
from xrm.server.demonstration import services
from xrm.server.estate import Estate
from xrm.server.folder import EstateError
from xrm.server.settings import Settings

AT_ONCE = 4
OPEN = """
import json
from xrm.org.administration import application_users
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts.registration import list_applications
from xrm.sts.registration.people import list_users
estate = Estate.open(Settings.load())
made = estate.demonstration
print(json.dumps({
    "tenant": str(estate.tenant.tenant_id),
    "applications": [a.name for a in list_applications(estate.sts, estate.tenant)],
    "users": [user.name for user in application_users(estate.organization)],
    "people": sorted(user.user_principal_name for user in list_users(estate.sts, estate.tenant)),
    "password": made.password.reveal() if made.password else None,
    "programs": [str(made.public_client_id), str(made.spa_client_id)],
    "keys": sorted(key.kid for key in estate.sts.keys.published()),
}))
estate.close()
"""


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def url(postgres_url: str) -> str:
    """Return the URL of an empty database: each test uses one for the first time."""
    return postgres.new_database(postgres_url)


def opening(settings: dict[str, str]) -> Iterator[str]:
    """Open an estate in a process of its own; yield once it runs, then what it says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("XRM_")}
    mine = {f"XRM_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-c", OPEN]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**kept, **mine}
    ) as process:
        yield ""
        assert process.stdout
        yield process.stdout.read()


@pytest.mark.parametrize("kind", ENGINES)
def test_several_at_once_make_one_estate(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shared = {"data": str(tmp_path / "data")}
    if kind == "postgresql":
        shared |= {"database": request.getfixturevalue("url"), "sealing_key": new_key()}
    hosts = [dict(shared) for _ in range(AT_ONCE)]
    if kind == "postgresql":
        for number, host in enumerate(hosts):
            host["data"] = str(tmp_path / str(number))
    running = [opening(host) for host in hosts]
    for each in running:
        next(each)
    said = [json.loads(next(each)) for each in running]
    for each in running:
        assert next(each, None) is None
    # Whoever made an account knows its password: hosts with folders of their own do not tell.
    passwords = [each.pop("password") for each in said]
    assert len(set(passwords) - {None}) == 1
    assert kind == "postgresql" or None not in passwords
    assert all(each == said[0] for each in said)
    assert said[0]["applications"].count(services.LEADS.name) == 1
    assert said[0]["applications"].count(services.NO_USER.name) == 1
    assert said[0]["users"].count(services.LEADS.name) == 1
    assert len(set(said[0]["people"])) == len(said[0]["people"]) >= 2
    assert len(said[0]["keys"]) == 2


def test_a_host_with_another_sealing_key_is_refused_and_may_come_back(
    url: str, tmp_path: Path
) -> None:
    first = Estate.open(Settings.load({"data": tmp_path / "one", "database": url}, {}))
    first.close()
    key = (tmp_path / "one" / "sealing.key").read_text()
    two = {"data": tmp_path / "two", "database": url}
    for flags in (two, {**two, "sealing_key": new_key()}):
        for _ in range(2):
            with pytest.raises(EstateError, match="XRM_SEALING_KEY"):
                Estate.open(Settings.load(flags, {}))
    second = Estate.open(Settings.load({**two, "sealing_key": key}, {}))
    second.close()
    assert second.tenant == first.tenant


def test_an_interrupted_first_use_of_a_database_is_said_to_every_host(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_more: object) -> None:
        raise Busy("cut off")

    hosts = [
        Settings.load({"data": tmp_path / name, "database": url, "sealing_key": key}, {})
        for key in [new_key()]
        for name in ("one", "two")
    ]
    with monkeypatch.context() as patched:
        patched.setattr(services, "assign_role", fails)
        with pytest.raises(EstateError, match="cut off"):
            Estate.open(hosts[0])
    for settings in hosts:
        with pytest.raises(EstateError, match="interrupted; drop its schemas"):
            Estate.open(settings)


def test_one_host_at_a_time_does_what_bears_a_name(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_EXCLUSIVE_MILLISECONDS", 50)
    one, two = db.open(url, "sts"), db.open(url, "sts")
    try:
        with one.exclusively("opening"):
            with pytest.raises(Busy), two.exclusively("opening"):
                pass
            with two.exclusively("another"):
                pass
        with two.exclusively("opening"):
            pass
    finally:
        one.close()
        two.close()
