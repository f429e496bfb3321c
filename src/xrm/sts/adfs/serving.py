"""The token service as the clients and the people of one farm meet it.

A farm is no second engine. It is the same service with another directory, another sealing key
and a flavour of its own: what one of them hands out does not even open at the other. Database,
signing keys, passwords, failed sign-ins and the audit are shared.
"""

from copy import copy
from dataclasses import replace

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.oauth.directory import FarmDirectory
from xrm.sts.model import ADFS
from xrm.sts.service import TokenService

LIFETIME = 3600
"""Seconds an access token lives unless its relying party says otherwise."""


def at(service: TokenService, farm: Farm) -> TokenService:
    """Return a token service at a farm of it. What it remembers is worth keeping it for."""
    own = copy(service)
    sealer = service.parts.sealer.apart(f"farm {farm.tenant.tenant_id}")
    # AD FS has no clock's margin in its tokens, and tells of no unknown name.
    own.profile = replace(service.profile, tokens_early=0, tells_unknown_people=False)
    own.parts = replace(
        service.parts,
        sealer=sealer,
        profile=own.profile,
        proof=service.parts.proof.silent(),
        mark=sealer.mark("service")[:8],
        farm=farm,
    )
    own.token_lifetime = service.token_lifetime or LIFETIME
    own.directory = FarmDirectory(service.store, service.keys, farm)
    own.farm = farm
    own.flavours = {"adfs": replace(ADFS, issuer=farm.url)}
    return own
