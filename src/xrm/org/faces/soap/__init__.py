"""Organization.svc: the SOAP service of one organization. It only translates.

face          the service: its operations, its caller, and where a request runs
endpoint      one request from proof of identity to answer; the one `except`
authority     who is told where to sign in
descriptions  WSDL and schemas
headers       in whose name a message runs
operations    each operation as a message; executing: requests and their parameters
reading/      values, records and queries of the SDK as the model has them
writing/      what messages answer, as the SDK has it; faults
contracts     the data contracts the service speaks
answers       envelopes, faults, pages
"""

from xrm.org.faces.soap.face import OrganizationService
from xrm.org.organization import Organization
from xrm.wire.http import Mount


def mount(organization: Organization) -> Mount:
    """Return the SOAP service of an organization as a mount."""
    return OrganizationService(organization)
