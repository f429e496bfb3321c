"""xrm org: the organizations of this server, each with its own database, address and tenant."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, Sure, Tenant, confirm, estate, tenant_of
from xrm.cli.output import Failure
from xrm.cli.times import moment

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.server.organizations import Entry, Kind

PANEL = "Register"

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The organization's unique name or its id.")
]
NewName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Its unique name: letters and digits; part of its URL."),
]
Title = Annotated[
    str | None,
    typer.Option("--title", metavar="TEXT", help="What people call it (its name if unset)."),
]
Deployment = Annotated[
    str | None,
    typer.Option(
        "--deployment",
        metavar="WORD",
        help="How it is deployed: online (if unset), ifd or on-premises.",
    ),
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Organizations: create, list, show, update, disable, enable, renew-key, delete.",
    )
    group.command()(create)
    group.command()(update)
    group.command("list")(show_all)
    group.command()(show)
    group.command()(disable)
    group.command()(enable)
    group.command()(renew_key)
    group.command()(delete)
    app.add_typer(group, name="org", rich_help_panel=PANEL)


def create(
    *,
    name: NewName,
    title: Title = None,
    tenant: Tenant = None,
    deployment: Deployment = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an organization of a tenant: empty, with the standard roles, at its own address.

    The tenant's licensed people are its users; its administrators are System Administrators.
    """
    kind = _kind(deployment)
    with estate(data, database) as opened:
        made = opened.organizations.create(
            name, title or name, tenant_of(opened, tenant), deployment=kind
        )
        facts = _facts(opened, made)
    _show(facts, as_json=as_json)
    if kind == "online" and not as_json:
        output.note(f"Next: xrm app-user create APP --organization {made.unique_name}")


def update(
    name: Name,
    deployment: Deployment = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Deploy an organization in another way, at another address. No server may run meanwhile.

    Its records, users and roles stay; who signed in to it signs in anew, in the new way.
    """
    if deployment is None:
        raise typer.BadParameter("--deployment must be given: it is what can be changed.")
    kind = _kind(deployment)
    with estate(data, database) as opened:
        from xrm.server import published

        entry = opened.organizations.find(name)
        if published.running(opened.folder):
            raise Failure(
                f"A server runs on {opened.folder.path}.",
                next_step="Stop it; xrm serve brings the organization up as it is then.",
            )
        facts = _facts(opened, opened.organizations.deploy(entry, kind))
    _show(facts, as_json=as_json)


def _kind(text: str | None) -> "Kind":
    """Return a deployment by its name, online without one; anything else is wrong usage."""
    from xrm.server.organizations import DEPLOYMENTS

    wanted = "online" if text is None else text
    found = next((kind for kind in DEPLOYMENTS if kind == wanted), None)
    if found is None:
        raise typer.BadParameter(f"--deployment is one of {', '.join(DEPLOYMENTS)}.")
    return found


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the organizations with their addresses."""
    with estate(data, database) as opened:
        found = [_facts(opened, each) for each in opened.organizations.entries()]
    if as_json:
        output.json(found)
        return
    names = ("name", "url", "tenant", "deployment", "state")
    rows = [tuple(each[name] for name in names) for each in found]
    output.listing(tuple(name.upper() for name in names), rows)


def show(
    name: Name, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Show an organization: its names, address, tenant and state."""
    with estate(data, database) as opened:
        facts = _facts(opened, opened.organizations.find(name))
    _show(facts, as_json=as_json)


def disable(
    name: Name, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Refuse every request to an organization, from the next one on. It keeps what it holds."""
    with estate(data, database) as opened:
        _set(opened, name, enabled=False, as_json=as_json)


def enable(
    name: Name, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Let a disabled organization take requests again."""
    with estate(data, database) as opened:
        _set(opened, name, enabled=True, as_json=as_json)


def _set(opened: "Estate", name: str, *, enabled: bool, as_json: bool) -> None:
    entry = opened.organizations.find(name)
    opened.organizations.set_enabled(entry, enabled=enabled)
    _show(_facts(opened, entry), as_json=as_json)


def renew_key(
    name: Name, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Have tokens for a claims-based organization encrypted to another key from now on.

    Those encrypted to the key before it are read until the next time.
    """
    with estate(data, database) as opened:
        entry = opened.organizations.find(name)
        opened.organizations.renew_key(entry)
        facts = _facts(opened, entry)
    _show(facts, as_json=as_json)


def delete(
    name: Name,
    sure: Sure = False,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Delete a disabled organization with all its records. It cannot be undone."""
    with estate(data, database) as opened:
        entry = opened.organizations.find(name)
        facts = _facts(opened, entry)
        if not sure:
            confirm(f"the organization {entry.unique_name} with all its records")
        opened.organizations.delete(entry)
    if as_json:
        output.json({"deleted": facts})
        return
    output.note(f"Deleted {entry.unique_name}.")


def _facts(opened: "Estate", entry: "Entry") -> dict[str, Any]:
    tenant = opened.organizations.tenant(entry)
    enabled = opened.organizations.is_enabled(entry)
    return {
        "name": entry.unique_name,
        "title": entry.friendly_name,
        "organization_id": entry.organization_id,
        "url": opened.organizations.url(entry),
        "tenant": tenant.domain,
        "tenant_id": entry.tenant_id,
        "deployment": entry.deployment,
        "state": "enabled" if enabled else "disabled",
        "created": entry.created_at,
        "demonstration": entry.first,
    }


def _show(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json(facts)
        return
    output.facts(
        {
            "Name": facts["name"],
            "Title": facts["title"],
            "Organization id": facts["organization_id"],
            "URL": facts["url"],
            "Tenant": f"{facts['tenant']}  {facts['tenant_id']}",
            "Deployment": facts["deployment"],
            "State": facts["state"],
            "Created": moment(facts["created"]),
        }
    )
