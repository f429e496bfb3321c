"""xrm tenant domain federate|manage: which domains sign in at a token service of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, estate, tenant_of

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts import model

TenantName = Annotated[
    str, typer.Argument(metavar="TENANT", help="The tenant's id or one of its domains.")
]
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain the tenant has verified.")]
AtFarm = Annotated[
    bool, typer.Option("--farm", help="At the tenant's own AD FS, which this server has.")
]
Issuer = Annotated[
    str | None, typer.Option(metavar="URI", help="What the other token service is called.")
]
Certificates = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="What it signs with, PEM or DER; up to four."),
]
Active = Annotated[
    str | None, typer.Option(metavar="URL", help="Where it takes names and passwords.")
]
Metadata = Annotated[
    str | None, typer.Option(metavar="URL", help="Where it describes itself (mex).")
]
Passive = Annotated[
    str | None, typer.Option(metavar="URL", help="Where browsers sign in (WS-Federation).")
]
SignOut = Annotated[
    str, typer.Option(metavar="URL", help="Where browsers sign out; may be left out.")
]
Brand = Annotated[str, typer.Option(metavar="TEXT", help="What it is called on pages.")]

_ADDRESSES = ("active", "metadata", "passive")


def add(domains: typer.Typer) -> None:
    """Add the verbs to the group of domains."""
    domains.command()(federate)
    domains.command()(manage)


def federate(
    tenant: TenantName,
    domain: Domain,
    *,
    farm: AtFarm = False,
    issuer: Issuer = None,
    certificate: Certificates = None,
    active: Active = None,
    metadata: Metadata = None,
    passive: Passive = None,
    sign_out: SignOut = "",
    brand: Brand = "",
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Have a domain's people sign in elsewhere: at the tenant's AD FS, or at another one."""
    from xrm.sts.registration import federation

    named = {"issuer": issuer, "active": active, "metadata": metadata, "passive": passive}
    _check(farm, {**named, "certificate": certificate})
    with estate(data, database) as opened:
        found = tenant_of(opened, tenant)
        if farm:
            federation.federate_at(opened.sts, opened.organizations.farm(found), domain)
        else:
            said = {name: value or "" for name, value in named.items()}
            files = [path.read_bytes() for path in certificate or ()]
            further = {"sign_out": sign_out, "brand": brand}
            federation.federate(opened.sts, found, domain, certificates=files, **said, **further)
        (facts,) = [one for one in listing(opened, found) if one["domain"] == domain.lower()]
    _show(facts, as_json=as_json)


def _check(farm: bool, named: dict[str, Any]) -> None:
    missing = [f"--{name}" for name, value in named.items() if not value]
    if farm and len(missing) < len(named):
        raise typer.BadParameter("--farm knows all the others itself")
    if not farm and missing:
        raise typer.BadParameter(f"--farm, or else {', '.join(missing)} as well")


def _show(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json(facts)
        return
    shown = {name.capitalize(): facts[name] for name in ("domain", "issuer", *_ADDRESSES)}
    shown["Certificates"] = facts["certificates"] or "those of this server"
    output.facts(shown)


def manage(
    tenant: TenantName,
    domain: Domain,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Have a federated domain's people sign in here again, with their passwords."""
    from xrm.sts.registration import federation

    with estate(data, database) as opened:
        federation.manage(opened.sts, tenant_of(opened, tenant), domain)
    if as_json:
        output.json({"domain": domain.lower(), "federated": False})
    else:
        output.note(f"{domain.lower()} is managed.")


def listing(opened: "Estate", tenant: "model.Tenant") -> list[dict[str, Any]]:
    """Return the federated domains of a tenant."""
    from xrm.sts.registration import federation

    return [
        {
            "domain": each.domain,
            "issuer": each.issuer,
            "active": each.active,
            "metadata": each.metadata,
            "passive": each.passive,
            "certificates": len(each.certificates),
        }
        for each in federation.federated_domains(opened.sts, tenant)
    ]


def shown(federated: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the line on federated domains of what is shown of a tenant, none without one."""
    if not federated:
        return {}
    return {"Federated": tuple(f"{each['domain']} with {each['issuer']}" for each in federated)}
