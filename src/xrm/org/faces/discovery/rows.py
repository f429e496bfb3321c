"""An organization as the global discovery service tells of it, and the service's metadata."""

from collections.abc import Mapping
from typing import Any

from xrm.org.metadata.particulars import VERSION
from xrm.org.ports import Instance

NAMESPACE = "Microsoft.Dynamics.DiscoveryService"
ENABLED, DISABLED = 0, 1
_CUSTOMER = 0
_NO_TEXT = None

TYPES: Mapping[str, str] = {
    "IsUserSysAdmin": "Edm.Boolean",
    "Region": "Edm.String",
    "Purpose": "Edm.String",
    "StatusMessage": "Edm.Int32",
    "TrialExpirationDate": "Edm.DateTimeOffset",
    "OrganizationType": "Edm.Int32",
    "TenantId": "Edm.Guid",
    "EnvironmentId": "Edm.String",
    "DatacenterId": "Edm.Guid",
    "DatacenterName": "Edm.String",
    "Id": "Edm.Guid",
    "UniqueName": "Edm.String",
    "UrlName": "Edm.String",
    "FriendlyName": "Edm.String",
    "State": "Edm.Int32",
    "Version": "Edm.String",
    "Url": "Edm.String",
    "ApiUrl": "Edm.String",
    "LastUpdated": "Edm.DateTimeOffset",
    "SchemaType": "Edm.String",
}
"""The properties of an instance in the order they are told, and their types."""


def row(instance: Instance) -> dict[str, Any]:
    """Return what is told of an organization; what there is none of is null.

    Of both addresses the second is for programs; here they are one.
    """
    url = instance.url.rstrip("/")
    known = {
        "IsUserSysAdmin": instance.is_administrator,
        "Region": instance.geo,
        "StatusMessage": 0,
        "OrganizationType": _CUSTOMER,
        "TenantId": str(instance.tenant_id),
        "EnvironmentId": instance.environment_id,
        "DatacenterId": instance.datacenter_id,
        "Id": str(instance.organization_id),
        "UniqueName": instance.unique_name,
        "UrlName": instance.url_name,
        "FriendlyName": instance.friendly_name,
        "State": ENABLED if instance.enabled else DISABLED,
        "Version": VERSION,
        "Url": url,
        "ApiUrl": url,
        "LastUpdated": f"{instance.changed:%Y-%m-%dT%H:%M:%SZ}",
        "SchemaType": "Standard",
    }
    return {name: known.get(name) for name in TYPES}


def metadata() -> bytes:
    """Return the service's description (CSDL 4.0)."""
    properties = "".join(
        f'<Property Name="{name}" Type="{kind}"{_nullable(kind)} />' for name, kind in TYPES.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
        "<edmx:DataServices>"
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        '<EntityType Name="Instance"><Key><PropertyRef Name="Id" /></Key>'
        f"{properties}</EntityType>"
        f'<EntityContainer Name="Container"><EntitySet Name="Instances" '
        f'EntityType="{NAMESPACE}.Instance" /></EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    ).encode()


def _nullable(kind: str) -> str:
    return "" if kind in ("Edm.String", "Edm.DateTimeOffset") else ' Nullable="false"'
