"""The contracts of the discovery service: its requests and responses, and organizations' details.

Those that share a name with a contract of the organization have `Discovery` before it here.
"""

from dataclasses import replace

from xrm.wire.soap.contract import DISCOVERY, Contract
from xrm.wire.soap.contracts.notation import array, enumeration, pairs, struct

_SHARED: tuple[Contract, ...] = (
    struct(
        "OrganizationDetail",
        DISCOVERY,
        "Endpoints DiscoveryEndpointCollection, FriendlyName string, OrganizationId guid!, "
        "OrganizationVersion string, State DiscoveryOrganizationState!, UniqueName string, "
        "UrlName string",
    ),
    pairs(
        "EndpointCollection",
        DISCOVERY,
        "KeyValuePairOfEndpointTypestringztYlk6OT",
        "key DiscoveryEndpointType!, value string",
    ),
    enumeration("EndpointAccessType", DISCOVERY, "Default Internet Intranet"),
    enumeration(
        "EndpointType", DISCOVERY, "OrganizationService OrganizationDataService WebApplication"
    ),
    enumeration("OrganizationState", DISCOVERY, "Enabled Disabled"),
)

DISCOVERY_CONTRACTS: tuple[Contract, ...] = (
    struct("DiscoveryRequest", DISCOVERY, ""),
    struct("DiscoveryResponse", DISCOVERY, ""),
    struct(
        "RetrieveOrganizationsRequest",
        DISCOVERY,
        "AccessType DiscoveryEndpointAccessType!, IsInternalCrossGeoServerRequest boolean!, "
        "Release OrganizationRelease!",
        base="DiscoveryRequest",
    ),
    struct(
        "RetrieveOrganizationsResponse",
        DISCOVERY,
        "Details OrganizationDetailCollection",
        base="DiscoveryResponse",
    ),
    struct(
        "RetrieveOrganizationRequest",
        DISCOVERY,
        "AccessType DiscoveryEndpointAccessType!, Release OrganizationRelease!, UniqueName string",
        base="DiscoveryRequest",
    ),
    struct(
        "RetrieveOrganizationResponse",
        DISCOVERY,
        "Detail DiscoveryOrganizationDetail",
        base="DiscoveryResponse",
    ),
    struct(
        "RetrieveUserIdByExternalIdRequest",
        DISCOVERY,
        "ExternalId string, OrganizationId guid!, OrganizationName string, Release string",
        base="DiscoveryRequest",
    ),
    struct(
        "RetrieveUserIdByExternalIdResponse",
        DISCOVERY,
        "UserId guid!",
        base="DiscoveryResponse",
    ),
    array(
        "OrganizationDetailCollection", DISCOVERY, "OrganizationDetail DiscoveryOrganizationDetail"
    ),
    enumeration("OrganizationRelease", DISCOVERY, "Current V5"),
    *(
        replace(contract, name=f"Discovery{contract.name}", local=contract.name)
        for contract in _SHARED
    ),
)
