"""xrm serve: the token service and the organization, until Ctrl-C."""

import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import summary
from xrm.cli.flags import of_settings
from xrm.cli.options import settings
from xrm.cli.walk.show import Walk, show

if TYPE_CHECKING:
    from xrm.server.published import Published
    from xrm.server.settings import Settings

PANEL = "Server"

OneLine = Annotated[
    bool, typer.Option("--json", help="When ready, print one line of JSON and nothing else.")
]
Walking = Annotated[bool, typer.Option("--walk", help="When ready, try each sign-in that exists.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command(rich_help_panel=PANEL)(serve)


@of_settings
def serve(given: dict[str, Any], *, as_json: OneLine = False, walk: Walking = False) -> None:
    """Serve a token service and an organization over TLS, each on an origin of its own.

    The first start makes a local certificate authority and a demonstration tenant and
    organization. Ctrl-C or SIGTERM stops it; requests in flight are answered. Each setting may
    also be a variable of the environment or a line of a file: docs/settings.md.
    """
    if given.get("memory") and (given.keys() & {"data", "database"}):
        raise typer.BadParameter("--memory goes with neither --data nor --database.")
    raise typer.Exit(_Reporter(as_json=as_json, walk=walk).serve(settings(**given)))


class _Reporter:
    """What is told when the server is ready: one line of JSON, or a walk and a summary."""

    def __init__(self, *, as_json: bool, walk: bool) -> None:
        self._as_json = as_json
        self._walk = Walk() if walk else None

    def serve(self, chosen: "Settings") -> int:
        """Serve until told to stop and return the exit status."""
        from xrm.server.serving import serve

        try:
            return serve(chosen, ready=self._ready)
        finally:
            if self._walk:
                self._walk.stop()

    def _ready(self, published: "Published") -> None:
        """Tell it. The server waits for this to return, so the walk goes on by itself."""
        if self._as_json:
            sys.stdout.write(published.to_json() + "\n")
            sys.stdout.flush()
        if self._walk:
            thread = threading.Thread(target=self._tell, args=(published.facts(),), daemon=True)
            thread.start()
        elif not self._as_json:
            self._tell(published.facts())

    def _tell(self, facts: dict[str, Any]) -> None:
        if self._walk:
            show(self._walk.lines(facts), stderr=self._as_json)
        if not self._as_json and not (self._walk and self._walk.stopped):
            summary.show(facts)
            summary.stop_hint()
