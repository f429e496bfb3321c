"""A token service with one tenant and one client, asked through its face."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from support import certificates
from support.credentials import ASSERTION_TYPE
from xrm import db
from xrm.db import Database
from xrm.model.secret import Secret
from xrm.sts import TokenService, registration
from xrm.sts.faces.entra import mount
from xrm.sts.model import Application, Tenant, User
from xrm.sts.profile import FAITHFUL
from xrm.sts.registration import people
from xrm.sts.registration.people import passwords
from xrm.wire.http import Headers, Request, Response

BASE = "https://localhost:8443"
ORGANIZATION = "https://localhost:8444/"
SEALING_KEY = bytes(range(32))
START = 1_800_000_000.0
PERSON = "Maria@Contoso.example"
FORM = ("content-type", "application/x-www-form-urlencoded")


class MovableClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class CountedIds:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> uuid.UUID:
        self.count += 1
        return uuid.uuid5(uuid.NAMESPACE_OID, str(self.count))


@dataclass
class World:
    """A service, what is registered in it, and short verbs to ask it."""

    database: Database
    service: TokenService
    clock: MovableClock
    tenant: Tenant
    application: Application
    secret: Secret

    def send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Headers = (),
        body: bytes = b"",
    ) -> Response:
        head = Request(method, path, query, headers)
        request = Request(method, path, query, headers, body, peer="192.0.2.7")
        return mount(self.service).route(head).face(request)

    def get(self, path: str, query: str = "", *, headers: Headers = ()) -> Response:
        return self.send("GET", path, query=query, headers=headers)

    def post(self, path: str, form: Mapping[str, str], *, headers: Headers = ()) -> Response:
        return self.send("POST", path, headers=(FORM, *headers), body=urlencode(form).encode())

    def form(self, version: str = "v1", **changes: str | None) -> dict[str, str]:
        """Return a good form for an endpoint version, changed; None removes a parameter."""
        fields: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_id": str(self.application.application_id),
            "client_secret": self.secret.reveal(),
        }
        asked = {"resource": ORGANIZATION}
        if version == "v2":
            asked = {"scope": ORGANIZATION + "/.default"}
        fields |= {**asked, **changes}
        return {name: value for name, value in fields.items() if value is not None}

    def claims(self, version: str = "v1", **changes: Any) -> dict[str, Any]:
        """Return the claims of a good assertion, changed; None removes a claim."""
        client_id, now = str(self.application.application_id), int(self.clock())
        claims: dict[str, Any] = {
            "aud": BASE + self.path(version),
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "nbf": now,
            "iat": now,
            "exp": now + 600,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def asserting(self, text: str, version: str = "v1", **changes: str | None) -> dict[str, str]:
        """Return a form that proves the client by an assertion, changed."""
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
        return self.form(version, **{"client_secret": None, **proof, **changes})

    def path(self, version: str = "v1", tenant: str | None = None) -> str:
        middle = "oauth2" if version == "v1" else "oauth2/v2.0"
        return f"/{tenant or self.tenant.tenant_id}/{middle}/token"


def open_service(database: Database, clock: MovableClock, **options: Any) -> TokenService:
    settings: dict[str, Any] = {
        "base_url": BASE,
        "clock": clock,
        "ids": CountedIds(),
        "sealing_key": SEALING_KEY,
        "profile": replace(FAITHFUL, assertion_per_resource=False),
        **options,
    }
    return TokenService(database, **settings)


def build(folder: Path) -> World:
    return build_in(db.open(f"sqlite://{folder}", "sts", durable=False))


def build_in(database: Database) -> World:
    clock = MovableClock()
    service = open_service(database, clock)
    tenant = registration.create_tenant(service, name="Contoso", domain="contoso.example")
    application = registration.create_application(service, tenant, name="Lead reader")
    made = registration.add_secret(service, application, description="test")
    registration.add_resource(service, tenant, ORGANIZATION)
    return World(database, service, clock, tenant, application, made.secret)


@pytest.fixture(scope="session")
def pair() -> certificates.Pair:
    """The client's key and certificate."""
    return certificates.make()


@pytest.fixture(scope="session")
def stranger() -> certificates.Pair:
    """A key and certificate of somebody else's."""
    return certificates.make("stranger")


@pytest.fixture(scope="session")
def certified(world: World, pair: certificates.Pair) -> World:
    """The common service, its client's certificate registered."""
    registration.add_certificate(world.service, world.application, pair.der, description="test")
    return world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One service for tests that register only things of their own and leave the clock alone."""
    built = build(tmp_path_factory.mktemp("sts"))
    yield built
    built.service.close()
    built.database.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """A service of the test's own."""
    built = build(tmp_path)
    yield built
    built.service.close()
    built.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A service of the test's own, on each engine."""
    url = f"sqlite://{tmp_path}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    built = build_in(db.open(url, f"sts_{uuid.uuid4().hex}", durable=False))
    yield built
    built.service.close()
    built.database.close()


def document(response: Response) -> dict[str, Any]:
    value = orjson.loads(response.body)
    assert isinstance(value, dict)
    return value


@pytest.fixture(scope="session")
def build_world() -> Callable[[Path], World]:
    """Build a service in a folder, for tests that share one of their own."""
    return build


@pytest.fixture(name="document")
def document_fixture() -> Any:
    return document


@pytest.fixture
def reopen(fresh: World) -> Any:
    """Open another service over the same database, or one given, as another process would."""

    def opener(database: Database = fresh.database, **options: Any) -> TokenService:
        return open_service(database, fresh.clock, **options)

    return opener


@pytest.fixture
def open_over() -> Any:
    """Open another service over the database of a world, as another process would."""
    return lambda world: open_service(world.database, world.clock)


def creator(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., User]:
    """Return `create(name, **members)` with a hash that costs nothing: it is not asked for."""
    monkeypatch.setattr(passwords, "hash_password", lambda password: "$unused")

    def creating(name: str = PERSON, tenant: Tenant = world.tenant, **members: Any) -> User:
        members = {"display_name": "Maria", **members}
        return people.create_user(world.service, tenant, user_principal_name=name, **members).user

    return creating


@pytest.fixture
def creating(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As `creator`, for a service of the test's choice."""
    return lambda world: creator(world, monkeypatch)


@pytest.fixture
def create(fresh: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., User]:
    """Create people in a service of the test's own."""
    return creator(fresh, monkeypatch)


@pytest.fixture
def create_shared(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., User]:
    """As `create`, in the service that tests share: for what is refused."""
    return creator(world, monkeypatch)
