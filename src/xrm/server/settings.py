"""Every setting: its name, default and meaning; flag before environment before file.

The environment's name is `XRM_` and the field in capitals. The file is `xrm.toml` in the data
directory, or the one `XRM_CONFIG` names; its keys are the fields.
"""

import base64
import binascii
import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from xrm.model.secret import Secret

PREFIX = "XRM_"
CONFIG = "XRM_CONFIG"
FILE = "xrm.toml"
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}

Reader = Callable[[object], Any]


class SettingsError(ValueError):
    """A setting is unknown or unusable; the text names it and says what is wanted."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("text is wanted")
    return value


def _origin(value: object) -> str:
    text = _text(value).rstrip("/")
    try:
        parts = urlsplit(text)
        usable = parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or text.lower() != f"https://{parts.netloc.lower()}":
        raise ValueError("an origin such as https://sts.contoso.example:8443 is wanted")
    return text.lower()


def _whole(low: int, high: int) -> Reader:
    def read(value: object) -> int:
        text = "" if isinstance(value, bool) else str(value)
        if not (text.isdecimal() and len(text) < 20 and low <= int(text) <= high):
            raise ValueError(f"a whole number from {low} to {high} is wanted")
        return int(text)

    return read


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError("true or false is wanted")
    return text in _TRUE


def _path(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("a path is wanted")
    return Path(value).expanduser().absolute()


def _names(value: object) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of DNS names or addresses is wanted")
    return tuple(item.strip().lower() for item in items if item.strip())


def _one_of(*choices: str) -> Reader:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is wanted")
        return str(value)

    return read


def _sealing_key(value: object) -> Secret:
    text = value.reveal() if isinstance(value, Secret) else str(value)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError("32 bytes in base64 are wanted")
    return Secret(text)


def _about(read: Reader, doc: str, shown: str | None = None) -> dict[str, Any]:
    return {"read": read, "doc": doc, "shown": shown}


def _setting(read: Reader, default: Any, doc: str, *, shown: str | None = None) -> Any:
    return field(default=default, metadata=_about(read, doc, shown))


def _domain(value: object) -> str:
    text = _text(value).lower()
    if len(text) > 200 or not _DOMAIN.fullmatch(text):
        raise ValueError("a DNS name such as crm.contoso.example is wanted")
    return text


def _off(value: object) -> str:
    if value is not False and str(value).lower() not in _FALSE:
        raise ValueError(
            "client certificates are not supported: where the web server demands them, no "
            "program built with the SDK can sign in; off is wanted"
        )
    return "off"


_PORT = _whole(0, 65535)
_SECONDS = _whole(1, 86_400)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server or a verb of the command line was told."""

    host: str = _setting(_text, "127.0.0.1", "The address to listen on.")
    port: int = _setting(_PORT, 8443, "The token service's port; 0 takes a free one.")
    org_port: int | None = _setting(
        _PORT,
        None,
        "The organization's port; 0 takes a free one. The same as `port` shares that port: "
        "on loopback the organization listens on a second address, elsewhere requests are told "
        "apart by Host or by path.",
        shown="8444; as `port` where that is 0 or 443",
    )
    data: Path | None = field(
        default=None,
        metadata=_about(_path, "The data directory.", "the user's data directory for xrm"),
    )
    memory: bool = _setting(
        _truth, False, "Use a throwaway data directory, removed when the server stops."
    )
    public_url: str | None = _setting(
        _origin,
        None,
        "The token service's URL as clients see it, an https origin.",
        shown="https://localhost and the port",
    )
    org_url: str | None = _setting(
        _origin,
        None,
        "The organization's URL as clients see it, an https origin.",
        shown="https://localhost and the port",
    )
    deployment: Literal["online", "ifd", "on-premises"] | None = _setting(
        _one_of("online", "ifd", "on-premises"),
        None,
        "How the first organization is deployed when it is made: `online`, or by claims at AD FS, "
        "`ifd` at a host of its own and `on-premises` at a path. docs/organizations.md tells them "
        "apart.",
        shown="online",
    )
    ifd_domain: str = _setting(
        _domain,
        "xrm.localhost",
        "The domain below which internet-facing organizations have their hosts, beside `dev` for "
        "discovery and `auth` for sign-in. Clients must find these names.",
    )
    client_certificates: Literal["off"] = _setting(
        _off,
        "off",
        "Whether clients must show a certificate for TLS. `off` only: elsewhere programs built "
        "with the SDK cannot sign in, and the service does not support it.",
    )
    workers: int = _setting(_whole(1, 64), 1, "Processes that answer requests.")
    test_controls: bool = _setting(
        _truth, False, "Open the control API, which moves the clock. For tests only."
    )
    database: str | None = _setting(
        _text,
        None,
        "Where the data is kept: a postgresql:// URL.",
        shown="SQLite files in the data directory",
    )
    names: tuple[str, ...] = _setting(
        _names,
        (),
        "Further names and addresses of the certificate and of the Host header.",
        shown="none; localhost, 127.0.0.1, 127.0.0.2 and ::1 are always there",
    )
    sealing_key: Secret | None = field(
        default=None,
        metadata=_about(
            _sealing_key,
            "The key that seals keys and secrets at rest, 32 bytes in base64. Not a flag.",
            "a file in the data directory, made at the first start",
        ),
    )
    profile: Literal["faithful", "strict"] = _setting(
        _one_of("faithful", "strict"),
        "faithful",
        "`faithful` does what the service does. `strict` does what a new deployment should: "
        "docs/profiles.md lists the differences.",
    )
    synchronous: Literal["full", "normal"] = _setting(
        _one_of("full", "normal"),
        "full",
        "`full`: a commit returns when it is on disk. `normal`: a power failure may lose the "
        "last commits, never the database.",
    )
    quoted_challenge: bool = _setting(
        _truth, False, "Quote the values of the 401 challenge, as old ADAL libraries need."
    )
    pool_threads: int = _setting(
        _whole(1, 64), 8, "Threads of a process for long requests to the organization."
    )
    pool_queue: int = _setting(
        _whole(1, 10_000), 64, "Long requests that may wait for a thread; the next gets 503."
    )
    inline_steps: int = _setting(
        _whole(1_000, 100_000_000),
        200_000,
        "SQLite steps a request may take on the event loop before it moves to a thread.",
    )
    body_time_limit: int = _setting(_SECONDS, 30, "Seconds a request's body may take to arrive.")
    statement_time_limit: int = _setting(
        _SECONDS, 30, "Seconds a long request may keep the database busy."
    )
    stop_time_limit: int = _setting(
        _SECONDS, 10, "Seconds that requests in flight are given when the server stops."
    )
    token_lifetime: int | None = _setting(
        _SECONDS,
        None,
        "The lifetime of access tokens in seconds.",
        shown="60 to 90 minutes, drawn for each token",
    )
    opener_policy: Literal["off", "same-origin", "same-origin-allow-popups"] = _setting(
        _one_of("off", "same-origin", "same-origin-allow-popups"),
        "off",
        "The Cross-Origin-Opener-Policy of the sign-in pages. Anything but `off` cuts them from "
        "the window that opened them, as a popup of MSAL.js must not be.",
    )
    samples: bool = _setting(
        _truth,
        False,
        "Host the sample single-page applications on an origin of their own. Their libraries are "
        "fetched from npm at the first time.",
    )
    samples_port: int | None = _setting(
        _PORT,
        None,
        "The samples' port for http; 0 takes a free one.",
        shown="8400; a free one where `port` is 0",
    )
    samples_https_port: int | None = _setting(
        _PORT,
        None,
        "The samples' port for https; 0 takes a free one.",
        shown="8401; a free one where `port` is 0",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        _one_of("debug", "info", "warning", "error"),
        "warning",
        "The least grave of what is logged to standard error: debug, info, warning or error.",
    )

    @classmethod
    def load(
        cls, flags: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None
    ) -> "Settings":
        """Return the settings of these flags, then of the environment, then of the file.

        A flag that is None was not given; the process's environment is used if none is passed.
        Raises SettingsError for an unknown key of the file and for an unusable value.
        """
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        for name, value in (flags or {}).items():
            if value is not None:
                given[name] = _read(name, value, f"--{name.replace('_', '-')}")
        for row in TABLE:
            if row.name not in given and environ.get(row.env):
                given[row.name] = _read(row.name, environ[row.env], row.env)
        for name, value, where in _file(given, environ):
            if name not in given:
                given[name] = _read(name, value, where)
        return cls(**given)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Settings":
        """Return the settings that `to_plain` wrote."""
        return cls(**{name: _read(name, value, name) for name, value in plain.items()})

    def to_plain(self) -> dict[str, Any]:
        """Return the settings as plain values, secrets included, for a worker process only."""
        plain: dict[str, Any] = {}
        for row in TABLE:
            value = getattr(self, row.name)
            if isinstance(value, Secret):
                value = value.reveal()
            if value is not None:
                plain[row.name] = str(value) if isinstance(value, Path) else value
        return plain

    @property
    def folder(self) -> Path:
        """The data directory: the one set, else the user's own."""
        return self.data or default_folder()


