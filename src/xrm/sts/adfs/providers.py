"""Claims-provider trusts: other token services whose people a farm lets in."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.given import address, certificate_of, identifier
from xrm.sts.model import ClaimsProvider, is_domain
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.service import TokenService
from xrm.sts.store import CLAIMS_PROVIDERS

_MOST_CERTIFICATES = 8
_MOST_SUFFIXES = 100


def add(
    service: TokenService,
    farm: Farm,
    *,
    name: str,
    identifier: str,
    certificates: Iterable[bytes],
    passive: str = "",
    metadata: str = "",
    suffixes: Iterable[str] = (),
) -> ClaimsProvider:
    """Register a trust; the members are those of ClaimsProvider, certificates in PEM or DER.

    Raises RegistrationError for what cannot be, and for an issuer or name that is trusted already.
    """
    provider = _checked(
        ClaimsProvider(
            provider_id=service.ids(),
            tenant_id=farm.tenant.tenant_id,
            name=name,
            identifier=identifier,
            certificates=tuple(certificates),
            passive=passive,
            metadata=metadata,
            created=int(service.clock()),
            suffixes=tuple(suffixes),
        )
    )
    with change(service) as tx:
        _check_alone(service, tx, farm, provider)
        service.store.put(tx, CLAIMS_PROVIDERS, provider, new=True)
    audit(service, provider.tenant_id, "adfs.provider.add", provider.identifier)
    return provider


def update(service: TokenService, farm: Farm, provider_id: UUID, **changes: Any) -> ClaimsProvider:
    """Change members of a trust. Raises RegistrationError as `add` does, and for no such trust."""
    with change(service) as tx:
        standing = _standing(service, tx, farm, provider_id)
        provider = _checked(replace(standing, **changes))
        if (provider.provider_id, provider.tenant_id) != (provider_id, standing.tenant_id):
            raise RegistrationError("a trust keeps its id and its farm", kind="forbidden")
        _check_alone(service, tx, farm, provider)
        service.store.put(tx, CLAIMS_PROVIDERS, provider)
    audit(service, provider.tenant_id, "adfs.provider.update", provider.identifier)
    return provider


def remove(service: TokenService, farm: Farm, provider_id: UUID) -> ClaimsProvider:
    """Remove a trust and return it. Raises RegistrationError for no such trust."""
    with change(service) as tx:
        provider = _standing(service, tx, farm, provider_id)
        service.store.delete(tx, CLAIMS_PROVIDERS, str(provider_id))
    audit(service, provider.tenant_id, "adfs.provider.remove", provider.identifier)
    return provider


def listing(service: TokenService, farm: Farm) -> list[ClaimsProvider]:
    """Return the trusts of a farm, disabled ones too, by name."""
    with service.database.read() as tx:
        kept = _kept(service, tx, farm)
    return sorted(kept, key=lambda provider: (provider.name.lower(), provider.provider_id))


def _kept(service: TokenService, tx: Transaction, farm: Farm) -> list[ClaimsProvider]:
    return service.store.find(tx, CLAIMS_PROVIDERS, tenant=str(farm.tenant.tenant_id))


def _standing(
    service: TokenService, tx: Transaction, farm: Farm, provider_id: UUID
) -> ClaimsProvider:
    provider = service.store.get(tx, CLAIMS_PROVIDERS, str(provider_id))
    if provider is None or provider.tenant_id != farm.tenant.tenant_id:
        raise RegistrationError(f"the farm has no claims provider {provider_id}", kind="absent")
    return provider


def _check_alone(
    service: TokenService, tx: Transaction, farm: Farm, provider: ClaimsProvider
) -> None:
    """Refuse a name or an issuer that the farm trusts already, and the farm's own issuer."""
    if provider.identifier == farm.identifier:
        raise RegistrationError("a farm trusts itself already", kind="taken", member="identifier")
    for one in _kept(service, tx, farm):
        if one.provider_id == provider.provider_id:
            continue
        if one.identifier == provider.identifier or one.name.lower() == provider.name.lower():
            text = f"the claims provider {one.name!r} ({one.identifier}) is already registered"
            raise RegistrationError(text, kind="taken", member="identifier")
        shared = sorted({*one.suffixes} & {*provider.suffixes})
        if shared:
            text = f"the people of {shared[0]} belong to the claims provider {one.name!r} already"
            raise RegistrationError(text, kind="taken", member="suffixes")


def _checked(provider: ClaimsProvider) -> ClaimsProvider:
    certificates = tuple(dict.fromkeys(map(certificate_of, provider.certificates)))
    if not 1 <= len(certificates) <= _MOST_CERTIFICATES or b"" in certificates:
        raise RegistrationError(
            "a claims provider has 1 to 8 certificates its assertions are signed with",
            member="certificates",
        )
    suffixes = tuple(dict.fromkeys(one.strip().lower() for one in provider.suffixes))
    if len(suffixes) > _MOST_SUFFIXES or not all(map(is_domain, suffixes)):
        raise RegistrationError(
            f"a claims provider has at most {_MOST_SUFFIXES} suffixes, each the name of a domain",
            member="suffixes",
        )
    return replace(
        provider,
        suffixes=suffixes,
        name=named(provider.name, member="name"),
        identifier=identifier(provider.identifier),
        certificates=certificates,
        passive=address(provider.passive) if provider.passive else "",
        metadata=address(provider.metadata) if provider.metadata else "",
    )
