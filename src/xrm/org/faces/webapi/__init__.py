"""The Web API: `/api/data/v9.2/`. It only translates; every decision lies in the pipeline.

face       one request from proof of identity to answer; the one `except`
resources  a path into what it names
reading    GET: service document, functions, one record, lists
writing    POST, PATCH, DELETE: a payload into an Entity
associating $ref: records paired and parted
names      properties to columns and back
paging     where a next page starts
answers    documents, errors and headers of the answer
"""

from xrm.org.faces.webapi.face import WebApi
from xrm.org.organization import Organization
from xrm.wire.http import Mount


def mount(organization: Organization) -> Mount:
    """Return the Web API of an organization as a mount."""
    return WebApi(organization)
