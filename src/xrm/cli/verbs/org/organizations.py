"""xrm org: the organizations of this server, each with its own database, address and tenant."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, Sure, Tenant, confirm, estate, tenant_of
from xrm.cli.times import moment

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.server.organizations import Entry

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


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True, help="Organizations: create, list, show, disable, enable, delete."
    )
    group.command()(create)
    group.command("list")(show_all)
    group.command()(show)
    group.command()(disable)
    group.command()(enable)
    group.command()(delete)
    app.add_typer(group, name="org", rich_help_panel=PANEL)


def create(
    *,
    name: NewName,
    title: Title = None,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an organization of a tenant: empty, with the standard roles, at its own address.

    The tenant's licensed people are its users; its administrators are System Administrators.
    """
    with estate(data, database) as opened:
        made = opened.organizations.create(name, title or name, tenant_of(opened, tenant))
        facts = _facts(opened, made)
    _show(facts, as_json=as_json)
    if not as_json:
        output.note(f"Next: xrm app-user create APP --organization {made.unique_name}")


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the organizations with their addresses."""
    with estate(data, database) as opened:
        found = [_facts(opened, each) for each in opened.organizations.entries()]
    if as_json:
        output.json(found)
        return
    rows = [(each["name"], each["url"], each["tenant"], each["state"]) for each in found]
    output.listing(("NAME", "URL", "TENANT", "STATE"), rows)


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
        "url": entry.url(opened.urls.org),
        "tenant": tenant.domain,
        "tenant_id": entry.tenant_id,
        "state": "enabled" if enabled else "disabled",
        "created": entry.created_at,
        "demonstration": not entry.path,
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
            "State": facts["state"],
            "Created": moment(facts["created"]),
        }
    )
