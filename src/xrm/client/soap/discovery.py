"""Discovery.svc, and the global discovery service: which organizations a caller has, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import orjson

from xrm.client.credentials.bearer import Bearer
from xrm.client.errors import ConfigurationError, UnexpectedAnswerError
from xrm.client.flow import Flow, HttpRequest
from xrm.client.origin import Service
from xrm.client.services.refusal import check
from xrm.client.soap.contracts.discovery import (
    DiscoveryOrganizationDetail,
    RetrieveOrganizationRequest,
    RetrieveOrganizationResponse,
    RetrieveOrganizationsRequest,
    RetrieveOrganizationsResponse,
    RetrieveUserIdByExternalIdRequest,
    RetrieveUserIdByExternalIdResponse,
)
from xrm.client.soap.contracts.enumerations import DiscoveryEndpointAccessType, OrganizationRelease
from xrm.client.soap.decoding import decode
from xrm.client.soap.doors import Call, Door
from xrm.client.soap.doors.bearer import BearerDoor
from xrm.client.soap.doors.manner import Manner
from xrm.client.soap.encoding import encode
from xrm.client.soap.organization import ask
from xrm.wire.soap.operations import DISCOVERY

__all__ = ["Instance"]

T = TypeVar("T")
INSTANCES = "api/discovery/v2.0/Instances"
_MEMBERS = {
    "Id": "organization_id",
    "UniqueName": "unique_name",
    "UrlName": "url_name",
    "FriendlyName": "friendly_name",
    "Url": "url",
    "ApiUrl": "api_url",
    "State": "state",
    "Version": "version",
    "TenantId": "tenant_id",
    "EnvironmentId": "environment_id",
    "Region": "region",
    "OrganizationType": "organization_type",
    "IsUserSysAdmin": "is_user_sys_admin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An organization as the global discovery service tells of it (Instance).

    `api_url` is the address for programs. `state` is 0 where it is enabled, 1 where disabled.
    """

    organization_id: UUID
    unique_name: str
    api_url: str
    url: str | None = None
    url_name: str | None = None
    friendly_name: str | None = None
    state: int | None = None
    version: str | None = None
    tenant_id: str | None = None
    environment_id: str | None = None
    region: str | None = None
    organization_type: int | None = None
    is_user_sys_admin: bool | None = None


@dataclass(frozen=True, slots=True)
class Discovering:
    """The discovery services of one host, asked by one caller."""

    service: Service
    door: Door
    manner: Manner = field(default_factory=Manner)

    def execute(self, request: Any) -> Flow[Any]:
        """Ask Discovery.svc for one of its requests and return its response."""
        call = Call(
            service=self.service,
            file="Discovery.svc",
            operation=DISCOVERY["Execute"],
            values={"request": encode("DiscoveryRequest", request)},
            manner=self.manner,
            reads=True,
        )
        return decode((yield from ask(self.door, call)), {})

    def organizations(self) -> Flow[list[DiscoveryOrganizationDetail]]:
        """Return the organizations the caller is a user of (RetrieveOrganizations)."""
        response = yield from self.execute(
            RetrieveOrganizationsRequest(
                access_type=DiscoveryEndpointAccessType.DEFAULT,
                is_internal_cross_geo_server_request=False,
                release=OrganizationRelease.CURRENT,
            )
        )
        return list(_the(response, RetrieveOrganizationsResponse).details or ())

    def organization(self, unique_name: str) -> Flow[DiscoveryOrganizationDetail]:
        """Return one organization by its unique name (RetrieveOrganization)."""
        response = yield from self.execute(
            RetrieveOrganizationRequest(
                access_type=DiscoveryEndpointAccessType.DEFAULT,
                release=OrganizationRelease.CURRENT,
                unique_name=unique_name,
            )
        )
        detail = _the(response, RetrieveOrganizationResponse).detail
        if detail is None:
            raise UnexpectedAnswerError("the service answered without an organization")
        return detail

    def user_id(
        self, external_id: str, organization_name: str, organization_id: UUID | None
    ) -> Flow[UUID]:
        """Return the user an external name stands for (RetrieveUserIdByExternalId)."""
        response = yield from self.execute(
            RetrieveUserIdByExternalIdRequest(
                external_id=external_id,
                organization_id=organization_id or UUID(int=0),
                organization_name=organization_name,
                release="Current",
            )
        )
        user_id = _the(response, RetrieveUserIdByExternalIdResponse).user_id
        if user_id is None:
            raise UnexpectedAnswerError("the service answered without a user")
        return user_id

    def instances(self) -> Flow[list[Instance]]:
        """Return the organizations that the global discovery service tells the caller of."""
        headers = (("Accept", "application/json"), ("OData-Version", "4.0"))
        url = f"{self.service.url}/{INSTANCES}"
        bearer = self._bearer()
        answer = yield from bearer.call(HttpRequest("GET", url, headers))
        check(answer, now=bearer.sender.clock())
        try:
            return [_instance(row) for row in orjson.loads(answer.body)["value"]]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
            raise UnexpectedAnswerError(
                "the service answered with no list of organizations", status=answer.status
            ) from None

    def _bearer(self) -> Bearer:
        if not isinstance(self.door, BearerDoor):
            raise ConfigurationError(
                "the global discovery service takes bearer tokens only",
                next_step="Ask Discovery.svc of the deployment: retrieve_organizations().",
            )
        return self.door.bearer


def _the(response: Any, kind: type[T]) -> T:
    if not isinstance(response, kind):
        raise UnexpectedAnswerError(f"the service answered without {kind.__name__}")
    return response


def _instance(row: Mapping[str, Any]) -> Instance:
    told = {
        attribute: row[name] for name, attribute in _MEMBERS.items() if row.get(name) is not None
    }
    return Instance(**{**told, "organization_id": UUID(row["Id"])})
