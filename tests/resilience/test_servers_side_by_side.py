"""Two servers of one estate: on one data directory, and on one PostgreSQL with two.

They are started at the same time on nothing, so that their first uses meet. Then one caller
signs in at the first and reads at the second, another the other way round, while roles change
and keys are rotated: every answer must be right for the state before or after a change that is
under way, and for nothing else once the change is done.
"""

import base64
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from support import certificates
from support.behind import AUTHORITY, Caller, Door, standing
from support.credentials import ASSERTION_TYPE, signed
from support.estate import ENGINES
from support.served import serving
from xrm.org import administration
from xrm.server import published
from xrm.server.estate import Estate
from xrm.server.folder import Folder
from xrm.server.settings import Settings
from xrm.sts import registration

# What a service of Contoso Europe is answered, counted by hand in the demonstration's leads.
NO_ROLE, SALESPERSON, SALES_MANAGER = (403, 0), (200, 28), (200, 46)
ROUNDS, LEAST_ANSWERS = 6, 40
ASSERTIONS = 20


@dataclass(frozen=True)
class Pair:
    """Two servers, and their estate as the command line opens it."""

    one: Door
    two: Door
    estate: Estate

    @property
    def ways(self) -> tuple[tuple[Door, Door], ...]:
        """Where to sign in, and where to read with that."""
        return (self.one, self.two), (self.two, self.one)


@pytest.fixture(scope="module", params=ENGINES)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("data")
    shared: dict[str, str] = {}
    folders = (folder / "one", folder / "one")
    if request.param == "postgresql":
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        url = request.getfixturevalue("postgres_database")
        shared = {"database": url, "sealing_key": key}
        folders = (folder / "one", folder / "two")
    environment = {f"XRM_{name.upper()}": value for name, value in shared.items()}

    def start(data: Path) -> Door:
        return stack.enter_context(standing("--data", str(data), environment=environment))

    with ExitStack() as stack:
        with ThreadPoolExecutor(2) as pool:
            one, two = pool.map(start, folders)
        estate = Estate.open(Settings.load({"data": folders[0], **shared}, {}))
        stack.callback(estate.close)
        yield Pair(one, two, estate)


@dataclass(frozen=True)
class Service:
    """A service of Contoso Europe without a role, with a secret and a certificate."""

    user: UUID
    client_id: str
    secret: str
    certified: certificates.Pair
    tenant_id: UUID

    def assertion(self) -> str:
        """Return a new assertion by the certificate."""
        now = int(time.time())
        claims = {
            "aud": f"{AUTHORITY}/{self.tenant_id}/oauth2/token",
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": str(uuid.uuid4()),
            "nbf": now,
            "exp": now + 600,
        }
        return signed(self.certified, claims)


@pytest.fixture
def service(pair: Pair) -> Service:
    estate = pair.estate
    made = registration.create_application(estate.sts, estate.tenant, name="Side by side")
    secret = registration.add_secret(estate.sts, made, description="test")
    certified = certificates.make()
    registration.add_certificate(estate.sts, made, certified.der)
    user = administration.create_application_user(
        estate.organization, made.application_id, business_unit="Contoso Europe"
    )
    return Service(
        user,
        str(made.application_id),
        secret.secret.reveal(),
        certified,
        estate.tenant.tenant_id,
    )


def found(answer: httpx2.Response) -> tuple[int, int]:
    """Return the status of an answer and how many leads it holds."""
    return answer.status_code, len(answer.json().get("value", ()))


def key_id(token: str) -> str:
    head = token.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def test_first_uses_that_meet_make_one_estate(pair: Pair) -> None:
    one, two = pair.one.served, pair.two.served
    for name in ("authority", "tenant_id", "organization_url", "client_id", "no_user_client_id"):
        assert one[name] == two[name], name
    with pair.one.open() as caller:
        assert caller.token(one["client_id"], one["client_secret"])
        assert caller.token(two["client_id"], two["client_secret"])
    users = administration.application_users(pair.estate.organization)
    assert [user.name for user in users if "Lead Service" in user.name] == ["Contoso Lead Service"]


