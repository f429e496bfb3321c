"""xrm walk: every sign-in against the running server, with clients written by others."""

import typer

from xrm.cli import connecting, output
from xrm.cli.options import Data, Json

PANEL = "Server"


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command(rich_help_panel=PANEL)(walk)


def walk(data: Data = None, as_json: Json = False) -> None:
    """Try each sign-in against the running server, with unmodified clients.

    Each gets a token and reads leads over TLS. The exit status is 1 if one fails. A client that
    is not installed is left out.
    """
    from xrm.cli.walk.show import Walk, show

    facts = connecting.with_secrets(connecting.require_running(data))
    if as_json:
        walked = list(Walk().lines(facts))
        output.json(walked)
        well = all(line["state"] != "failed" for line in walked)
    else:
        well = show(Walk().lines(facts))
    if not well:
        raise typer.Exit(1)
