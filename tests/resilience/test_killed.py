"""kill -9 in the middle of mixed work: what was acknowledged stays, and nothing is done by half.

In each life of a server all writers of `support.writers` work at once until a drawn one of them
has had a drawn number of things acknowledged; then the server and the process that registers are
killed. The next life, on the same data and ports, must show all of it.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import pytest

from support import registering
from support.estate import ENGINES
from support.served import free_port, serving
from support.sites import COLUMNS, CUT, MARK, Site, Writer
from support.writers import WRITERS
from xrm.org import administration, keys
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts.store import APPLICATIONS, CREDENTIALS, PRINCIPALS

KILLS = 50
MOST_ACKNOWLEDGED = 4
WAIT_SECONDS = 60.0

Facts = list[tuple[Writer, Any]]


@dataclass
class House:
    """The data, the ports and the settings that stay from one life to the next."""

    settings: Mapping[str, str]
    arguments: tuple[str, ...]
    drawn: random.Random = field(default_factory=lambda: random.Random(9))

    @property
    def environment(self) -> dict[str, str]:
        return {f"XRM_{name.upper()}": value for name, value in self.settings.items()}

    @contextmanager
    def life(self) -> Iterator[Site]:
        """Start a server and the process that registers; kill what is left at the end."""
        with (
            self.registering() as process,
            serving(*self.arguments, environment=self.environment) as served,
            served.http() as http,
        ):
            assert process.stdout
            assert process.stdout.readline(), "the process that registers has not started"
            url = self.settings.get("database")
            yield Site(served, http, process, ("--database", url) if url else ())

    @contextmanager
    def registering(self) -> Iterator["subprocess.Popen[str]"]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XRM_")}
        with subprocess.Popen(
            [sys.executable, str(Path(registering.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**kept, **self.environment},
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def work(self, site: Site) -> Facts:
        """Have all writers work, kill everything in the middle, return what is acknowledged."""
        acknowledged = threading.Semaphore(0)
        counted = self.drawn.choice(WRITERS)

        def write(writer: Writer) -> Facts:
            facts: Facts = []
            try:
                while True:
                    facts.append((writer, writer.write(site)))
                    if writer is counted:
                        acknowledged.release()
            except CUT:
                return facts

        with ThreadPoolExecutor(len(WRITERS)) as pool:
            working = [pool.submit(write, writer) for writer in WRITERS]
            for _ in range(self.drawn.randint(1, MOST_ACKNOWLEDGED)):
                if not acknowledged.acquire(timeout=WAIT_SECONDS):
                    break  # the writer has failed, and says so below
            os.killpg(site.registering.pid, signal.SIGKILL)
            site.served.kill()
            return [fact for each in working for fact in each.result()]


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    settings = {"data": str(tmp_path / "data")}
    if request.param == "postgresql":
        settings["database"] = request.getfixturevalue("postgres_database")
    return House(settings, ("--port", str(free_port()), "--org-port", str(free_port())))


def check(site: Site, facts: Facts) -> None:
    for writer, fact in facts:
        writer.check(site, fact)


@pytest.mark.slow
# CPython 3.11 leaves a socket open when the other side is reset between connecting and the
# TLS handshake (`ssl.SSLSocket._create` raises after it has taken the descriptor over).
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_nothing_acknowledged_is_lost_and_nothing_is_done_by_half(house: House) -> None:
    every: Facts = []
    last: Facts = []
    with house.life() as site:
        for writer in WRITERS:
            writer.prepare(site)
    for _ in range(KILLS):
        with house.life() as site:
            check(site, last)
            last = house.work(site)
            every += last
    with house.life() as site:
        check(site, every)
        no_lead_is_half_written(site)
        for writer in WRITERS:
            writer.whole(site)
        assert site.served.stop() == 0
        assert "Traceback" not in site.served.log.read_text()
    assert {writer for writer, _ in every} == set(WRITERS)
    with_open_estate(house)


def no_lead_is_half_written(site: Site) -> None:
    path = f"leads?$select={','.join(COLUMNS)}&$filter=startswith(subject,'{MARK}')"
    rows = site.send("GET", path).json()["value"]
    assert rows
    for row in rows:
        assert len({row[name] for name in COLUMNS}) == 1, row


def with_open_estate(house: House) -> None:
    """Look at the registrations from inside, and at the files themselves."""
    estate = Estate.open(Settings.load(house.settings, {}))
    try:
        nothing_is_half_registered(estate)
        no_key_is_half_defined(estate)
        no_rotation_is_half_done(estate)
    finally:
        estate.close()
    for path in estate.folder.database.glob("*.db"):
        database = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.close()


def nothing_is_half_registered(estate: Estate) -> None:
    sts, home = estate.sts, estate.tenant.tenant_id
    with sts.database.read() as tx:
        applications = [one for one in sts.store.find(tx, APPLICATIONS) if one.tenant_id == home]
        principals = {
            one.application_id for one in sts.store.find(tx, PRINCIPALS) if one.tenant_id == home
        }
        credentials = {one.application_id for one in sts.store.find(tx, CREDENTIALS)}
    known = {one.application_id for one in applications}
    # Microsoft Graph makes an application and its principal in two steps.
    assert {one.application_id for one in applications if not one.name.startswith(MARK)} <= (
        principals
    )
    assert credentials <= known
    users = administration.application_users(estate.organization)
    assert {user.application_id for user in users} <= known
    assert len({user.application_id for user in users}) == len(users)


def no_key_is_half_defined(estate: Estate) -> None:
    """Check that each alternate key has its index, and each such index its key."""
    catalogue = "pg_indexes" if estate.organization.database.engine == "postgresql" else ""
    name, table = ("indexname", catalogue) if catalogue else ("name", "sqlite_master")
    with estate.organization.database.read() as transaction:
        rows = transaction.rows(f"SELECT {name} FROM {table} WHERE {name} LIKE 'ak_%'")
    assert {key.index for key in keys.listing(estate.organization)} == {name for (name,) in rows}


def no_rotation_is_half_done(estate: Estate) -> None:
    """Check that one key signs, one is to follow, and all others are on their way out."""
    states = Counter(state.status for state in estate.sts.keys.listing())
    assert (states["current"], states["next"]) == (1, 1)
    assert states["retired"] == states.total() - 2 > 0


MOMENTS = (
    "servers/1.lock", "tls/ca.key", "estate.json", "sealing.key", "database/sts.db",
    "database/org_contoso.db", "secrets.sealed",
)  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_use_that_is_killed_begins_again(tmp_path: Path, moment: str) -> None:
    """Kill the first server as soon as it has made a certain file."""
    data = tmp_path / "data"
    command = [sys.executable, "-m", "xrm.cli", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + WAIT_SECONDS
        while not (data / moment).exists() and time.monotonic() < end:
            time.sleep(0.001)
        process.kill()
    assert (data / moment).exists()
    with serving("--data", str(data), "--port", "0") as served:
        assert len(served.run("query", "leads")) == 28
