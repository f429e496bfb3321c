"""The services of one organization, as its page tells of them."""

from xrm.org.faces.web.shown import Link, Service
from xrm.org.organization import Organization

_VERSIONS = "OData 4.0; versions v8.0 to v8.2 and v9.0 to v9.2"


def of(organization: Organization) -> tuple[Service, ...]:
    """Return the services at an organization's own address."""
    root = f"{organization.url}XRMServices/2011/"
    return (
        Service("Web API", f"{organization.url}api/data/v9.2/", _VERSIONS),
        soap("SOAP service", f"{root}Organization.svc"),
        Service("OData 2.0", f"{root}OrganizationData.svc", "JSON and Atom"),
    )


def soap(title: str, url: str) -> Service:
    """Return a SOAP service, whose description anybody may read."""
    return Service(title, url, "SOAP 1.1 and 1.2", Link("WSDL", f"{url}?singleWsdl"))
