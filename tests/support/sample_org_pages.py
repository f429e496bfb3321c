"""Every page of an organization with sample values: ordinary, very long, written right to left."""

from support.sample_pages import ARABIC_USER, HEBREW_NAME, LONG_TENANT, LONG_USER
from xrm.org.faces.web import soap
from xrm.org.faces.web.shown import Home, Link, Message, Note, Page, Person, Service

_NOTES = (
    Note("Desktop client id", "0d53d92a-e57f-4574-be3c-67e6475140a9"),
    Note("Browser client id", "15eeeaa2-82e8-4264-9b81-0d4b777385b0"),
)
_ROOT = "https://localhost:8444/"
_SERVICES = (
    Service(
        "Web API", f"{_ROOT}api/data/v9.2/", "OData 4.0; versions v8.0 to v8.2 and v9.0 to v9.2"
    ),
    soap("SOAP service", f"{_ROOT}XRMServices/2011/Organization.svc"),
    Service("OData 2.0", f"{_ROOT}XRMServices/2011/OrganizationData.svc", "JSON and Atom"),
    soap("Discovery", f"{_ROOT}XRMServices/2011/Discovery.svc"),
    Service("Global discovery", f"{_ROOT}api/discovery/v2.0/Instances", "OData 4.0"),
)
_LINKS = (
    Link("Samples (http)", "http://localhost:8400/"),
    Link("Samples (https)", "https://localhost:8401/"),
)


def _home(organization: str = "Contoso", person: Person | None = None, metadata: str = "") -> Home:
    return Home(
        organization=organization,
        url="https://localhost:8444/",
        services=_SERVICES,
        authority="https://localhost:8443/8bea12ae-048e-436f-827e-778ae60030ec",
        tenant_id="8bea12ae-048e-436f-827e-778ae60030ec",
        person=person,
        links=_LINKS,
        notes=_NOTES,
        metadata=metadata,
    )


ORGANIZATION_SAMPLES: dict[str, Page] = {
    "organization": _home(),
    "organization-signed-in": _home(
        person=Person("Sofia Lindqvist", "sales@contoso.localhost", "form")
    ),
    "organization-by-claims": _home(
        person=Person("Sofia Lindqvist", "CONTOSO\\sales", "form"),
        metadata="https://contoso.xrm.localhost:8444/FederationMetadata/2007-06/"
        "FederationMetadata.xml",
    ),
    "organization-trouble": _home(
        LONG_TENANT,
        Person(
            "Maria-Magdalena von Hohenzollern-Sigmaringen",
            LONG_USER,
            "form",
            "This account is not a user of the organization. An administrator can make it one: "
            "give it a licence for Dynamics 365.",
        ),
    ),
    "organization-right-to-left": _home(HEBREW_NAME, Person(HEBREW_NAME, ARABIC_USER, "form")),
    "organization-message": Message(
        "You are not signed in",
        "The token service did not sign you in.",
        "AADSTS65004: User declined to consent to access the app. Trace ID: "
        "0a1b2c3d-7777-4888-8999-aaaabbbbcccc",
        signs_in=True,
    ),
    "organization-refused": Message(
        "You cannot use this organization",
        "This account is not a user of the organization. An administrator can make it one: "
        "give it a licence for Dynamics 365.",
        LONG_USER,
        leaves="https://localhost:8443/adfs/ls/?wa=wsignout1.0&wreply=https%3A%2F%2Fcontoso."
        "xrm.localhost%3A8444%2Fsignedout",
        leads_home=False,
    ),
    "organization-signed-out": Message(
        "You are signed out",
        "To use the organization again, sign in.",
        signs_in=True,
        leads_home=False,
    ),
    "organization-not-found": Message(
        "There is no such page", "This organization has one page only."
    ),
}
