"""The facts of a running server, and how those that share a data directory know of each other.

Each has a number in the folder `servers`: `N.lock`, which it holds as long as it lives, and
`N.json`, its facts, once it is ready. A free lock is that of a server that was killed.
"""

from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson

from xrm.model.secret import Secret
from xrm.server.addresses import Urls
from xrm.server.folder import SERVERS, Folder, hold, is_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """The registered services and people, and how they sign in.

    `certificate_path` is PEM, key included. A password is None where it was changed: it is known
    to whoever did so.
    """

    client_id: UUID
    client_secret: Secret
    no_user_client_id: UUID
    no_user_client_secret: Secret
    certificate_client_id: UUID
    certificate_path: Path
    second_tenant_id: UUID
    multi_tenant_client_id: UUID
    multi_tenant_client_secret: Secret
    admin_client_id: UUID
    admin_client_secret: Secret
    username: str
    password: Secret | None
    admin_username: str
    admin_password: Secret | None
    public_client_id: UUID
    spa_client_id: UUID
    spa_redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Demonstration):
    """What a script needs of a server that is ready. Keys are added, none is removed.

    The addresses of the samples are None where they are not hosted, and that of the global
    discovery service where the first organization is none it knows. `organizations_url` is the
    origin of organizations that have paths, `ifd_host` the domain, with its port, of those that
    have hosts. `adfs_url` is the farm of AD FS that signs in the tenant's people.
    """

    authority: str
    tenant_id: UUID
    tenant_domain: str
    organization_url: str
    web_api_url: str
    organization_service_url: str
    organization_data_url: str
    discovery_service_url: str
    global_discovery_url: str | None
    graph_url: str
    deployment: str
    adfs_url: str
    organizations_url: str
    ifd_host: str
    samples_url: str | None
    samples_https_url: str | None
    profile: str
    data_dir: Path
    ca_bundle: Path
    pid: int

    def facts(self) -> dict[str, Any]:
        """Return the facts as plain values, the demonstration secrets revealed."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    def to_json(self) -> str:
        """Return the facts as one line of JSON, the demonstration secrets revealed."""
        return orjson.dumps(self.facts()).decode()


def _plain(value: object) -> str | int | None:
    if isinstance(value, Secret):
        return value.reveal()
    return value if value is None or isinstance(value, int) else str(value)


class Presence:
    """One server among those that run on a data directory."""

    def __init__(self, folder: Folder) -> None:
        """Join them. Call it under the directory's lock."""
        number = max(living(folder), default=0) + 1
        self._folder, self._number = folder, number
        self._held: IO[bytes] = hold(_lock_file(folder, number))

    def announce(self, facts: Published) -> None:
        """Write the facts, without secrets, where the command line finds a running server."""
        revealed = facts.facts()
        for item in fields(facts):
            if isinstance(getattr(facts, item.name), Secret):
                del revealed[item.name]
        self._folder.write_json(_facts_name(self._number), revealed)

    def leave(self) -> None:
        """Take everything back."""
        self._held.close()
        _forget(self._folder, self._number)


def _lock_file(folder: Folder, number: int) -> Path:
    return folder.path / SERVERS / f"{number}.lock"


def _facts_name(number: int) -> str:
    return f"{SERVERS}/{number}.json"


def _numbers(folder: Folder) -> list[int]:
    stems = [path.stem for path in (folder.path / SERVERS).glob("*.lock")]
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def living(folder: Folder) -> list[int]:
    """Return the numbers of the servers that live, and remove what killed ones left.

    Only under the directory's lock: a file may not be removed while its server joins.
    """
    found = []
    for number in _numbers(folder):
        if is_held(_lock_file(folder, number)):
            found.append(number)
        else:
            _forget(folder, number)
    return found


def _forget(folder: Folder, number: int) -> None:
    for path in (folder.path / _facts_name(number), _lock_file(folder, number)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def running(folder: Folder) -> dict[str, Any]:
    """Return the facts, without secrets, of a server that runs on a directory; {} if none does.

    Of several that are ready it is the one that started first.
    """
    for number in _numbers(folder):
        if is_held(_lock_file(folder, number)):
            facts = folder.read_json(_facts_name(number))
            if facts:
                return facts
    return {}


def urls(folder: Folder) -> Urls | None:
    """Return what the server that runs on a directory publishes, None if none runs."""
    facts = running(folder)
    if not facts:
        return None
    return Urls(facts["authority"], facts["organizations_url"], ifd=facts["ifd_host"])
