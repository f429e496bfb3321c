"""What an organization knows of a token service that lives in the same process."""

from uuid import UUID

from xrm.org.ports import DirectoryApplication
from xrm.sts import TokenService
from xrm.sts.model import V1, Tenant
from xrm.sts.registration import find_application, find_principal
from xrm.wire.jose import VerificationKey


class TenantTrust:
    """Trust in the tokens one tenant's users and applications get (`xrm.org.ports.Trust`)."""

    def __init__(self, service: TokenService, tenant: Tenant) -> None:
        self._service = service
        self._tenant = tenant
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
        for key in self._service.keys.published():
            if key.kid == kid:
                return key
        return None


class TenantDirectory:
    """A tenant's registered applications (`xrm.org.ports.Directory`)."""

    def __init__(self, service: TokenService, tenant: Tenant) -> None:
        self._service = service
        self._tenant = tenant

    def application(self, application_id: UUID) -> DirectoryApplication | None:
        """Return an application present in the tenant, None if there is none of that id."""
        application = find_application(self._service, self._tenant, application_id)
        principal = find_principal(self._service, self._tenant, application_id)
        if application is None or principal is None:
            return None
        return DirectoryApplication(
            application_id=application_id,
            object_id=principal.object_id,
            name=principal.name,
            uri=f"api://{application_id}",
            tenant_domain=self._tenant.domains[0],
        )
