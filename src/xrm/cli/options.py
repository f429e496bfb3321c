"""What several verbs take: a data directory or database, JSON, and how to name an application."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.flags import parameter
from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.server.organizations import OrganizationError
    from xrm.server.settings import Settings
    from xrm.sts import model
    from xrm.sts.registration import RegistrationError

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data directory (XRM_DATA; your own for xrm if unset)."
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="A PostgreSQL URL in place of the files of the data directory (XRM_DATABASE).",
    ),
]
Tenant = Annotated[
    str | None,
    typer.Option(
        "--tenant",
        metavar="ID-OR-DOMAIN",
        help="The tenant it happens in (the demonstration tenant if unset).",
    ),
]
OrganizationName = Annotated[
    str | None,
    typer.Option(
        "--organization",
        metavar="NAME",
        help="The organization it happens in (the demonstration's if unset).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ApplicationName = Annotated[
    str, typer.Argument(metavar="APP", help="The application's id or its name.")
]
PLACE = (
    parameter("tenant", Tenant),
    parameter("data", Data),
    parameter("database", DatabaseUrl),
    parameter("as_json", Json, default=False),
)
"""The parameters from which a `Place` is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the command line says a verb works, and how it answers."""

    tenant: str | None
    data: Path | None
    database: str | None
    as_json: bool

    @contextmanager
    def open(self) -> Iterator[tuple["Estate", "model.Tenant"]]:
        """Open the data directory or database, for the tenant meant there."""
        with estate(self.data, self.database) as opened:
            yield opened, tenant_of(opened, self.tenant)


_NEXT_STEPS = {
    "invalid": "The verb with --help says what it takes.",
    "absent": "The verbs list and show print what there is.",
    "taken": "Choose another, or use the one there is: the verbs list and show print it.",
    "forbidden": "The service does not allow it either; the verb with --help says what is.",
}
"""By the kind of refusal (`xrm.sts.registration.Refusal`)."""

_MEMBERS_NEXT_STEPS = {
    "api.requestedAccessTokenVersion": "xrm app create and update take --token-version 2.",
}
"""By the property that is wrong, where more can be said."""


def settings(**flags: Any) -> "Settings":
    """Return the settings: these flags, then XRM_ variables, then the settings file."""
    from xrm.server.settings import Settings

    return Settings.load({name: value for name, value in flags.items() if value is not None})


@contextmanager
def estate(
    data: Path | None,
    database: str | None,
    *,
    organization: str | None = None,
    may_be_new: bool = False,
) -> Iterator["Estate"]:
    """Open the tenant and organization of a data directory or database, and close them.

    `organization` chooses another than the first, with its tenant. It works beside a running
    server, which sees a change on its next request. A first use is told, for the directory may
    be the wrong one, unless it `may_be_new`.
    """
    from xrm.server.estate import Estate
    from xrm.server.organizations import OrganizationError
    from xrm.sts.registration import RegistrationError

    opened = Estate.open(settings(data=data, database=database))
    try:
        if opened.fresh and not may_be_new:
            # A database's URL may hold a password.
            where = "The database" if opened.settings.database else opened.folder.path
            output.note(f"{where} was empty: the demonstration was set up there.")
        yield opened.of(organization) if organization else opened
    except (RegistrationError, OrganizationError) as error:
        raise _refused(error) from error
    finally:
        opened.close()


def _refused(error: "RegistrationError | OrganizationError") -> Failure:
    """Return the failure that a refused registration is to people."""
    text = str(error)
    # A name that begins the sentence is written as it is.
    plain = text.partition(" ")[0].isalpha()
    sentence = (text[:1].upper() if plain else text[:1]) + text[1:]
    sentence += "" if text.endswith((".", "?", "!")) else "."
    step = _MEMBERS_NEXT_STEPS.get(getattr(error, "member", ""), _NEXT_STEPS[error.kind])
    return Failure(sentence, next_step=step)


def confirm(what: str, *, instead: str = "") -> None:
    """Ask whether to delete something; wrong usage where nobody can be asked.

    `instead` is the next step of who does not want it. Raises Failure if the answer is no.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("--yes must be given where nobody can be asked.")
    if not typer.confirm(f"Delete {what}?", err=True):
        raise Failure("Nothing was deleted.", next_step=instead)


def tenant_of(opened: "Estate", name: str | None) -> "model.Tenant":
    """Return the tenant with this id or domain, the demonstration tenant without one.

    Raises Failure if there is none.
    """
    from xrm.sts.registration import find_tenant

    found = opened.tenant if name is None else find_tenant(opened.sts, name)
    if found is None:
        raise Failure(
            f"There is no tenant {name!r}.",
            next_step="xrm tenant list shows those there are; xrm tenant create makes one.",
        )
    return found


def application(
    opened: "Estate", name: str, tenant: "model.Tenant | None" = None
) -> "model.Application":
    """Return the application with this id or name that is registered in a tenant.

    Without a tenant, in the demonstration tenant. Raises Failure if there is none.
    """
    from xrm.sts.registration import find_application

    found = find_application(opened.sts, tenant or opened.tenant, name)
    if found is None:
        raise Failure(
            f"The tenant has no application {name!r}.",
            next_step="xrm app list shows those there are; xrm app create registers one.",
        )
    return found
