"""xrm adfs show: where a farm is, what it is called, what it signs with."""

from typing import Any

import typer

from xrm.cli import output
from xrm.cli.verbs.adfs import farms
from xrm.cli.verbs.adfs.farms import At, placing


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""
    group.command()(show)


@placing
def show(at: At) -> None:
    """Show the farm of a tenant: addresses, issuers, certificates, how much is registered."""
    from xrm.sts.adfs import parties, providers
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        sts = opened.sts
        keys = [key.certificate_der for key in sts.keys.published()]
        found: dict[str, Any] = {
            "tenant_id": farm.tenant.tenant_id,
            "domain": farm.domain,
            "authority": farm.url,
            "issuer": farm.identifier,
            "discovery": f"{farm.url}/.well-known/openid-configuration",
            "token_endpoint": f"{farm.url}/oauth2/token",
            "trust": f"{farm.trust}13/usernamemixed",
            "mex": f"{farm.trust}mex",
            "passive": farm.passive,
            "metadata": farm.metadata,
            "signing": [farms.certificate(der) for der in keys if der],
            "decrypting": farms.certificate(sts.parts.farm_keys.certificate(farm)),
            "parties": len(parties.listing(sts, farm)),
            "clients": len(clients.listing(sts, farm)),
            "providers": len(providers.listing(sts, farm)),
        }
    if at.as_json:
        output.json(found)
    else:
        _print(found, farm.tenant.domain)


def _print(found: dict[str, Any], domain: str) -> None:
    output.facts(
        {
            "Tenant": f"{domain}  {found['tenant_id']}",
            "Names": f"{found['domain']}\\account or account@{domain}",
            "Authority": found["authority"],
            "Issuer": found["issuer"],
            "Discovery": found["discovery"],
            "Token endpoint": found["token_endpoint"],
            "WS-Trust": found["trust"],
            "MEX": found["mex"],
            "WS-Federation": found["passive"],
            "Metadata": found["metadata"],
            "Signs with": tuple(farms.shown(one) for one in found["signing"]),
            "Decrypts with": farms.shown(found["decrypting"]),
            "Registered": f"{found['parties']} relying parties, {found['clients']} clients, "
            f"{found['providers']} claims providers",
        }
    )
