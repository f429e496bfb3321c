"""What several verbs take: a data directory or database, JSON, and how to name an application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.server.settings import Settings
    from xrm.sts.model import Application

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
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ApplicationName = Annotated[
    str, typer.Argument(metavar="APP", help="The application's id or its name.")
]


def settings(**flags: Any) -> "Settings":
    """Return the settings: these flags, then XRM_ variables, then the settings file."""
    from xrm.server.settings import Settings

    return Settings.load({name: value for name, value in flags.items() if value is not None})


@contextmanager
def estate(data: Path | None, database: str | None) -> Iterator["Estate"]:
    """Open the tenant and organization of a data directory or database, and close them.

    It works beside a running server, which sees a change on its next request.
    """
    from xrm.server.estate import Estate

    opened = Estate.open(settings(data=data, database=database))
    try:
        yield opened
    finally:
        opened.close()


def application(opened: "Estate", name: str) -> "Application":
    """Return the application with this id or name; raises Failure if there is none."""
    from xrm.sts.registration import find_application

    found = find_application(opened.sts, opened.tenant, name)
    if found is None:
        raise Failure(
            f"The tenant has no application {name!r}.",
            next_step="xrm app list shows those there are; xrm app create registers one.",
        )
    return found
