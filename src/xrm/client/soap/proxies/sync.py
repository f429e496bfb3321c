"""The SDK's proxy classes, synchronous.

Generated from aio.py by tools/sync_client.py: edit that file.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack
from uuid import UUID

from xrm.client.credentials import Credential, TokenCredential
from xrm.client.credentials.nobody import Nobody
from xrm.client.soap.contracts.discovery import DiscoveryOrganizationDetail
from xrm.client.soap.discovery import Discovering, Instance
from xrm.client.soap.doors.manner import SDK_VERSION, Manner
from xrm.client.soap.organization import as_id, classes
from xrm.client.soap.sync import Soap
from xrm.client.soap.values import Entity
from xrm.client.sync import TIMEOUT, Client, Closing, Connection
from xrm.client.tls import Verify
from xrm.client.transports import Transport

__all__ = [
    "DiscoveryServiceProxy",
    "OrganizationServiceProxy",
    "discover_authority",
]


class OrganizationServiceProxy(Closing, Soap):
    """A client of Organization.svc alone (OrganizationServiceProxy).

    `uri` is the address of the organization or of its Organization.svc; where to sign in is then
    asked at that service. The other parameters are those of `xrm.Client`. Keep one for the whole
    session, and close it at the end, or use it in `with`.
    """

    def __init__(
        self,
        uri: str,
        credential: Credential | TokenCredential,
        *,
        caller_id: UUID | str | None = None,
        caller_object_id: UUID | str | None = None,
        sdk_client_version: str = SDK_VERSION,
        **connection: Unpack[Connection],
    ) -> None:
        self._held = self._client = Client(uri, credential, **connection)
        self._timeout = connection.get("timeout", TIMEOUT)
        manner = Manner(as_id(caller_id), as_id(caller_object_id), sdk_client_version)
        run, organization = self._client.flows()
        super().__init__(run, replace(organization, manner=manner))

    def __repr__(self) -> str:
        return f"OrganizationServiceProxy({self._client!r})"

    @property
    def timeout(self) -> float:
        """The seconds an exchange may take (Timeout)."""
        return self._timeout

    @property
    def sdk_client_version(self) -> str:
        """The version of the SDK that requests name (SdkClientVersion)."""
        return self._organization.manner.sdk_client_version

    @property
    def caller_id(self) -> UUID | None:
        """The user in whose name messages run (CallerId); it may be set."""
        return self._organization.manner.caller_id

    @caller_id.setter
    def caller_id(self, value: UUID | str | None) -> None:
        self._set(caller_id=as_id(value))

    @property
    def caller_object_id(self) -> UUID | None:
        """The account in Entra ID in whose name messages run (CallerObjectId); it may be set."""
        return self._organization.manner.caller_object_id

    @caller_object_id.setter
    def caller_object_id(self, value: UUID | str | None) -> None:
        self._set(caller_object_id=as_id(value))

    def enable_proxy_types(self, *kinds: type[Entity]) -> None:
        """Take records of these classes' tables as these classes (EnableProxyTypes).

        Raises ConfigurationError for a class that does not say its table.
        """
        self._set(types={**self._organization.manner.types, **classes(kinds)})

    def _set(self, **changes: Any) -> None:
        manner = replace(self._organization.manner, **changes)
        self._organization = replace(self._organization, manner=manner)


class DiscoveryServiceProxy(Closing):
    """A client of the discovery services of one host (DiscoveryServiceProxy).

    `uri` is the address of the host, of its Discovery.svc, or of the global discovery service;
    where to sign in is asked there. The other parameters are those of `xrm.Client`.
    """

    def __init__(
        self,
        uri: str,
        credential: Credential | TokenCredential,
        *,
        sdk_client_version: str = SDK_VERSION,
        **connection: Unpack[Connection],
    ) -> None:
        self._held = self._client = Client(uri, credential, **connection)
        self._run, organization = self._client.flows()
        manner = Manner(sdk_client_version=sdk_client_version)
        self._discovering = Discovering(organization.service, organization.door, manner)

    def __repr__(self) -> str:
        return f"DiscoveryServiceProxy({self._client!r})"

    def execute(self, request: Any) -> Any:
        """Run one of the service's own requests and return its response (Execute)."""
        return self._run(self._discovering.execute(request))

    def retrieve_organizations(self) -> list[DiscoveryOrganizationDetail]:
        """Return the organizations the caller is a user of (RetrieveOrganizations)."""
        return self._run(self._discovering.organizations())

    def retrieve_organization(self, unique_name: str) -> DiscoveryOrganizationDetail:
        """Return one organization by its unique name (RetrieveOrganization)."""
        return self._run(self._discovering.organization(unique_name))

    def retrieve_user_id_by_external_id(
        self, external_id: str, organization_name: str, *, organization_id: UUID | None = None
    ) -> UUID:
        """Return the user whom an external id stands for (RetrieveUserIdByExternalId)."""
        return self._run(self._discovering.user_id(external_id, organization_name, organization_id))

    def instances(self) -> list[Instance]:
        """Return the organizations the global discovery service tells the caller of (Instances)."""
        return self._run(self._discovering.instances())


def discover_authority(
    service_url: str,
    *,
    verify: Verify = None,
    trust: Sequence[str] = (),
    timeout: float = TIMEOUT,
    transport: Transport | None = None,
) -> str:
    """Return the authority that a service names to a request without a token.

    `service_url` is that of Organization.svc, as documented for clients that know nothing else:
    the request names a version of the SDK, the answer is a 401 whose challenge has the
    authorization_uri. No secret is sent. Raises ChallengeError when the service does not say,
    UntrustedAuthorityError when it names a host that is neither Microsoft's nor in `trust`.
    """
    with Client(
        service_url, Nobody(), verify=verify, trust=trust, timeout=timeout, transport=transport
    ) as client:
        return client.authority()
