"""An organization with keys, a directory and a clock of the test's own, asked through its face.

No token service is needed: the tests sign their tokens themselves, good ones and bad ones.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from support.datafiles import CONTOSO
from xrm import db
from xrm.db import Database
from xrm.org import administration, loading, provisioning
from xrm.org.faces.webapi import mount
from xrm.org.organization import Organization
from xrm.org.ports import DirectoryApplication, DirectoryPerson
from xrm.wire import jose
from xrm.wire.http import Headers, Request, Response

ENGINES = ("sqlite", "postgresql")
URL = "https://localhost:8444/"
STS = "https://localhost:8443"
ROOT = "/api/data/v9.2/"
DOMAIN = "contoso.example"
START = 1_800_000_000.0
TENANT = uuid.UUID("11111111-2222-3333-4444-555555555555")
FOREIGN_TENANT = uuid.UUID("66666666-7777-8888-9999-000000000000")
NOBODY = uuid.UUID(int=0)
JSON = ("content-type", "application/json")
EUROPE = "ab0469a5-c2ba-4ff7-b9d4-9080df2db07e"
GERMANY = "771c41ae-3218-4492-a2a3-f5b7aae8ec3d"
AMERICA = "b0f94adc-0ac3-46cb-bb52-cecbf41673e5"


@lru_cache(maxsize=4)
def signing_key(name: str) -> jose.SigningKey:
    """Return a key with a self-signed certificate; one a name, made once a process."""
    private = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .sign(private, hashes.SHA256())
    )
    return jose.SigningKey.of(private, certificate)


class MovableClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class CountedIds:
    """Identifiers in a fixed sequence, without a visible order."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self) -> uuid.UUID:
        self._count += 1
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed} {self._count}")


class KnownKeys:
    """Trust in the keys a test publishes."""

    def __init__(self) -> None:
        self.keys: dict[str, jose.VerificationKey] = {}
        self.asked = 0
        self.gone: set[str] = set()

    form: Literal["entra", "adfs"] = "entra"
    authority = f"{STS}/{TENANT}"
    tenant_id = TENANT
    issuers = frozenset({f"{STS}/{TENANT}/"})

    def publish(self, key: jose.SigningKey) -> None:
        self.keys[key.kid] = key.verification()

    def key(self, kid: str) -> jose.VerificationKey | None:
        self.asked += 1
        return self.keys.get(kid)

    def stands(self, application_id: str) -> bool:
        return application_id not in self.gone


class Registered:
    """A directory of the applications and people a test registers."""

    def __init__(self) -> None:
        self.known: dict[uuid.UUID, DirectoryApplication] = {}
        self.people: dict[uuid.UUID, DirectoryPerson] = {}

    def application(self, application_id: uuid.UUID) -> DirectoryApplication | None:
        return self.known.get(application_id)

    def person(self, object_id: uuid.UUID) -> DirectoryPerson | None:
        return self.people.get(object_id)

    def forms(self, _user_name: str) -> tuple[str, ...]:
        return ()


