"""A page becomes an answer: its template filled, its headers set."""

from functools import cache

from jinja2 import Environment

from xrm.org.faces.web import shown
from xrm.org.faces.web.shown import Page
from xrm.wire.html import answering, look, policy
from xrm.wire.html.assets import Assets
from xrm.wire.http import Headers, Response

ASSETS = Assets()

_TEMPLATES: dict[type[Page], str] = {shown.Home: "home.html", shown.Message: "message.html"}


def answer(page: Page, *, base: str, status: int = 200, extra: Headers = ()) -> Response:
    """Return a page as an answer that nobody keeps, frames or adds to; `extra` are more headers.

    `base` is the path below which the organization lies, with a slash at both ends.
    """
    template = _templates().get_template(_TEMPLATES[type(page)])
    text = template.render(page=page, script="", base=base)
    person = page.person if isinstance(page, shown.Home) else None
    # Signing out goes on to the token service, at another origin.
    leads_to = (page.authority,) if isinstance(page, shown.Home) and person else ()
    content = policy.content_policy(posts=person is not None, script=False, leads_to=leads_to)
    return answering.page(text, status=status, content_policy=content, extra=extra)


@cache
def _templates() -> Environment:
    return look.templates(__package__, ASSETS)
