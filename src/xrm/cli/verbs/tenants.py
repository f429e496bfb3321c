"""xrm init, xrm tenant: the directories of this service and the domains they have verified."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, estate, tenant_of
from xrm.cli.verbs import federation
from xrm.cli.verbs.app import taken_in

if TYPE_CHECKING:
    from pathlib import Path

    from xrm.server.estate import Estate
    from xrm.sts import model

PANEL = "Register"

TenantName = Annotated[
    str, typer.Argument(metavar="TENANT", help="The tenant's id or one of its domains.")
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command(rich_help_panel=PANEL)(init)
    group = typer.Typer(no_args_is_help=True, help="Tenants: create, list, show, domain.")
    group.command()(create)
    group.command("list")(show_all)
    group.command()(show)
    domains = typer.Typer(no_args_is_help=True, help="The domains a tenant has verified.")
    domains.command("add")(add_domain)
    federation.add(domains)
    group.add_typer(domains, name="domain")
    app.add_typer(group, name="tenant", rich_help_panel=PANEL)


def init(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """Make the data directory: tenant, organization, demonstration records, local CA.

    "xrm serve" does this itself at its first start. What exists already is kept.
    """
    with estate(data, database, may_be_new=True) as opened:
        found = {
            "tenant_id": opened.tenant.tenant_id,
            "tenant_domain": opened.tenant.domain,
            "organization_url": opened.organization.url,
            "data_dir": opened.folder.path,
            "ca_bundle": _certificates(opened),
        }
    if as_json:
        output.json(found)
        return
    output.facts(
        {
            "Tenant": f"{found['tenant_domain']}  {found['tenant_id']}",
            "Organization": found["organization_url"],
            "Data": found["data_dir"],
            "Trust this CA": found["ca_bundle"],
        }
    )
    output.note("Next: xrm serve")


def _certificates(opened: "Estate") -> "Path":
    """Return the path of the local CA's certificate; the CA is made if there is none."""
    from xrm.server import addresses, tls

    bundle = tls.ca_bundle(opened.folder)
    if not bundle.is_file():
        with opened.folder.locked():
            tls.ensure(opened.folder, addresses.certificate_names(opened.settings, opened.urls))
    return bundle


def create(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people will call the tenant.")],
    domain: Annotated[
        str,
        typer.Option("--domain", metavar="DOMAIN", help="Its domain, such as fabrikam.example."),
    ],
    tenant_id: Annotated[
        UUID | None, typer.Option("--id", metavar="GUID", help="Its id (a new one if unset).")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create a tenant: a directory of its own, with Microsoft's own applications present."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        made = registration.create_tenant(opened.sts, name=name, domain=domain, tenant_id=tenant_id)
        facts = _tenant(opened, made)
    _show(facts, as_json=as_json)
    if not as_json:
        output.note(f"Next: xrm app create NAME --tenant {made.domain}")


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the tenants with their domains."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        found = [_tenant(opened, each) for each in registration.list_tenants(opened.sts)]
    if as_json:
        output.json(found)
        return
    rows = [(each["name"], each["tenant_id"], "\n".join(each["domains"])) for each in found]
    output.listing(("NAME", "TENANT ID", "DOMAINS"), rows)


def show(
    tenant: TenantName, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """Show a tenant: its domains, where its clients sign in, the applications it took in."""
    with estate(data, database) as opened:
        facts = _tenant(opened, tenant_of(opened, tenant))
    _show(facts, as_json=as_json)


def add_domain(
    tenant: TenantName,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="A DNS name nobody has yet.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Give a tenant another domain, by which clients may name it; it counts as verified."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        changed = registration.add_domain(opened.sts, tenant_of(opened, tenant), domain)
        facts = _tenant(opened, changed)
    _show(facts, as_json=as_json)


def _tenant(opened: "Estate", found: "model.Tenant") -> dict[str, Any]:
    from xrm.sts.registration import list_applications

    return {
        "name": found.name,
        "tenant_id": found.tenant_id,
        "domains": list(found.domains),
        "federated": federation.listing(opened, found),
        "region": found.region,
        "authority": f"{opened.urls.sts}/{found.tenant_id}",
        "applications": len(list_applications(opened.sts, found)),
        "taken_in": taken_in.of(opened, found),
        "demonstration": found.tenant_id == opened.tenant.tenant_id,
    }


def _show(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json(facts)
        return
    output.facts(
        {
            "Name": facts["name"],
            "Tenant id": facts["tenant_id"],
            "Domains": tuple(facts["domains"]),
            **federation.shown(facts["federated"]),
            "Region": facts["region"],
            "Authority": facts["authority"],
            "Applications": facts["applications"],
        }
    )
    taken_in.show(facts["taken_in"])
