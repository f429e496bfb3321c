"""xrm log: what the token service has done."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, estate

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts.audit import Event

PANEL = "Trust and look back"


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("log", rich_help_panel=PANEL)(show)


def show(
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=100_000, help="How many, newest last.")
    ] = 50,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Print the latest audit events: who signed in, for what, and what was refused."""
    from xrm.sts.audit import read_events

    with estate(data, database) as opened:
        events = read_events(opened.sts, limit=limit)
        named = _names(opened)
    if as_json:
        output.json([_event(each) for each in reversed(events)])
        return
    rows = [
        (
            _time(each),
            each.operation,
            _outcome(each),
            named.get(each.client, each.client),
            each.resource,
        )
        for each in reversed(events)
    ]
    output.listing(
        ("WHEN", "WHAT", "OUTCOME", "WHO OR WHAT", "RESOURCE"), rows, empty="Nothing yet."
    )


def _names(opened: "Estate") -> dict[str, str]:
    """Return what the applications, people and tenants that stand in events are called, by id."""
    from xrm.sts.registration import list_applications, list_tenants
    from xrm.sts.registration.people import list_users

    names: dict[str, str] = {}
    for tenant in list_tenants(opened.sts):
        for one in list_applications(opened.sts, tenant):
            names[str(one.application_id)] = one.name
        for person in list_users(opened.sts, tenant):
            names[str(person.object_id)] = person.user_principal_name
    return names


def _time(event: "Event") -> str:
    return datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _outcome(event: "Event") -> str:
    return f"{event.outcome} AADSTS{event.error}" if event.error else event.outcome


def _event(event: "Event") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(event)