@dataclass
class Answer:
    """A response with its document at hand."""

    response: Response
    document: Any = None

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.body

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of an error document, which is checked for its form."""
        assert set(self.document) == {"error"}, self.document
        error = self.document["error"]
        assert set(error) == {"code", "message"}
        assert error["message"]
        return self.status, error["code"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.document
        found: list[dict[str, Any]] = self.document["value"]
        return found

    @property
    def next_link(self) -> str | None:
        assert self.status == 200, self.document
        link: str | None = self.document.get("@odata.nextLink")
        return link

    def header(self, name: str) -> str | None:
        return self.response.header(name)

    @property
    def created(self) -> str:
        """The key of the record a create made."""
        assert self.status == 204, self.document
        return (self.header("OData-EntityId") or "").rpartition("(")[2].rstrip(")")


def encode(options: Mapping[str, object]) -> str:
    """Return query options as a query; names without their dollar sign."""
    pairs = ((name, quote(str(value), safe="")) for name, value in options.items())
    return "&".join(f"${name}={value}" for name, value in pairs)


@dataclass
class Client:
    """A caller of the Web API with a token of its own; no token where it is empty."""

    estate: "Estate"
    token: str = ""
    user_id: uuid.UUID = NOBODY
    application_id: uuid.UUID = NOBODY

    def send(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        headers: Headers = (),
        body: bytes = b"",
    ) -> Answer:
        if self.token:
            headers = (("authorization", f"Bearer {self.token}"), *headers)
        where = path if path.startswith("/") else ROOT + path
        return self.estate.send(Request(method, where, query, headers, body))

    def get(self, path: str, *, headers: Headers = (), **options: object) -> Answer:
        return self.send("GET", path, encode(options), headers=headers)

    def post(self, path: str, record: Any, query: str = "", *, headers: Headers = ()) -> Answer:
        body = orjson.dumps(record)
        return self.send("POST", path, query, headers=(JSON, *headers), body=body)

    def put(self, path: str, record: Any, *, headers: Headers = ()) -> Answer:
        return self.send("PUT", path, headers=(JSON, *headers), body=orjson.dumps(record))

    def patch(self, path: str, record: Any, query: str = "", *, headers: Headers = ()) -> Answer:
        body = orjson.dumps(record)
        return self.send("PATCH", path, query, headers=(JSON, *headers), body=body)

    def delete(self, path: str, *, headers: Headers = ()) -> Answer:
        return self.send("DELETE", path, headers=headers)

    def follow(self, link: str, *, headers: Headers = ()) -> Answer:
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}/" == URL
        return self.send("GET", parts.path, parts.query, headers=headers)

    def rows(self, path: str, **options: object) -> list[dict[str, Any]]:
        return self.get(path, **options).rows

    def column(self, path: str, name: str, **options: object) -> list[Any]:
        return [row[name] for row in self.rows(path, select=name, **options)]


@dataclass
class Estate:
    """An organization with everything around it."""

    database: Database
    organization: Organization
    trust: KnownKeys
    directory: Registered
    clock: MovableClock
    ids: CountedIds
    key: jose.SigningKey = field(default_factory=lambda: signing_key("trusted"))

    def send(self, request: Request) -> Answer:
        """Route a request by its head, as the adapter does, and answer it."""
        head = Request(request.method, request.path, request.query, request.headers)
        response = mount(self.organization).route(head).face(request)
        document = None
        if (response.header("Content-Type") or "").startswith("application/json"):
            document = orjson.loads(response.body)
        return Answer(response, document)

    def claims(self, application_id: uuid.UUID, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good service token, changed; None removes a claim."""
        known = self.directory.known[application_id]
        now = int(self.clock())
        good = {
            "aud": URL,
            "iss": f"{STS}/{TENANT}/",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "appid": str(application_id),
            "appidacr": "1",
            "idp": f"{STS}/{TENANT}/",
            "oid": str(known.object_id),
            "sub": str(known.object_id),
            "tid": str(TENANT),
            "ver": "1.0",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, application_id: uuid.UUID, **changes: Any) -> str:
        return jose.sign(self.claims(application_id, **changes), self.key, x5t=True)

    def register(self, name: str) -> uuid.UUID:
        """Register an application in the directory and return its id."""
        application_id = self.ids()
        self.directory.known[application_id] = DirectoryApplication(
            application_id, self.ids(), name, f"api://{application_id}", DOMAIN
        )
        return application_id

    def user(self, *roles: str, unit: str | None = None, name: str = "Service") -> Client:
        """Register an application, make its user with these roles, and return its client."""
        application_id = self.register(name)
        user = administration.create_application_user(
            self.organization, application_id, business_unit=unit
        )
        for role in roles:
            administration.assign_role(self.organization, user, role)
        return Client(self, self.token(application_id), user, application_id)

    def beside(self) -> "Estate":
        """Return the same estate through another Organization, as another process has it."""
        organization = _organization(
            self.database, self.trust, self.directory, self.clock, CountedIds(str(self.ids()))
        )
        return Estate(self.database, organization, self.trust, self.directory, self.clock, self.ids)


def _organization(
    database: Database,
    trust: KnownKeys,
    directory: Registered,
    clock: MovableClock,
    ids: CountedIds,
) -> Organization:
    return Organization(database, url=URL, trust=trust, directory=directory, clock=clock, ids=ids)


def build(url: str, namespace: str = "org") -> Estate:
    """Provision an organization in a namespace of a database and open it."""
    database = db.open(url, namespace, durable=False, connections=4)
    clock, trust, directory = MovableClock(), KnownKeys(), Registered()
    ids = CountedIds("estate")
    provisioning.provision(database, organization_id=ids(), name="Contoso", clock=clock, ids=ids)
    trust.publish(signing_key("trusted"))
    organization = _organization(database, trust, directory, clock, CountedIds("organization"))
    return Estate(database, organization, trust, directory, clock, ids)


def load_contoso(estate: Estate) -> Client:
    """Load the demonstration records; return the service that owns its share of them.

    It lives in Contoso Europe and has no role yet.
    """
    loading.load(estate.organization, CONTOSO)
    client = estate.user(unit="Contoso Europe", name="Demonstration service")
    loading.load(estate.organization, CONTOSO, service=client.user_id)
    return client


def engine_url(engine: str, request: pytest.FixtureRequest, folder: Any) -> str:
    """Return the URL under which an engine keeps its namespaces for these tests."""
    if engine == "sqlite":
        return f"sqlite://{folder}"
    url: str = request.getfixturevalue("postgres_url")
    return url
