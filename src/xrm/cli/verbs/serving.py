"""xrm serve: the token service and the organization, until Ctrl-C."""

import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import summary
from xrm.cli.options import Data, DatabaseUrl, settings
from xrm.cli.walk.show import Walk, show

if TYPE_CHECKING:
    from xrm.server.published import Published
    from xrm.server.settings import Settings

PANEL = "Server"

Host = Annotated[str | None, typer.Option("--host", help="The address to listen on (127.0.0.1).")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="The token service's port (8443); 0: any."),
]
OrgPort = Annotated[
    int | None,
    typer.Option("--org-port", min=0, max=65535, help="The organization's port (8444)."),
]
Memory = Annotated[
    bool, typer.Option("--memory", help="A throwaway data directory, removed at the end.")
]
PublicUrl = Annotated[
    str | None,
    typer.Option("--public-url", metavar="URL", help="The token service's URL as clients see it."),
]
OrgUrl = Annotated[
    str | None,
    typer.Option("--org-url", metavar="URL", help="The organization's URL as clients see it."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Processes for each origin (1).")
]
TestControls = Annotated[
    bool, typer.Option("--test-controls", help="Open the control API, which moves the clock.")
]
OneLine = Annotated[
    bool, typer.Option("--json", help="When ready, print one line of JSON and nothing else.")
]
Walking = Annotated[bool, typer.Option("--walk", help="When ready, try each sign-in that exists.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command(rich_help_panel=PANEL)(serve)


def serve(
    *,
    host: Host = None,
    port: Port = None,
    org_port: OrgPort = None,
    data: Data = None,
    database: DatabaseUrl = None,
    memory: Memory = False,
    public_url: PublicUrl = None,
    org_url: OrgUrl = None,
    workers: Workers = None,
    test_controls: TestControls = False,
    as_json: OneLine = False,
    walk: Walking = False,
) -> None:
    """Serve a token service and an organization over TLS, each on an origin of its own.

    The first start makes a local certificate authority and a demonstration tenant and
    organization. Ctrl-C or SIGTERM stops it; requests in flight are answered.
    """
    if memory and (data or database):
        raise typer.BadParameter("--memory goes with neither --data nor --database.")
    chosen = settings(
        host=host,
        port=port,
        org_port=org_port,
        data=data,
        database=database,
        memory=memory or None,
        public_url=public_url,
        org_url=org_url,
        workers=workers,
        test_controls=test_controls or None,
    )
    raise typer.Exit(_Reporter(as_json=as_json, walk=walk).serve(chosen))


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
        if not self._as_json:
            summary.show(facts)
            summary.stop_hint()
