"""What an organization knows of a token service that lives in the same process."""

from collections.abc import Callable, Sequence
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm.db.glance import Stale
from xrm.model.values import Guid
from xrm.org.ports import DirectoryApplication, DirectoryPerson
from xrm.sts import TokenService
from xrm.sts.adfs import Farm
from xrm.sts.adfs.farm import MADE_UNIQUE
from xrm.sts.model import V1, Tenant, User
from xrm.sts.offerings import DIRECTORY_ROLES, PRODUCTS
from xrm.sts.online import issuer_of, private_keys
from xrm.sts.registration.people import find_user
from xrm.wire.jose import VerificationKey

_ADMINISTER = {"Global Administrator", "Dynamics 365 Administrator", "Power Platform Administrator"}
ADMINISTRATORS = frozenset(role.template_id for role in DIRECTORY_ROLES if role.name in _ADMINISTER)
"""The directory roles whose holders administer organizations."""


class TenantTrust:
    """Trust in the tokens one tenant's users and applications get (`xrm.org.ports.Trust`)."""

    form: Literal["entra"] = "entra"

    def __init__(self, service: TokenService, tenant: Tenant, *, strict: bool = False) -> None:
        self._service = service
        self._tenant = tenant
        self._strict = strict
        # Dynamics takes v1 tokens only, whichever endpoint they were asked at.
        self._issuers = frozenset({V1.issuer_of(service.base_url, tenant.tenant_id)})

    @property
    def authority(self) -> str:
        """The tenant's base URL at the token service."""
        return f"{self._service.base_url}/{self._tenant.tenant_id}"

    @property
    def tenant_id(self) -> UUID:
        """The tenant trusted."""
        return self._tenant.tenant_id

    @property
    def issuers(self) -> frozenset[str]:
        """The issuers of its tokens."""
        return self._issuers

    def key(self, kid: str) -> VerificationKey | None:
        """Return a published key, None if there is none of that id."""
        return _published(self._service, kid)

    def stands(self, application_id: Guid) -> bool:
        """Tell whether an application's tokens still count: always, unless the profile is strict.

        Then they count as long as the application may sign in to the tenant.
        """
        if not self._strict:
            return True
        directory = self._service.directory
        try:
            found = directory.glance().client(self._tenant, application_id)
        except Stale:
            with self._service.database.read() as tx:
                found = directory.view(tx).client(self._tenant, application_id)
        return found is not None and found.enabled


class FarmTrust:
    """Trust in what a farm of AD FS issues (`xrm.org.ports.Trust` and `ClaimsTrust`).

    `audiences` are the identifiers by which the farm knows the organization, `keys` those that
    open what is encrypted to it, the current first.
    """

    form: Literal["adfs"] = "adfs"
    online = False
    skew = 300.0
    """Seconds, as the SDK's platform has it (WCF)."""

    def __init__(
        self,
        service: TokenService,
        farm: Farm,
        *,
        audiences: Sequence[str],
        keys: Callable[[], Sequence[RSAPrivateKey]],
    ) -> None:
        self._service = service
        self._farm = farm
        self._keys = keys
        self.audiences = frozenset(audiences)

    @property
    def authority(self) -> str:
        """The farm's address."""
        return self._farm.url

    @property
    def tenant_id(self) -> UUID:
        """The tenant whose people the farm signs in."""
        return self._farm.tenant.tenant_id

    @property
    def issuers(self) -> frozenset[str]:
        """The issuer of its assertions and access tokens, not that of its id tokens."""
        return frozenset({self._farm.identifier})

    def key(self, kid: str) -> VerificationKey | None:
        """Return a published key, None if there is none of that id."""
        return _published(self._service, kid)

    def certificates(self) -> Sequence[bytes]:
        """Return the certificates of the published keys: current, next, then retired ones."""
        found = (key.certificate_der for key in self._service.keys.published())
        return tuple(der for der in found if der is not None)

    def private_keys(self) -> Sequence[RSAPrivateKey]:
        """Return the organization's keys, the current first."""
        return self._keys()

    def stands(self, _application_id: str) -> bool:
        """Tell that a client's tokens count until they end, as those of AD FS do."""
        return True


class OnlineTrust:
    """Trust in what the old online chain issues to a tenant (`xrm.org.ports.ClaimsTrust`).

    `audiences` are the region's name and the organization's address.
    """

    online = True
    skew = 300.0
    """Seconds, as the SDK's platform has it (WCF)."""

    def __init__(self, service: TokenService, tenant: Tenant, *, audiences: Sequence[str]) -> None:
        self._service = service
        self._tenant = tenant
        self.issuers = frozenset({issuer_of(service.base_url, tenant)})
        self.audiences = frozenset(audiences)

    def certificates(self) -> Sequence[bytes]:
        """Return the certificates of the published keys."""
        return self._service.keys.certificates()

    def private_keys(self) -> Sequence[RSAPrivateKey]:
        """Return the keys that open the tenant's tokens, the current first."""
        return private_keys(self._service, self._tenant)


def _published(service: TokenService, kid: str) -> VerificationKey | None:
    return next((key for key in service.keys.published() if key.kid == kid), None)


class TenantDirectory:
    """A tenant's applications and people (`xrm.org.ports.Directory`)."""

    def __init__(self, service: TokenService, tenant: Tenant) -> None:
        self._service = service
        self._tenant = tenant

    def application(self, application_id: UUID) -> DirectoryApplication | None:
        """Return an application present in the tenant, None if there is none of that id.

        Its home may be another tenant that lets others take it in.
        """
        directory = self._service.directory
        with self._service.database.read() as tx:
            found = directory.view(tx).client(self._tenant, str(application_id))
        if found is None:
            return None
        return DirectoryApplication(
            application_id=application_id,
            object_id=found.principal.object_id,
            name=found.principal.name,
            uri=next(iter(found.application.identifier_uris), f"api://{application_id}"),
            tenant_domain=self._tenant.domains[0],
        )

    def person(self, object_id: UUID) -> DirectoryPerson | None:
        """Return a person, None if the tenant has none of that id."""
        found = find_user(self._service, self._tenant, object_id)
        return person_of(found) if found else None

    def forms(self, user_name: str) -> Sequence[str]:
        """Return the other form of a person's name, where it is of the tenant's own domain.

        People of further domains have none: their accounts' names could be those of others, as
        could letters beyond ASCII, some of which have one of these in capitals.
        """
        domain, suffix = Farm("", self._tenant).domain, self._tenant.domain
        if not user_name.isascii():
            return ()
        netbios, backslash, account = user_name.partition("\\")
        if backslash:
            is_plain = netbios.upper() == domain and MADE_UNIQUE not in account
            return (f"{account}@{suffix}",) if is_plain else ()
        account, _, own = user_name.rpartition("@")
        is_plain = own.lower() == suffix.lower() and MADE_UNIQUE not in account
        return (f"{domain}\\{account}",) if account and is_plain else ()


def person_of(user: User) -> DirectoryPerson:
    """Return what an organization is told of an account.

    The name of a deleted one begins with its id, as in the directory: another account may bear
    the name by then, and have a user of its own.
    """
    prefix = user.object_id.hex if user.deleted else ""
    return DirectoryPerson(
        object_id=user.object_id,
        user_principal_name=prefix + user.user_principal_name,
        display_name=user.display_name,
        given_name=user.given_name,
        surname=user.surname,
        mail=user.mail,
        enabled=user.enabled,
        licensed=any(product.dynamics and product.sku_id in user.licences for product in PRODUCTS),
        administrator=any(role in ADMINISTRATORS for role in user.roles),
        deleted=user.deleted,
    )
