"""OrganizationData.svc: the organization's records as OData 2.0, in JSON and in Atom.

It only translates, and to create, read, update and delete alone; every decision lies in the
pipeline. No answer is for scripts of another origin.

face       one request from proof of identity to answer; VERBS; the one `except`
exchange   one request while it is answered; answers, refusals: documents, errors, headers
accepting  which form and version a client takes
urls/      paths, query options, names, pages
records    rows into entries; expanding: what $expand adds to them
reading    GET: service document, $metadata, lists, records, properties
payloads   a request's body into a record, a property or a link
writing    POST, MERGE, PUT, DELETE of records and properties; links: $links
batching   $batch
"""

from xrm.org.faces.data2011.face import OrganizationData
from xrm.org.organization import Organization
from xrm.wire.http import Mount


def mount(organization: Organization) -> Mount:
    """Return the OData 2.0 service of an organization as a mount."""
    return OrganizationData(organization)