@dataclass(frozen=True, slots=True)
class Row:
    """One setting, for the documentation: field, environment variable, default, meaning."""

    name: str
    env: str
    default: str
    doc: str
    read: Reader


def _default(value: object, shown: str | None) -> str:
    if shown is not None:
        return shown
    return str(value).lower() if isinstance(value, bool) else str(value)


TABLE: tuple[Row, ...] = tuple(
    Row(
        name=item.name,
        env=PREFIX + item.name.upper(),
        default=_default(item.default, item.metadata["shown"]),
        doc=item.metadata["doc"],
        read=item.metadata["read"],
    )
    for item in fields(Settings)
)
_ROWS = {row.name: row for row in TABLE}


def _read(name: str, value: object, where: str) -> Any:
    if name not in _ROWS:
        raise SettingsError(f"{where}: there is no such setting")
    try:
        return _ROWS[name].read(value)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def _file(given: Mapping[str, Any], environ: Mapping[str, str]) -> list[tuple[str, object, str]]:
    """Return the settings of the file with where each stands; [] if there is no file."""
    named = environ.get(CONFIG)
    folder = given.get("data") or default_folder(environ)
    path = Path(named).expanduser() if named else folder / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        # A data directory that is none is refused where it is opened.
        if named:
            raise SettingsError(f"{CONFIG}: there is no file {path}") from None
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    if "data" in document and not named:
        raise SettingsError(f"{path}: data: this file is found by the data directory")
    return [(name, value, f"{path}: {name}") for name, value in document.items()]


def default_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the user's own data directory for xrm, by the platform's custom."""
    environ = os.environ if environ is None else environ
    home = Path.home()
    if sys.platform == "win32":
        parent = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        parent = home / "Library" / "Application Support"
    else:
        named = Path(environ.get("XDG_DATA_HOME") or "")
        parent = named if named.is_absolute() else home / ".local" / "share"
    return parent / "xrm"
