"""A page becomes an answer: its template filled, its headers set."""

import re
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from xrm.sts.faces.pages import policy, shown
from xrm.sts.faces.pages.assets import address
from xrm.sts.faces.pages.shown import Page
from xrm.wire.http import NO_STORE, Headers, Response

# A name could end its isolation with these and turn round what follows, or hide what it is.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")

_BREAKS = re.compile("(?<=[@./])")


@dataclass(frozen=True, slots=True)
class Look:
    """The template of a page, and the script it has, "" for none."""

    template: str
    script: str = ""


LOOKS: dict[type[Page], Look] = {
    shown.SignInName: Look("sign-in-name.html"),
    shown.SignInPassword: Look("sign-in-password.html"),
    shown.Accounts: Look("accounts.html"),
    shown.Consent: Look("consent.html"),
    shown.ApprovalNeeded: Look("approval-needed.html"),
    shown.NewPassword: Look("new-password.html"),
    shown.DeviceCode: Look("device-code.html"),
    shown.DeviceConfirm: Look("device-confirm.html"),
    shown.DeviceDone: Look("device-done.html"),
    shown.SignedOut: Look("signed-out.html", "leave.js"),
    shown.SignOutConfirm: Look("sign-out-confirm.html"),
    shown.Failure: Look("failure.html", "copy.js"),
    shown.FormPost: Look("form-post.html", "submit.js"),
    shown.NativeClient: Look("native-client.html"),
    shown.Message: Look("message.html"),
}


def answer(
    page: Page,
    *,
    status: int = 200,
    extra: Headers = (),
    leads_to: tuple[str, ...] = (),
    opener_policy: str = "",
) -> Response:
    """Return a page as an answer that nobody keeps, frames or adds to.

    `extra` are more header lines; one the page sets itself is left out. `leads_to` names the
    addresses at which posting the page's form may end, `opener_policy` the
    Cross-Origin-Opener-Policy. Raises ValueError when a FormPost's action is no web address.
    """
    if isinstance(page, shown.FormPost) and policy.scheme_of(page.action) not in policy.WEB:
        raise ValueError("an answer is posted to an http or https address")
    look = LOOKS[type(page)]
    body = _templates().get_template(look.template).render(page=page, script=look.script)
    own = _headers(page, look.script, leads_to)
    if opener_policy:
        own += (("Cross-Origin-Opener-Policy", opener_policy),)
    set_here = {name.lower() for name, _ in own}
    more = tuple(line for line in extra if line[0].lower() not in set_here)
    # A lone surrogate has no UTF-8: it becomes a question mark.
    return Response(status, own + more, body.encode("utf-8", "replace"))


def _headers(page: Page, script: str, leads_to: tuple[str, ...]) -> Headers:
    frames: tuple[str, ...] = ()
    if isinstance(page, shown.SignedOut):
        frames = page.frames
    if isinstance(page, shown.FormPost):
        leads_to = (page.action, *leads_to)
    posts = isinstance(page, shown.WithForm | shown.FormPost)
    content = policy.content_policy(
        posts=posts, script=bool(script), frames=frames, leads_to=leads_to
    )
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        *NO_STORE,
        ("X-Content-Type-Options", "nosniff"),
        # Addresses stay here, but not the origin: with "no-referrer" a browser posts every form
        # with "Origin: null", ours as those it carries to applications.
        ("Referrer-Policy", "strict-origin"),
        ("X-Frame-Options", "DENY"),
        ("Content-Security-Policy", content),
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        plain=_plain, pieces=_pieces, initial=_initial, link=_link, framed=policy.origin_of
    )
    environment.globals["address"] = address
    return environment


def _plain(text: str) -> str:
    """Return a text to be read: what would reorder or hide it is shown as a replacement sign."""
    return _HIDDEN.sub("\ufffd", text)


def _pieces(text: str) -> list[str]:
    """Return an address in the parts between which a line may break."""
    return _BREAKS.split(text)


def _initial(name: str) -> str:
    """Return the first letter of a name, to tell accounts apart at a glance."""
    return next((letter.upper()[:1] for letter in name if letter.isalnum()), "·")


def _link(url: str) -> str:
    """Return an address to follow, "" for one that no page may name."""
    return url if policy.scheme_of(url) else ""
