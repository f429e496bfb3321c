"""What an organization tells of itself: names, ids, version and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from xrm.model.values import Guid

VERSION = "9.2.25063.00182"
"""The version of the platform that all services here say they are."""
_SERVICES = "XRMServices/2011/"
_UNIQUE = 24
"""Characters of an organization's id that its unique name is made of."""
NO_DATACENTER: Guid = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What whoever runs an organization says of it; what is left empty follows from the rest.

    `friendly_name` is that of the organization's record, `unique_name` and `environment_id` are
    made of its id.
    """

    friendly_name: str = ""
    unique_name: str = ""
    environment_id: str = ""
    geo: str = "NA"
    datacenter_id: Guid = NO_DATACENTER


def unique_name(organization_id: Guid) -> str:
    """Return the unique name of an organization that was given none."""
    return f"unq{organization_id.replace('-', '')[:_UNIQUE]}"


def url_name(url: str) -> str:
    """Return the name an organization has in its own URL: its path, else the host's first label."""
    parts = urlsplit(url)
    return parts.path.strip("/") or (parts.hostname or "").partition(".")[0]


def endpoints(url: str) -> Mapping[str, str]:
    """Return the addresses of an organization at a URL that ends with a slash, by EndpointType."""
    return {
        "WebApplication": url,
        "OrganizationService": f"{url}{_SERVICES}Organization.svc",
        "OrganizationDataService": f"{url}{_SERVICES}OrganizationData.svc",
    }
