"""The data directory: private folders and files, locks between processes, the sealing key."""

import base64
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xrm.model.secret import Secret

KEY_BYTES = 32
SERVERS = "servers"
"""The folder in which those who serve from a data directory say so."""
_NONCE = 12


class EstateError(Exception):
    """The data directory or database cannot be used; the text says why and what to do."""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

    def _look(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _look(file: IO[bytes]) -> None:
        # Shared, so that two who look do not take each other for a holder.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


class Folder:
    """A data directory, made at first use, open to its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "database"
        self.tls = path / "tls"
        try:
            for folder in (path, self.database, self.tls, path / SERVERS):
                _private_folder(folder)
        except OSError as error:
            why = _file_in_the_way(path) or error.strerror
            raise EstateError(f"cannot use the data directory {path}: {why}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory's lock: what is inside is done by one process at a time."""
        with hold(self.path / "lock"):
            yield

    def sealing_key(self, given: Secret | None) -> bytes:
        """Return the 32 bytes that seal what is kept: the operator's, else this directory's."""
        if given is not None:
            return base64.b64decode(given.reveal())
        path = self._sealing_key
        with suppress(FileNotFoundError):
            key = base64.b64decode(path.read_bytes())
            if len(key) != KEY_BYTES:
                raise EstateError(f"{path} does not hold {KEY_BYTES} bytes in base64")
            return key
        key = secrets.token_bytes(KEY_BYTES)
        write_private(path, base64.b64encode(key))
        return key

    @property
    def seals(self) -> bool:
        """Tell whether there is a sealing key of this directory's own."""
        return self._sealing_key.exists()

    def forget_sealing_key(self) -> None:
        """Remove the key that was made in vain: nothing is sealed with it."""
        self._sealing_key.unlink(missing_ok=True)

    @property
    def _sealing_key(self) -> Path:
        return self.path / "sealing.key"

    def read_json(self, name: str) -> dict[str, Any]:
        """Return a JSON file's object, {} if there is no such file."""
        try:
            found = orjson.loads((self.path / name).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise EstateError(f"cannot read {self.path / name}: {error}") from error
        return dict(found)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        """Write a JSON file, whole or not at all."""
        write_private(self.path / name, orjson.dumps(value, option=orjson.OPT_INDENT_2))


def hold(path: Path) -> IO[bytes]:
    """Wait for a file's lock and take it; it ends when what is returned is closed.

    It also ends with the process, however that ends.
    """
    file = path.open("ab")
    _lock(file)
    return file


def is_held(path: Path) -> bool:
    """Tell whether somebody holds a file's lock; a file that is not there is held by nobody."""
    try:
        with path.open("rb") as file:
            _look(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _file_in_the_way(path: Path) -> str:
    """Return a sentence on the part of a path that is no folder, "" if there is none."""
    for part in (path, *path.parents):
        if part.exists() and not part.is_dir():
            return f"{part} is a file, not a folder; name another (--data, XRM_DATA)"
    return ""


def _private_folder(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif path.stat().st_mode & 0o077 and sys.platform != "win32":
        path.chmod(0o700)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def seal(key: bytes, name: str, content: bytes) -> bytes:
    """Return content sealed with AES-256-GCM under a name it must be opened with."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, name.encode())


def unseal(key: bytes, name: str, sealed: bytes) -> bytes:
    """Return sealed content; raises EstateError when the key or the name is another."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise EstateError(
            f"{name} was sealed with another key: check XRM_SEALING_KEY and the data directory"
        ) from error
