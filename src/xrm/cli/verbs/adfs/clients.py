"""xrm adfs client: what asks a farm for OAuth tokens."""

from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import uuid4

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.times import moment
from xrm.cli.verbs.adfs import farms, held
from xrm.cli.verbs.adfs.farms import At, placing

if TYPE_CHECKING:
    from xrm.model.secret import Secret
    from xrm.server.estate import Estate
    from xrm.sts.model import FarmClient

KINDS = {
    "native": "a program: it keeps no secret",
    "spa": "a single-page application: its origin may read answers",
    "confidential": "a web site or an API: it keeps a secret",
}
"""Kind of client -> what it is."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people will call it.")]
Id = Annotated[
    str | None,
    typer.Option("--id", metavar="ID", help="Its client id, any text (a new GUID if unset)."),
]
Kind = Annotated[
    Literal["native", "spa", "confidential"],
    typer.Option("--kind", help="Whether it keeps a secret, and if not where it runs."),
]
Redirects = Annotated[
    list[str] | None,
    typer.Option(
        "--redirect-uri",
        metavar="URL",
        help="Where it takes answers, letter by letter, the port included. Repeatable.",
    ),
]
Parties = Annotated[
    list[str] | None,
    typer.Option(
        "--party",
        metavar="URI",
        help="A relying party it may ask tokens for, by identifier (all if unset). Repeatable.",
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help="A scope it is permitted. Repeatable."),
]
LogoutUrl = Annotated[
    str, typer.Option("--logout-url", metavar="URL", help="What tells it of a sign-out.")
]
WithSecret = Annotated[bool, typer.Option("--secret", help="Make a secret with it, shown once.")]
NewLogoutUrl = Annotated[
    str | None, typer.Option("--logout-url", metavar="URL", help="What tells it of a sign-out.")
]
ResetSecret = Annotated[
    bool, typer.Option("--reset-secret", help="Make a secret in place of all it has, shown once.")
]
Which = held.Which


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    verbs = typer.Typer(
        no_args_is_help=True,
        help="Clients: programs, single-page applications, and those that keep a secret.",
    )
    verbs.command("add")(add_client)
    verbs.command("list")(show_all)
    for verb in (show, update, remove):
        verbs.command()(verb)
    held.add(verbs)
    group.add_typer(verbs, name="client")


@placing
def add_client(
    at: At,
    *,
    name: Name,
    client_id: Id = None,
    kind: Kind = "native",
    redirect_uri: Redirects = None,
    party: Parties = None,
    scope: Scopes = None,
    logout_url: LogoutUrl = "",
    secret: WithSecret = False,
) -> None:
    """Register a client. Nobody consents at AD FS: what it may ask for is settled here."""
    if secret and kind != "confidential":
        raise typer.BadParameter("--secret goes with --kind confidential only.")
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        made = clients.add(
            opened.sts,
            farm,
            client_id=client_id or str(uuid4()),
            name=name,
            kind=kind,
            redirect_uris=redirect_uri or (),
            parties=party or (),
            scopes=scope or clients.PERMITTED,
            logout_url=logout_url,
        )
        fresh = held.fresh(opened, farm, made, days=held.DAYS) if secret else {}
        found = facts(opened, made)
    _answer(at, found, fresh.get("secret"))


@placing
def show_all(at: At) -> None:
    """List the clients of a farm."""
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        found = [facts(opened, one) for one in clients.listing(opened.sts, farm)]
    if at.as_json:
        output.json(found)
        return
    rows = [
        (one["name"], one["client_id"], one["kind"], _may(one), farms.standing(one))
        for one in found
    ]
    columns = ("NAME", "CLIENT ID", "KIND", "MAY ASK FOR", "STATE")
    output.listing(columns, rows, empty="No clients.")


@placing
def show(at: At, *, which: Which) -> None:
    """Show a client: its addresses, what it may ask for, its secrets and certificates."""
    with at.farm() as (opened, farm):
        found = facts(opened, farms.client(opened, farm, which))
    if at.as_json:
        output.json(found)
    else:
        _show(found)


@placing
def update(
    at: At,
    *,
    which: Which,
    name: farms.NewName = None,
    redirect_uri: Redirects = None,
    party: Parties = None,
    scope: Scopes = None,
    logout_url: NewLogoutUrl = None,
    reset_secret: ResetSecret = False,
    enabled: farms.Enabled = None,
) -> None:
    """Change a client. What is not named stays as it is; a list named takes its place.

    A list is emptied by '' alone. Its id and its kind stay.
    """
    lists = {"redirect_uris": redirect_uri, "parties": party, "scopes": scope}
    named = {"name": name, "logout_url": logout_url, "enabled": enabled}
    changes: dict[str, Any] = {
        member: tuple(one for one in value if one) for member, value in lists.items() if value
    }
    changes |= {member: value for member, value in named.items() if value is not None}
    if not changes and not reset_secret:
        raise typer.BadParameter("Say what to change: --redirect-uri, --name or another flag.")
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        standing = farms.client(opened, farm, which)
        changed, made = clients.update(
            opened.sts, farm, standing.client_id, reset_secret=reset_secret, **changes
        )
        found = facts(opened, changed)
    _answer(at, found, made.secret if made is not None else None)


@placing
def remove(at: At, *, which: Which, sure: Sure = False) -> None:
    """Remove a client with its secrets and certificates."""
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        found = farms.client(opened, farm, which)
        if not sure:
            confirm(f"the client {found.name} ({found.client_id})")
        clients.remove(opened.sts, farm, found.client_id)
    if at.as_json:
        output.json({"client_id": found.client_id, "name": found.name, "removed": True})
    else:
        output.say(f"The client {found.name} ({found.client_id}) is removed.")


def facts(opened: "Estate", found: "FarmClient") -> dict[str, Any]:
    """Return everything about a client but its secrets."""
    return {
        "client_id": found.client_id,
        "name": found.name,
        "kind": found.kind,
        "redirect_uris": list(found.redirect_uris),
        "parties": list(found.parties),
        "scopes": list(found.scopes),
        "logout_url": found.logout_url,
        "secrets": held.secrets(opened, found),
        "certificates": held.certificates(opened, found),
        "enabled": found.enabled,
        "created": found.created,
    }


def _answer(at: At, found: dict[str, Any], secret: "Secret | None") -> None:
    """Print a client, with the secret that was made of it, for this one time."""
    if at.as_json:
        output.json(found | ({"secret": secret} if secret else {}))
        return
    _show(found)
    if secret:
        output.facts({"Secret": secret.reveal()})
        output.note("The secret is not shown again.")


def _show(found: dict[str, Any]) -> None:
    output.facts(
        {
            "Name": found["name"],
            "Client id": found["client_id"],
            "Kind": f"{found['kind']}: {KINDS[found['kind']]}",
            "Redirect URIs": tuple(found["redirect_uris"]),
            "May ask for": _may(found),
            "Scopes": " ".join(found["scopes"]),
            "Logout URL": found["logout_url"],
            "State": farms.standing(found),
            "Created": moment(found["created"]),
        }
    )
    held.show(found)


def _may(found: dict[str, Any]) -> str:
    return "\n".join(found["parties"]) or "every relying party"
