"""Which organization a verb asks, and as whom: from flags, a connection string, or what runs here.

The order is: flags, --connection-string, XRM_CONNECTION_STRING, the demonstration service of the
server running on the local data directory. Secrets may always come from the environment.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli.flags import gathering, parameter
from xrm.cli.options import settings
from xrm.cli.output import Failure
from xrm.model.secret import Secret

if TYPE_CHECKING:
    import xrm
    from xrm.auth import Credential

_SERVICES = ("client", "no_user_client", "multi_tenant_client", "admin_client")
_PEOPLE = {"username": "password", "admin_username": "admin_password"}
_PANEL = "Which organization, as whom"


def _option(kind: object, flag: str, metavar: str, text: str) -> Any:
    option = typer.Option(flag, metavar=metavar, help=text, rich_help_panel=_PANEL)
    return Annotated[kind, option]


_OPTIONS: dict[str, Any] = {
    "connection_string": _option(
        str | None,
        "--connection-string",
        "TEXT",
        '"AuthType=ClientSecret;Url=…;…"; better kept in XRM_CONNECTION_STRING.',
    ),
    "url": _option(str | None, "--url", "URL", "The organization's URL."),
    "client_id": _option(str | None, "--client-id", "GUID", "The application's id."),
    "client_secret": _option(
        str | None,
        "--client-secret",
        "TEXT",
        "Its secret; better kept off the command line, in XRM_CLIENT_SECRET.",
    ),
    "certificate": _option(
        Path | None,
        "--certificate",
        "FILE",
        "Or its certificate with the key, PEM or PFX (XRM_CERTIFICATE); the password goes into "
        "XRM_CERTIFICATE_PASSWORD.",
    ),
    "authority": _option(
        str | None,
        "--authority",
        "URL",
        "Where to sign in: https://localhost:8443/TENANT (if unset, the organization says).",
    ),
    "ca": _option(
        Path | None,
        "--ca",
        "FILE",
        "Certificate authorities to trust, PEM (if unset, those of the server running here).",
    ),
    "data": _option(
        Path | None,
        "--data",
        "DIR",
        "If nothing above is given: the data directory of the server to ask (XRM_DATA).",
    ),
}
"""The flags of every verb that asks an organization; the names are those of `Asked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the flags say about whom to ask; whatever is unset is looked for elsewhere."""

    connection_string: str | None = None
    url: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    certificate: Path | None = None
    authority: str | None = None
    ca: Path | None = None
    data: Path | None = None

    def open(self) -> "xrm.Client":
        """Return a client for the organization meant; nothing is sent yet.

        Raises Failure when nothing says which organization that is.
        """
        import xrm

        if self.url or self.client_id:
            return self._by_flags()
        string = self.connection_string or os.environ.get("XRM_CONNECTION_STRING")
        if string:
            return xrm.connect(string, verify=self._trusted())
        return self._demonstration()

    def _trusted(self) -> str | None:
        """Return the CA bundle to verify with: the flag's, else that of the server running here."""
        return str(self.ca) if self.ca else running(self.data).get("ca_bundle")

    def _by_flags(self) -> "xrm.Client":
        secret, certificate = self._proof()
        absent = [
            name
            for name, value in (
                ("--url", self.url),
                ("--client-id", self.client_id),
                ("--client-secret (XRM_CLIENT_SECRET) or --certificate", secret or certificate),
            )
            if not value
        ]
        if absent:
            raise typer.BadParameter(f"{', '.join(absent)} must be given too.")
        assert self.url
        assert self.client_id
        if certificate:
            credential = _by_certificate(self.client_id, certificate, self.authority)
        else:
            assert secret
            credential = _by_secret(self.client_id, secret, self.authority)
        return _client(self.url, credential, self._trusted())

    def _proof(self) -> tuple[str | None, str | None]:
        """Return the secret or the certificate's path; a flag counts before the environment."""
        given = self.client_secret, str(self.certificate) if self.certificate else None
        if given == (None, None):
            given = os.environ.get("XRM_CLIENT_SECRET"), os.environ.get("XRM_CERTIFICATE")
        if all(given):
            raise typer.BadParameter(
                "--client-secret and --certificate exclude each other, and so do "
                "XRM_CLIENT_SECRET and XRM_CERTIFICATE."
            )
        return given

    def _demonstration(self) -> "xrm.Client":
        found = running(self.data)
        if not found:
            raise Failure(
                "Nothing says which organization to ask, and no server is running here.",
                next_step=(
                    "Start one with xrm serve, or give --connection-string (or "
                    "XRM_CONNECTION_STRING), or --url with --client-id."
                ),
            )
        facts = with_secrets(found)
        credential = _by_secret(facts["client_id"], facts["client_secret"], tenant_authority(facts))
        return _client(facts["organization_url"], credential, self._trusted())


def _client(url: str, credential: "Credential", ca: str | None) -> "xrm.Client":
    import xrm

    return xrm.Client(url, credential, verify=ca)


def _by_secret(client_id: str, secret: str, authority: str | None) -> "Credential":
    import xrm

    return xrm.auth.ClientSecret(client_id, Secret(secret), authority=authority)


def _by_certificate(client_id: str, path: str, authority: str | None) -> "Credential":
    import xrm

    password = os.environ.get("XRM_CERTIFICATE_PASSWORD")
    return xrm.auth.Certificate(
        client_id, path, password=Secret(password) if password else None, authority=authority
    )


def asking(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is `asked`, the flags from which `Asked` is made."""
    flags = [parameter(name, annotation) for name, annotation in _OPTIONS.items()]
    return gathering(Asked, after=flags)(verb)


def running(data: Path | None = None) -> dict[str, Any]:
    """Return what the server running on a data directory says of itself, secrets apart.

    {} if none runs, or if the server is not installed here.
    """
    folder = settings(data=data).folder
    try:
        from xrm.server.folder import SERVERS, Folder
        from xrm.server.published import running as first_running
    except ModuleNotFoundError:
        return {}
    # Folder makes the directory it is given: only one that a server has used is looked into.
    return first_running(Folder(folder)) if (folder / SERVERS).is_dir() else {}


def require_running(data: Path | None = None) -> dict[str, Any]:
    """Return what the running server says of itself; raises Failure if none runs."""
    found = running(data)
    if not found:
        raise Failure(
            f"No server is running on the data directory {settings(data=data).folder}.",
            next_step="Start one with xrm serve, or name its data directory with --data.",
        )
    return found


def with_secrets(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a running server with the secrets its data directory keeps sealed."""
    from xrm.server.demonstration import Vault
    from xrm.server.folder import Folder

    chosen = settings(data=Path(facts["data_dir"]))
    folder = Folder(chosen.folder)
    vault = Vault(folder, folder.sealing_key(chosen.sealing_key))
    kept = {name: vault.get(UUID(facts[f"{name}_id"])) for name in _SERVICES}
    secrets = {f"{name}_secret": one["secret"] for name, one in kept.items() if one}
    # Where the server does not know a password, it says so itself: the fact is there, and null.
    people = {word: vault.get(facts[name]) for name, word in _PEOPLE.items() if word not in facts}
    return facts | secrets | {word: one["password"] for word, one in people.items() if one}


def tenant_authority(facts: dict[str, Any]) -> str:
    """Return the authority of the running server's tenant."""
    return f"{facts['authority'].rstrip('/')}/{facts['tenant_id']}"