@dataclass
class Timeline:
    """The answers that were right, one after the other; the last may not be settled yet."""

    states: list[tuple[int, int]] = field(default_factory=lambda: [NO_ROLE])
    settled: int = 0

    def change(self, right: tuple[int, int], act: Callable[[], Any]) -> None:
        """Do what makes another answer right."""
        self.states.append(right)
        act()
        self.settled += 1

    def since(self, earliest: int) -> list[tuple[int, int]]:
        """Return what was right at some moment since a state was settled."""
        return self.states[earliest:]


@dataclass
class Reading:
    """One caller that signs in at one server and reads at the other until told to end."""

    service: Service
    timeline: Timeline
    ended: threading.Event

    def run(self, way: tuple[Door, Door]) -> int:
        answered = 0
        with way[0].open() as signing, way[1].open() as reading:
            while answered < LEAST_ANSWERS or not self.ended.is_set():
                for token in (
                    signing.token(self.service.client_id, self.service.secret),
                    self.by_certificate(signing, reading),
                ):
                    for _ in range(3):
                        earliest = self.timeline.settled
                        answer = reading.leads(token)
                        assert found(answer) in self.timeline.since(earliest), answer.text
                        answered += 1
        return answered

    def by_certificate(self, signing: Caller, other: Caller) -> str:
        """Return a token by an assertion, which is used then at the other server too."""
        assertion = self.service.assertion()
        answer = signing.present(self.service.client_id, assertion)
        assert answer.status_code == 200, answer.text
        refused = other.present(self.service.client_id, assertion)
        assert refused.json().get("error_codes") == [50012], refused.text
        return str(answer.json()["access_token"])


@dataclass
class Changing:
    """Whoever changes roles and keys, and asks both servers after each change."""

    pair: Pair
    service: Service
    timeline: Timeline
    callers: tuple[Caller, Caller]

    def tokens(self) -> list[str]:
        return [each.token(self.service.client_id, self.service.secret) for each in self.callers]

    def all_see(self, right: tuple[int, int], tokens: list[str]) -> None:
        for caller in self.callers:
            for token in tokens:
                assert found(caller.leads(token)) == right

    def role(self, change: Callable[..., None], role: str, right: tuple[int, int]) -> None:
        known = self.tokens()
        organization = self.pair.estate.organization
        self.timeline.change(right, lambda: change(organization, self.service.user, role))
        self.all_see(right, known)

    def rotate(self, right: tuple[int, int]) -> None:
        """Rotate the keys; tokens of the key before are good at both, those unseen there too."""
        used, unseen = self.tokens(), self.tokens()
        self.all_see(right, used)
        self.pair.estate.sts.keys.rotate()
        fresh = self.tokens()
        assert not {key_id(token) for token in fresh} & {key_id(token) for token in used}
        assert len({key_id(token) for token in fresh}) == 1
        for caller in self.callers:
            assert caller.published() >= {key_id(token) for token in (*used, *fresh)}
        self.all_see(right, used + unseen + fresh)


def test_changes_count_at_both_at_once_and_no_answer_is_wrong(pair: Pair, service: Service) -> None:
    timeline, ended = Timeline(), threading.Event()
    reading = Reading(service, timeline, ended)
    give, take = administration.assign_role, administration.remove_role
    with ExitStack() as stack:
        callers = tuple(stack.enter_context(door.open()) for door in (pair.one, pair.two))
        changing = Changing(pair, service, timeline, callers)
        pool = stack.enter_context(ThreadPoolExecutor(4))
        stack.callback(ended.set)  # before the pool waits
        running = [pool.submit(reading.run, way) for way in pair.ways * 2]
        for _ in range(ROUNDS):
            changing.role(give, "Salesperson", SALESPERSON)
            changing.rotate(SALESPERSON)
            changing.role(give, "Sales Manager", SALES_MANAGER)
            changing.role(take, "Salesperson", SALES_MANAGER)
            changing.role(take, "Sales Manager", NO_ROLE)
        ended.set()
        assert all(each.result() >= LEAST_ANSWERS for each in running)
    for door in (pair.one, pair.two):
        assert "Traceback" not in door.served.log.read_text()


