"""xrm serve: the token service and the organization, until Ctrl-C."""

import sys
import threading
from collections.abc import Callable
from typing import Annotated, Any

import orjson
import typer

from xrm.cli import summary
from xrm.cli.options import Data, DatabaseUrl, settings

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
Walk = Annotated[bool, typer.Option("--walk", help="When ready, try each sign-in that exists.")]


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
    walk: Walk = False,
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
    from xrm.server.serving import serve as run

    raise typer.Exit(run(chosen, ready=_announcer(as_json=as_json, walk=walk)))


def _announcer(*, as_json: bool, walk: bool) -> Callable[[dict[str, Any]], None]:
    """Return what is called once, with the facts of the server, when it is ready."""

    def ready(facts: dict[str, Any]) -> None:
        if as_json:
            sys.stdout.write(orjson.dumps(facts, default=str).decode() + "\n")
            sys.stdout.flush()
        if not as_json or walk:
            # The walk asks the server that is calling here: it must not wait for the answer.
            tell = threading.Thread(target=_tell, args=(facts, as_json, walk), daemon=True)
            tell.start()

    return ready


def _tell(facts: dict[str, Any], as_json: bool, walk: bool) -> None:
    if walk:
        from xrm.cli.walk import show

        show.show(show.lines(facts), stderr=as_json)
    if not as_json:
        summary.show(facts)
        summary.stop_hint()
