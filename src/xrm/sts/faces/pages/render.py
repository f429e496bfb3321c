"""A page becomes an answer: its template filled, its headers set."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from xrm.sts.faces.pages import shown
from xrm.sts.faces.pages.assets import ASSETS
from xrm.sts.faces.pages.shown import Page
from xrm.wire.html import answering, look, policy
from xrm.wire.http import Headers, Response


@dataclass(frozen=True, slots=True)
class Look:
    """The template of a page, and the script it has, "" for none."""

    template: str
    script: str = ""


LOOKS: dict[type[Page], Look] = {
    shown.SignInName: Look("sign-in-name.html"),
    shown.SignInPassword: Look("sign-in-password.html"),
    shown.FarmSignIn: Look("farm-sign-in.html"),
    shown.HomeRealm: Look("home-realm.html"),
    shown.Accounts: Look("accounts.html"),
    shown.Consent: Look("consent.html"),
    shown.ApprovalNeeded: Look("approval-needed.html"),
    shown.NewPassword: Look("new-password.html"),
    shown.DeviceCode: Look("device-code.html"),
    shown.DeviceConfirm: Look("device-confirm.html"),
    shown.DeviceDone: Look("device-done.html"),
    shown.GoingHome: Look("going-home.html", "leave.js"),
    shown.SignedOut: Look("signed-out.html", "leave.js"),
    shown.SignOutConfirm: Look("sign-out-confirm.html"),
    shown.Failure: Look("failure.html", "copy.js"),
    shown.FarmFailure: Look("farm-failure.html", "copy.js"),
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
    style = LOOKS[type(page)]
    text = _templates().get_template(style.template).render(page=page, script=style.script)
    opener = "Cross-Origin-Opener-Policy"
    if opener_policy:
        others = (line for line in extra if line[0].lower() != opener.lower())
        extra = ((opener, opener_policy), *others)
    content = _content_policy(page, style.script, leads_to)
    framed = isinstance(page, shown.SignedOut) and bool(page.within)
    return answering.page(text, status=status, content_policy=content, extra=extra, framed=framed)


def _content_policy(page: Page, script: str, leads_to: tuple[str, ...]) -> str:
    frames: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    if isinstance(page, shown.SignedOut):
        frames, within = page.frames, page.within
    if isinstance(page, shown.FormPost):
        leads_to = (page.action, *leads_to)
    posts = isinstance(page, shown.WithForm | shown.FormPost)
    return policy.content_policy(
        posts=posts, script=bool(script), frames=frames, leads_to=leads_to, within=within
    )


@cache
def _templates() -> Environment:
    return look.templates(__package__, ASSETS)
