"""A server inside the test process: real TLS, real sign-in, throwaway data."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from uuid import UUID

import xrm
from xrm.model.secret import Secret
from xrm.org import administration
from xrm.server.controls import OffsetClock, clock_of
from xrm.server.demonstration import place
from xrm.server.estate import Estate
from xrm.server.folder import Folder
from xrm.server.published import Published
from xrm.server.serving import Stop, serve
from xrm.server.settings import Settings
from xrm.sts import registration
from xrm.sts.registration import people

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A registered application with a secret; `connection_string` signs it in."""

    client_id: UUID
    client_secret: Secret
    organization_url: str

    @property
    def connection_string(self) -> str:
        """The connection string of this service, secret included."""
        return (
            f"AuthType=ClientSecret;Url={self.organization_url};"
            f"ClientId={self.client_id};ClientSecret={self.client_secret.reveal()}"
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a password that need not be changed; `object_id` is that of the account."""

    username: str
    password: Secret
    object_id: UUID


class Server:
    """A token service and an organization on free ports of this machine.

    Start it with `with Server() as server`. Settings other than the data directory, the ports
    and the workers may be given by name. Raises RuntimeError if it does not start.
    """

    def __init__(self, **settings: object) -> None:
        fixed = {"memory": True, "port": 0, "workers": 1, "test_controls": True}
        self._settings = Settings.load({**settings, **fixed}, environ={})
        self._stop = Stop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._published: Published | None = None
        self._thread = threading.Thread(target=self._run, name="xrm-server", daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._published is None:
            self._stop.ask()
            raise RuntimeError("the server did not start") from self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.ask()
        self._thread.join()

    def _run(self) -> None:
        try:
            serve(self._settings, ready=self._is_ready, stop=self._stop)
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    def _is_ready(self, published: Published) -> None:
        self._published = published
        self._ready.set()

    @property
    def facts(self) -> Published:
        """Addresses, tenant, demonstration credentials and certificate of the server."""
        assert self._published is not None
        return self._published

    def service(
        self, *, role: str | None = "Salesperson", business_unit: str | None = "Contoso Europe"
    ) -> Service:
        """Register a new application with a user in a role; None leaves it without a user.

        Raises ServiceError if there is no such role or business unit.
        """
        with self._estate() as estate:
            name = f"Test service {estate.sts.ids()}"
            application = registration.create_application(estate.sts, estate.tenant, name=name)
            secret = registration.add_secret(estate.sts, application, description="test")
            if role is not None:
                organization = estate.organization
                user = administration.create_application_user(
                    organization, application.application_id, business_unit=business_unit
                )
                administration.assign_role(organization, user, role)
        url = self.facts.organization_url
        return Service(application.application_id, secret.secret, url)

    def person(
        self, *, role: str | None = "Salesperson", business_unit: str | None = "Contoso Europe"
    ) -> Person:
        """Make a person with a licence, whose user has a role; None leaves it without one.

        The public client `facts.public_client_id` signs the person in. Raises ServiceError if
        there is no such role or business unit.
        """
        with self._estate() as estate:
            username = f"person-{estate.sts.ids()}@{estate.tenant.domain}"
            made = people.create_user(
                estate.sts,
                estate.tenant,
                user_principal_name=username,
                display_name="Test Person",
                usage_location="GB",
                must_change_password=False,
                licences=("DYN365_ENTERPRISE_SALES",),
            )
            object_id = made.user.object_id
            place(estate.organization, object_id, unit=business_unit, role=role)
        return Person(username, made.password, object_id)

    @contextmanager
    def _estate(self) -> Iterator[Estate]:
        estate = Estate.open(Settings.load({"data": self.facts.data_dir}, environ={}))
        try:
            yield estate
        finally:
            estate.close()

    def client(
        self, *, role: str | None = "Salesperson", business_unit: str | None = "Contoso Europe"
    ) -> "xrm.Client":
        """Return a client signed in as a new service; see `service`."""
        service = self.service(role=role, business_unit=business_unit)
        return xrm.connect(service.connection_string, verify=str(self.facts.ca_bundle))

    @contextmanager
    def advance(self, seconds: float) -> Iterator[None]:
        """Move the server's clock forward, and back at the end."""
        clock = clock_of(Folder(self.facts.data_dir))
        assert isinstance(clock, OffsetClock)
        before = clock.offset
        clock.offset = before + seconds
        try:
            yield
        finally:
            clock.offset = before