def test_of_both_at_once_one_redeems_an_assertion(pair: Pair, service: Service) -> None:
    with pair.one.open() as one, pair.two.open() as two, ThreadPoolExecutor(2) as pool:
        for _ in range(ASSERTIONS):
            barrier, assertion = threading.Barrier(2), service.assertion()

            def redeem(caller: Caller, met: Any = barrier, proof: str = assertion) -> int:
                met.wait()
                return caller.present(service.client_id, proof).status_code

            assert sorted(pool.map(redeem, (one, two))) == [200, 401]


@pytest.fixture
def commanded(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Let the verbs of the command find the database."""
    settings = pair.estate.settings
    if settings.database and settings.sealing_key:
        monkeypatch.setenv("XRM_DATABASE", settings.database)
        monkeypatch.setenv("XRM_SEALING_KEY", settings.sealing_key.reveal())
    return pair


@pytest.mark.parametrize(
    ("verb", "answers", "refused"),
    [
        # Who has no role is told of a missing privilege, whoever is disabled of that.
        ("app-user", {"disable": "0x80040225", "enable": "0x80040220"}, {}),
        # The organization asks nobody whether a token's application is still there.
        ("app", {"disable": "0x80040220", "enable": "0x80040220"}, {"disable": [7000112]}),
    ],
)
def test_who_is_disabled_is_out_at_both_from_the_next_request(
    commanded: Pair,
    service: Service,
    verb: str,
    answers: dict[str, str],
    refused: dict[str, list[int]],
) -> None:
    one, two = commanded.one, commanded.two
    with one.open() as here, two.open() as there:
        token = here.token(service.client_id, service.secret)
        for change, door in (("disable", two), ("enable", one)):
            door.served.run(verb, change, service.client_id)
            for each in (here, there):
                assert each.leads(token).json()["error"]["code"] == answers[change]
                for proof in (
                    {"client_secret": service.secret},
                    {"client_assertion_type": ASSERTION_TYPE}
                    | {"client_assertion": service.assertion()},
                ):
                    answer = each.ask(service.client_id, **proof).json()
                    assert answer.get("error_codes", []) == refused.get(change, [])


def test_the_command_line_changes_both(commanded: Pair, service: Service) -> None:
    pair = commanded
    with pair.one.open() as one, pair.two.open() as two:
        token = one.token(service.client_id, service.secret)
        for verb, right, door in (
            ("assign", SALESPERSON, pair.two),
            ("remove", NO_ROLE, pair.one),
        ):
            door.served.run("role", verb, service.client_id, "Salesperson")
            assert [found(each.leads(token)) for each in (one, two)] == [right, right]
        current = door.served.run("keys", "rotate")[0]["key_id"]
        for each in (one, two):
            assert key_id(each.token(service.client_id, service.secret)) == current
            assert found(each.leads(token)) == NO_ROLE


def test_under_names_of_their_own_they_do_not_take_each_others_tokens(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "data"), "--port", "0")

    def status(token: str, server: Any) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return int(http.get(server["web_api_url"] + "leads?$top=1", headers=headers).status_code)

    with serving(*arguments) as one, serving(*arguments) as two, one.http() as http:
        for issuing, other in ((one, two), (two, one)):
            for resource, right in (
                (issuing["organization_url"], {issuing["pid"]: 200, other["pid"]: 401}),
                (other["organization_url"], {issuing["pid"]: 401, other["pid"]: 401}),
            ):
                form = {
                    "grant_type": "client_credentials",
                    "client_id": issuing["client_id"],
                    "client_secret": issuing["client_secret"],
                    "resource": resource,
                }
                answer = http.post(f"{issuing.tenant_authority}/oauth2/token", data=form)
                token = answer.json()["access_token"]
                assert {each["pid"]: status(token, each) for each in (one, two)} == right


def test_the_command_line_finds_the_server_that_is_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = ("--data", str(data), "--port", "0")
    with serving(*arguments) as one, serving(*arguments) as two:
        assert published.running(Folder(data))["pid"] == one["pid"]
        one.kill()
        assert published.running(Folder(data))["pid"] == two["pid"]
        assert two.run("whoami")["user_id"]
        with serving(*arguments) as three:
            assert published.running(Folder(data))["pid"] == two["pid"]
            assert two.stop() == 0
            assert published.running(Folder(data))["pid"] == three["pid"]
            assert three.run("whoami")["user_id"]
    assert published.running(Folder(data)) == {}
