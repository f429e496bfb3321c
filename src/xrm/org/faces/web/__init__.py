"""The organization's web page: who is signed in, and where its services are.

face       a path and method into a page, a redirect or a file; the one `except`
openid     sign-in at Entra ID (OpenID Connect, implicit flow, form_post), as the application
           00000007-0000-0000-c000-000000000000, which the service's own page is too
signin     its requests and answers;  session  the id token is the session, and its cookies
passive/   sign-in at a farm of AD FS (WS-Federation), where the organization takes claims
pages      what both do alike;  services  the organization's own, as the page tells of them
shown      the records of the pages;  render: answer(page) -> Response;  templates/

The page's session opens nothing but this page; a token for a service is no session.
"""

from collections.abc import Sequence

from xrm.org.faces.web.face import Way, Web
from xrm.org.faces.web.openid import OpenId
from xrm.org.faces.web.pages import Pages
from xrm.org.faces.web.passive import PATH, Passive, document
from xrm.org.faces.web.services import soap
from xrm.org.faces.web.shown import Link, Note, Service
from xrm.org.organization import Organization
from xrm.org.ports import PassiveTrust
from xrm.wire.http import Mount

__all__ = ["PATH", "Link", "Note", "Service", "document", "mount", "soap"]


def mount(
    organization: Organization,
    *,
    shared: Sequence[Service] = (),
    links: Sequence[Link] = (),
    notes: Sequence[Note] = (),
    passive: PassiveTrust | None = None,
) -> Mount:
    """Return the page of an organization.

    It shows its services, those it shares with other organizations, and links and notes for
    developers. With `passive` people sign in by WS-Federation, else by OpenID Connect.
    """
    pages = Pages(
        organization,
        shared=tuple(shared),
        links=tuple(links),
        notes=tuple(notes),
        is_open=passive is None,
    )
    way: Way = OpenId(pages) if passive is None else Passive(pages, passive)
    return Web(pages, way)
