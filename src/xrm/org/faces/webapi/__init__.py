"""The Web API: `/api/data/v9.2/`. It only translates; every decision lies in the pipeline.

face         one request from proof of identity to answer; VERBS; the one `except`
exchange     one request while it is answered
urls/        paths, query options, names, pages
headers      what a request's headers ask; allowance: what the service's limits leave
payloads/    bodies into records and parameters
reading      GET: service document, one record, lists, columns, counts
fetching     GET with fetchXml: a list by a query in FetchXML
writing      POST, PATCH, PUT, DELETE of records and columns
references   $ref: records paired, parted and pointed to
calling      functions and actions
definitions/ what tables are, as far as clients ask
description/ what the Web API is: $metadata
answers      documents, errors and headers of the answer; unshared: those without CORS
"""

from xrm.org.faces.webapi.face import WebApi
from xrm.org.faces.webapi.unshared import Unshared
from xrm.org.organization import Organization
from xrm.wire.http import Mount


def mount(organization: Organization) -> Mount:
    """Return the Web API of an organization as a mount."""
    return WebApi(organization)


def unshared(web_api: Mount) -> Mount:
    """Return a mount that answers as the Web API does, but to no script of another origin.

    It stands where services are that the Web API is not: they challenge alike.
    """
    return Unshared(web_api)
