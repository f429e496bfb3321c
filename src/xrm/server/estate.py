"""Estate: a data directory or database opened, in the same way by a server and by the CLI."""

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from xrm.db import Database, StorageError
from xrm.db.counters import last_number
from xrm.model.ports import random_ids
from xrm.org.organization import Organization
from xrm.server import addresses, controls, demonstration, published
from xrm.server.addresses import Urls
from xrm.server.demonstration import Vault
from xrm.server.folder import EstateError, Folder
from xrm.server.organizations import NAMESPACE, Organizations, Sites, Storage
from xrm.server.published import Demonstration
from xrm.server.samples import Shelf
from xrm.server.settings import Settings
from xrm.sts import TokenService
from xrm.sts.keys import WrongSealingKey
from xrm.sts.model import Tenant
from xrm.sts.profile import FAITHFUL, STRICT
from xrm.sts.registration import presence

STS, ORG = "sts", "org_contoso"
_STATE = "estate.json"
_COMPLETE = "complete"
_SHARE = "give all who use it the same XRM_SEALING_KEY, that of sealing.key where it was first used"


@dataclass(frozen=True, slots=True)
class Estate:
    """A token service and the organizations that trust it, ready to use; close it at the end.

    `organization` is the first of them, the demonstration's. `fresh` tells that this opening was
    the first, which set the demonstration up.
    """

    settings: Settings
    folder: Folder
    server_id: UUID
    urls: Urls
    sts: TokenService
    tenant: Tenant
    organization: Organization
    organizations: Organizations
    demonstration: Demonstration
    fresh: bool = False

    @classmethod
    def open(cls, settings: Settings, *, urls: Urls | None = None) -> "Estate":
        """Open what the settings name, and fill it on first use, one process at a time.

        Without `urls` the running server's are taken, else those these settings would publish.
        Raises EstateError when the directory, the database or the sealing key is unusable.
        """
        folder = Folder(settings.folder)
        urls = urls or published.urls(folder) or addresses.expected(settings)
        with folder.locked():
            return _Opening(settings, folder, urls).run()

    def publish(self) -> None:
        """Make the organizations' URLs names by which tokens for them are asked, and reply URLs.

        The demonstration's programs learn where the token service and the samples are.
        """
        for entry in self.organizations.entries():
            self.organizations.publish(entry)
        bases = [url for url in (self.urls.samples, self.urls.samples_https) if url]
        pages = Shelf.find().addresses(*bases) if bases else ()
        demonstration.publish(self.sts, self.tenant, pages)
        if self.by_claims:
            demonstration.publish_pages(self.sts, self.organizations.farm(self.tenant), pages)

    @property
    def by_claims(self) -> bool:
        """Whether the first organization knows AD FS alone."""
        return self.organizations.first.deployment != "online"

    def of(self, name: str) -> "Estate":
        """Return the estate as seen from another organization, by its name or id.

        Raises OrganizationError if there is none. To be closed is the estate itself.
        """
        entry = self.organizations.find(name)
        return replace(
            self,
            tenant=self.organizations.tenant(entry),
            organization=self.organizations.opened(entry),
        )

    def close(self) -> None:
        """Write what waits, and close the databases."""
        self.sts.close()
        self.sts.database.close()
        self.organizations.close()


class _Opening:
    """One opening: it closes what it opened when a later step fails."""

    def __init__(self, settings: Settings, folder: Folder, urls: Urls) -> None:
        self._settings = settings
        self._folder = folder
        self._urls = urls
        self._clock = controls.clock_of(folder)
        self._databases: list[Database] = []
        self._storage = Storage(settings, folder)
        self._service: TokenService | None = None
        self._organizations: Organizations | None = None

    def run(self) -> Estate:
        state, sealed = self._state(), self._folder.seals
        try:
            accounts, records = self._database(STS), self._database(ORG)
            with accounts.exclusively("opening"):
                complete = _is_complete(accounts)
                known = complete or bool(state["complete"])
                estate = self._open(state, accounts, records, known=known)
                if not complete:
                    _complete(accounts)
        except BaseException as error:
            self._abandon()
            if isinstance(error, WrongSealingKey):
                if not sealed:
                    self._folder.forget_sealing_key()
                raise EstateError(f"cannot open {self._where()}: {error}; {_SHARE}") from error
            if isinstance(error, StorageError):
                raise EstateError(f"cannot open {self._where()}: {error}") from error
            raise
        # A database says it itself: the folder may be used with its own files as well.
        if not state["complete"] and not self._settings.database:
            self._folder.write_json(_STATE, {**state, "complete": True})
        return estate

    def _state(self) -> dict[str, object]:
        state = self._folder.read_json(_STATE)
        if not state:
            state = {"server_id": str(random_ids()), "complete": False}
            self._folder.write_json(_STATE, state)
        elif not state["complete"] and not self._settings.database:
            self._begin_again()
        return state

    def _begin_again(self) -> None:
        """Remove what an interrupted first use left: nobody has worked with it yet."""
        for name in (STS, ORG, NAMESPACE):
            for suffix in ("", "-wal", "-shm"):
                (self._folder.database / f"{name}.db{suffix}").unlink(missing_ok=True)

    def _open(
        self, state: dict[str, object], accounts: Database, records: Database, *, known: bool
    ) -> Estate:
        key = self._folder.sealing_key(self._settings.sealing_key)
        service = self._service = self._token_service(accounts, key)
        begun = demonstration.has_begun(service)
        if begun and not known:
            raise EstateError(
                f"the first use of {self._where()} was interrupted; drop its schemas {STS}, "
                f"{ORG} and {NAMESPACE}, and start again"
            )
        presence.complete(service)
        tenant = demonstration.tenant(service)
        organizations = self._organizations = self._of_service(service, key)
        organization = organizations.begin(tenant, namespace=ORG, database=records)
        shown = demonstration.demonstrate(
            service,
            tenant,
            organization,
            folder=self._folder,
            vault=Vault(self._folder, key),
            first=not begun,
        )
        return Estate(
            settings=self._settings,
            folder=self._folder,
            server_id=UUID(str(state["server_id"])),
            urls=self._urls,
            sts=service,
            tenant=tenant,
            organization=organization,
            organizations=organizations,
            demonstration=shown,
            fresh=not begun,
        )

    def _token_service(self, accounts: Database, key: bytes) -> TokenService:
        return TokenService(
            accounts,
            base_url=self._urls.sts,
            clock=self._clock,
            ids=random_ids,
            sealing_key=key,
            token_lifetime=self._settings.token_lifetime,
            profile=STRICT if self._settings.profile == "strict" else FAITHFUL,
        )

    def _of_service(self, service: TokenService, key: bytes) -> Organizations:
        return Organizations(
            self._storage,
            service,
            sites=Sites(self._urls.org, self._urls.ifd),
            clock=self._clock,
            sealing_key=key,
        )

    def _database(self, namespace: str) -> Database:
        database = self._storage.open(namespace)
        self._databases.append(database)
        return database

    def _where(self) -> str:
        # A database URL may hold a password.
        return "the database" if self._settings.database else str(Path(self._folder.path))

    def _abandon(self) -> None:
        if self._service is not None:
            self._service.close()
        if self._organizations is not None:
            self._organizations.close()
        for database in self._databases:
            database.close()


def _is_complete(database: Database) -> bool:
    """Tell whether a first use, be it by another host, came to its end."""
    return last_number(database, _COMPLETE) > 0


def _complete(database: Database) -> None:
    with database.write() as transaction:
        transaction.next_number(_COMPLETE)
