"""The facts of a running server: the line `--json` prints, and `server.json` beside it."""

from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from xrm.model.secret import Secret
from xrm.server.addresses import Urls
from xrm.server.folder import EstateError, Folder

FILE = "server.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a script needs of a server that is ready. Keys are added, none is removed."""

    authority: str
    tenant_id: UUID
    tenant_domain: str
    organization_url: str
    web_api_url: str
    client_id: UUID
    client_secret: Secret
    no_user_client_id: UUID
    no_user_client_secret: Secret
    data_dir: Path
    ca_bundle: Path
    pid: int

    def facts(self) -> dict[str, Any]:
        """Return the facts as plain values, the demonstration secrets revealed."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    def to_json(self) -> str:
        """Return the facts as one line of JSON, the demonstration secrets revealed."""
        return orjson.dumps(self.facts()).decode()


def _plain(value: object) -> str | int:
    if isinstance(value, Secret):
        return value.reveal()
    return value if isinstance(value, int) else str(value)


def announce(folder: Folder, facts: Published) -> None:
    """Write the facts, without secrets, where the command line finds a running server."""
    secret = {item.name for item in fields(facts) if isinstance(getattr(facts, item.name), Secret)}
    plain = {name: value for name, value in facts.facts().items() if name not in secret}
    folder.write_json(FILE, plain)


def withdraw(folder: Folder) -> None:
    """Remove what `announce` wrote."""
    with suppress(OSError):
        (folder.path / FILE).unlink(missing_ok=True)


def running(folder: Folder) -> dict[str, Any]:
    """Return the facts, without secrets, of the server that runs on a directory; {} if none."""
    try:
        folder.serving_lock(patience=0).close()
    except EstateError:
        return folder.read_json(FILE)
    return {}


def urls(folder: Folder) -> Urls | None:
    """Return what the server that runs on a directory publishes, None if none runs."""
    facts = running(folder)
    return Urls(facts["authority"], facts["organization_url"]) if facts else None
