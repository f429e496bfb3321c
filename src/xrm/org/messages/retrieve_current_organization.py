"""RetrieveCurrentOrganization: what the organization tells of itself."""

from collections.abc import Iterable
from typing import Any

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.metadata.particulars import VERSION, endpoints, unique_name, url_name


class RetrieveCurrentOrganization:
    """Return names, ids, version and addresses; these are the same for every kind of access."""

    declaration = Declaration(
        "RetrieveCurrentOrganization",
        "function",
        parameters={"AccessType": "EndpointAccessType"},
        results={"Detail": "OrganizationDetail"},
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may ask."""
        return ()

    def run(self, context: Context, _message: Message) -> dict[str, Any]:
        """Return them."""
        organization, key = context.organization, context.caller.organization_id
        said = organization.particulars
        return {
            "Detail": {
                "OrganizationId": key,
                "FriendlyName": said.friendly_name or _name(context),
                "OrganizationVersion": VERSION,
                "EnvironmentId": said.environment_id or key,
                "DatacenterId": said.datacenter_id,
                "Geo": said.geo,
                "TenantId": str(organization.trust.tenant_id),
                "UrlName": url_name(organization.url),
                "UniqueName": said.unique_name or unique_name(key),
                "Endpoints": endpoints(organization.url),
                "State": "Enabled",
            }
        }


def _name(context: Context) -> str:
    table, store = context.table("organization"), context.organization.store
    key = context.caller.organization_id
    found = store.fetch(context.transaction, table, key, ("name",)) or {}
    return str(found.get("name") or "")
