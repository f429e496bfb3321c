"""Federated domains: whose people prove who they are elsewhere, and where.

    xrm tenant domain federate contoso contoso.example --farm

A federated domain names a token service: the farm of the tenant, or another one. Its people have
no password here; what counts is an assertion of that service about them.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from xrm.sts.adfs import parties
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.given import certificate_of
from xrm.sts.adfs.rules import MICROSOFT_ONLINE
from xrm.sts.model import DomainFederation, Tenant
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import DOMAINS, FEDERATIONS

AUDIENCE = "urn:federation:MicrosoftOnline"
"""What Entra ID is called as a relying party."""

_MOST_CERTIFICATES = 4
_SOUND = re.compile(r"https://[\x21-\x7e]{1,2040}")


def federate(
    service: TokenService,
    tenant: Tenant,
    domain: str,
    *,
    issuer: str,
    certificates: Iterable[bytes],
    active: str,
    metadata: str,
    passive: str,
    sign_out: str = "",
    brand: str = "",
) -> DomainFederation:
    """Make a verified domain of a tenant a federated one; certificates in PEM or DER.

    Raises RegistrationError for a domain that is not the tenant's, for addresses that are not
    https, and for an issuer that another tenant names or that is a farm of this server.
    """
    found = tuple(filter(None, map(certificate_of, certificates)))
    if not 0 < len(found) <= _MOST_CERTIFICATES:
        raise RegistrationError("a federated domain names one to four signing certificates")
    record = DomainFederation(
        domain=domain.lower(),
        tenant_id=tenant.tenant_id,
        issuer=_issuer(issuer, service.base_url),
        certificates=found,
        active=_address(active),
        metadata=_address(metadata),
        passive=_address(passive),
        sign_out=_address(sign_out) if sign_out else "",
        brand=brand,
    )
    _put(service, tenant, record)
    return record


def federate_at(service: TokenService, farm: Farm, domain: str) -> DomainFederation:
    """Have the farm of a tenant sign the people of one of its domains in.

    The farm learns of Entra ID as a relying party. Its certificates are those of the service,
    current ones at any time: none is written down. Raises RegistrationError.
    """
    record = DomainFederation(
        domain=domain.lower(),
        tenant_id=farm.tenant.tenant_id,
        issuer=farm.identifier,
        certificates=(),
        active=f"{farm.trust}2005/usernamemixed",
        metadata=f"{farm.trust}mex",
        passive=farm.passive,
        sign_out=farm.passive,
        brand=farm.tenant.name,
    )
    if parties.find(service, farm, AUDIENCE) is None:
        parties.add(
            service,
            farm,
            name="Microsoft Office 365 Identity Platform",
            identifiers=(AUDIENCE,),
            endpoints=(f"{service.base_url}/login.srf",),
            rules=MICROSOFT_ONLINE,
        )
    _put(service, farm.tenant, record)
    return record


def manage(service: TokenService, tenant: Tenant, domain: str) -> None:
    """Make a federated domain a managed one again. Raises RegistrationError if it is none."""
    with change(service) as tx:
        known = service.store.get(tx, FEDERATIONS, domain.lower())
        if known is None or known.tenant_id != tenant.tenant_id:
            raise RegistrationError(f"{domain!r} is no federated domain of it", kind="absent")
        service.store.delete(tx, FEDERATIONS, known.domain)
    audit(service, tenant.tenant_id, "tenant.federation.remove", known.domain)


def federated_domains(service: TokenService, tenant: Tenant) -> list[DomainFederation]:
    """Return the federated domains of a tenant, by name."""
    with service.database.read() as tx:
        return service.directory.view(tx).federations(tenant)


def _put(service: TokenService, tenant: Tenant, record: DomainFederation) -> None:
    with change(service) as tx:
        owner = service.store.get(tx, DOMAINS, record.domain)
        if owner is None or owner.tenant_id != tenant.tenant_id:
            raise RegistrationError(
                f"{record.domain!r} is no verified domain of the tenant", kind="absent"
            )
        for other in service.store.find(tx, FEDERATIONS):
            if other.issuer == record.issuer and other.tenant_id != tenant.tenant_id:
                raise RegistrationError(
                    f"the issuer {record.issuer} is another tenant's", kind="taken"
                )
        service.store.put(tx, FEDERATIONS, record)
    audit(service, tenant.tenant_id, "tenant.federation.set", record.domain)


def _issuer(text: str, own: str) -> str:
    if not text.isprintable() or " " in text or not 0 < len(text) <= 1024 or ":" not in text:
        raise RegistrationError("an issuer is a URI of printable characters")
    # Who took the name of a tenant's farm would keep that tenant from being federated with it.
    if text.partition("://")[2].partition("/")[0].lower() == own.partition("://")[2].lower():
        raise RegistrationError(f"{text!r} is this server's own: only a tenant's own farm is it")
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or not _SOUND.fullmatch(text):
        raise RegistrationError(f"{text[:100]!r} is not an https address")
    return text
