"""The demonstration secrets of a data directory, kept sealed so that every start can show them."""

from typing import Any
from uuid import UUID

import orjson

from xrm.server.folder import Folder, seal, unseal, write_private

_SECRETS = "secrets.sealed"


class Vault:
    """The demonstration secrets of a data directory, sealed."""

    def __init__(self, folder: Folder, sealing_key: bytes) -> None:
        self._path = folder.path / _SECRETS
        self._key = sealing_key

    def _all(self) -> dict[str, Any]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        return dict(orjson.loads(unseal(self._key, _SECRETS, sealed)))

    def get(self, name: UUID | str) -> dict[str, str] | None:
        """Return what is kept for an application, by its id, or a person, by name; or None."""
        return self._all().get(str(name))

    def put(self, name: UUID | str, value: dict[str, str]) -> None:
        """Keep something for an application or a person."""
        content = orjson.dumps({**self._all(), str(name): value})
        write_private(self._path, seal(self._key, _SECRETS, content))
