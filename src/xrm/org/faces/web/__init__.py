"""The organization's web page: who is signed in, and where its services are.

face       a path and method into a page, a redirect or a file; the one `except`
signin     the person comes from the token service (OpenID Connect, implicit flow, form_post)
session    the id token is the session: what it must say, and the cookies that hold it
services   the organization's own services, as the page tells of them
shown      the records of the pages;  render: answer(page) -> Response;  templates/

The page is the application 00000007-0000-0000-c000-000000000000 at the token service, as the
service's own is. Its session opens nothing but this page; a token for a service is no session.
"""

from collections.abc import Sequence

from xrm.org.faces.web.face import Web
from xrm.org.faces.web.services import soap
from xrm.org.faces.web.shown import Link, Note, Service
from xrm.org.organization import Organization
from xrm.wire.http import Mount

__all__ = ["Link", "Note", "Service", "mount", "soap"]


def mount(
    organization: Organization,
    *,
    shared: Sequence[Service] = (),
    links: Sequence[Link] = (),
    notes: Sequence[Note] = (),
) -> Mount:
    """Return the page of an organization.

    It shows its services, those it shares with other organizations, and links and notes for
    developers.
    """
    return Web(organization, shared=tuple(shared), links=tuple(links), notes=tuple(notes))
