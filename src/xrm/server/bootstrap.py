"""The demonstration: Contoso, a tenant and an organization filled on first use.

Each step looks first at what is there, so that a step done by another host on the same
database is not done twice. The secrets are kept sealed, so that every start can show them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from xrm.model.secret import Secret
from xrm.org.administration import application_users, assign_role, create_application_user
from xrm.org.loading import load
from xrm.org.organization import Organization
from xrm.server.folder import Folder, seal, unseal, write_private
from xrm.sts import TokenService
from xrm.sts.model import Application, Tenant
from xrm.sts.registration import (
    add_secret,
    create_application,
    create_tenant,
    find_application,
    find_tenant,
    list_secrets,
)

NAME, DOMAIN = "Contoso", "contoso.localhost"
SERVICE, NO_USER = "Contoso Lead Service", "Contoso Service Without User"
UNIT, ROLE = "Contoso Europe", "Salesperson"
DATA = Path(__file__).parent / "demonstration" / "contoso"

_SECRETS = "secrets.sealed"
_SECRET_DAYS = 730
_RENEWAL_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Two registered services: one with an application user, one without."""

    client_id: UUID
    client_secret: Secret
    no_user_client_id: UUID
    no_user_client_secret: Secret


def tenant(service: TokenService) -> Tenant:
    """Return the demonstration tenant, created at first use."""
    return find_tenant(service, DOMAIN) or create_tenant(service, name=NAME, domain=DOMAIN)


def demonstrate(
    service: TokenService, home: Tenant, organization: Organization, *, vault: "Vault"
) -> Demonstration:
    """Return the demonstration services, registered and given their records at first use."""
    with_user = _application(service, home, SERVICE)
    without = _application(service, home, NO_USER)
    if not any(
        user.application_id == with_user.application_id for user in application_users(organization)
    ):
        _fill(organization, with_user)
    return Demonstration(
        client_id=with_user.application_id,
        client_secret=_secret(service, with_user, vault),
        no_user_client_id=without.application_id,
        no_user_client_secret=_secret(service, without, vault),
    )


def _application(service: TokenService, home: Tenant, name: str) -> Application:
    found = find_application(service, home, name)
    return found or create_application(service, home, name=name)


def _fill(organization: Organization, application: Application) -> None:
    load(organization, DATA)
    user = create_application_user(organization, application.application_id, business_unit=UNIT)
    assign_role(organization, user, ROLE)
    load(organization, DATA, service=user)


def _secret(service: TokenService, application: Application, vault: "Vault") -> Secret:
    """Return the application's secret from the vault, or a new one where that is of no use."""
    known = vault.get(application.application_id)
    soon = service.clock() + _RENEWAL_SECONDS
    lasting = {str(one.key_id) for one in list_secrets(service, application) if one.end > soon}
    if known is not None and known["key_id"] in lasting:
        return Secret(known["secret"])
    fresh = add_secret(service, application, description="demonstration", days=_SECRET_DAYS)
    vault.put(
        application.application_id,
        {"key_id": str(fresh.credential.key_id), "secret": fresh.secret.reveal()},
    )
    return fresh.secret


class Vault:
    """The demonstration secrets of a data directory, sealed."""

    def __init__(self, folder: Folder, sealing_key: bytes) -> None:
        self._path = folder.path / _SECRETS
        self._key = sealing_key

    def _all(self) -> dict[str, Any]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        return dict(orjson.loads(unseal(self._key, _SECRETS, sealed)))

    def get(self, application_id: UUID) -> dict[str, str] | None:
        """Return what is kept for an application, None if nothing is."""
        return self._all().get(str(application_id))

    def put(self, application_id: UUID, value: dict[str, str]) -> None:
        """Keep something for an application."""
        content = orjson.dumps({**self._all(), str(application_id): value})
        write_private(self._path, seal(self._key, _SECRETS, content))
