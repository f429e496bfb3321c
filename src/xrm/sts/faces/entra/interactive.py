"""The endpoints people sign in at: a browser's request in, a page or a redirect out."""

from collections.abc import Mapping
from dataclasses import replace

from xrm.model.errors import signin
from xrm.sts.faces.entra import answers, showing
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.entra.token import segment_text
from xrm.sts.faces.pages import asset, render, shown
from xrm.sts.handles.secrets import new_secret, sent_secret
from xrm.sts.service import TokenService
from xrm.sts.signin import elsewhere, redirects
from xrm.sts.signin.answering import record
from xrm.sts.signin.approval import Approval
from xrm.sts.signin.authorize import Authorize
from xrm.sts.signin.devices import Devices
from xrm.sts.signin.dispatcher import Dispatcher
from xrm.sts.signin.elsewhere.sending import CONTEXT
from xrm.sts.signin.journey import (
    Browser,
    BrowserRequest,
    GoHome,
    Outcome,
    PurposeName,
    Refuse,
    SessionCookie,
    Tell,
)
from xrm.wire import oauth
from xrm.wire.html import cookies
from xrm.wire.http import NO_STORE, Headers, Response, content_type
from xrm.wire.wsfed import messages

_LONGEST_REQUEST = 12 * 1024  # it goes along in every page; the service's own limit is not known
_SAME_SITE: dict[str, cookies.SameSite] = {"session": "None", "browser": "Lax", "away": "None"}
"""The session goes along into hidden frames of other sites, which renew tokens; the binding, which
only our own pages need, does not. Who was sent to another token service has it in `away`, too:
its page sends them back by a form.
"""


def dispatcher(service: TokenService) -> Dispatcher:
    """Return the interactive side of a service."""
    return Dispatcher(
        service,
        {
            "authorize": Authorize(),
            "device": Devices(),
            "approve": Approval(),
            "leave": elsewhere.Leaving(),
        },
    )


def authorize(call: Call) -> Response:
    """Answer an authorization request, sent by GET or POST (OpenID Connect Core 3.1.2.1)."""
    return _begun(call, "authorize")


def device(call: Call) -> Response:
    """Answer with the page at which a device's code is typed."""
    return _begun(call, "device")


def approve(call: Call) -> Response:
    """Answer a request for an administrator's consent."""
    return _begun(call, "approve")


def leave(call: Call) -> Response:
    """Answer a request to sign out."""
    return _begun(call, "leave")


def posted(call: Call) -> Response:
    """Answer a form of one of our pages."""
    if call.request.method != "POST":
        raise signin.POST_ONLY("This endpoint takes the forms of the sign-in pages only.")
    _check_origin(call)
    fields = _form(call)
    request = _request(call, "authorize", fields)
    return _answered(call, request, call.dispatcher.posted(fields, request))


def returned(call: Call) -> Response:
    """Answer what comes from the token services of federated domains, at `/login.srf`.

    A form brings an assertion; an address comes back from a sign-out there, or asks for a clean-up.
    """
    if call.request.method == "POST":
        return _brought(call)
    parameters = _parameters(call)
    if parameters.get("wa") == messages.CLEAN_UP:
        request = replace(_request(call, "leave", {}), notes={elsewhere.CLEAN_UP: "1"})
        return _answered(call, request, call.dispatcher.begin(request))
    request = _request(call, "leave", {})
    fields = {"state": parameters.get("wctx", ""), "step": "returned"}
    return _answered(call, request, call.dispatcher.posted(fields, request))


def _brought(call: Call) -> Response:
    fields = _form(call)
    try:
        message = messages.read(fields.items())
    except messages.MessageError as error:
        raise signin.MALFORMED(f"The request is malformed. {error}") from error
    if not isinstance(message, messages.Result):
        raise signin.MALFORMED("The request is malformed: it brings no token.")
    state = (message.context or "").removeprefix(CONTEXT)
    request = _request(call, "authorize", {}, binding="away")
    return _answered(call, request, call.dispatcher.returned(state, message.result, request))


def native_client(call: Call) -> Response:
    """Answer with the page at which programs watch for their answer."""
    return render.answer(shown.NativeClient(), extra=answers.always(call))


def explained(call: Call) -> Response:
    """Answer with what an AADSTS number means: the address error documents name."""
    return showing.explained(call, _parameters(call).get("code", ""))


def file(call: Call) -> Response:
    """Answer with a file the pages load."""
    return asset(call.request.path) or answers.not_found(call)


def failed(call: Call, error: Exception) -> Response:
    """Show a person why they cannot go on."""
    return showing.failed(call, error)


def _begun(call: Call, purpose: PurposeName) -> Response:
    parameters = _form(call) if call.request.method == "POST" else _parameters(call)
    if sum(len(f"{name}{value}".encode()) for name, value in parameters.items()) > _LONGEST_REQUEST:
        raise signin.TOO_LONG("The request holds too much: the query string is too long.")
    request = _request(call, purpose, parameters)
    return _answered(call, request, call.dispatcher.begin(request))


def _answered(call: Call, request: BrowserRequest, outcome: Outcome) -> Response:
    """Return an outcome as a redirect or a page, with the cookies that go along."""
    lines = answers.always(call)
    if outcome.cookie is not None:
        lines += (_session_cookie(call, outcome.cookie),)
    step = outcome.step
    if isinstance(step, Refuse):
        return showing.failed(call, step.error, extra=lines)
    record(call.service, outcome, call.trace)
    if isinstance(step, Tell):
        return _told(step, lines)
    binding = request.browser.binding.reveal()
    lines += (_cookie(call, "browser", binding),)
    if isinstance(step, GoHome):
        return _sent_home(call, step, (*lines, _cookie(call, "away", binding)))
    sealed = call.dispatcher.sealed(outcome.journey) if outcome.journey is not None else ""
    page = showing.page(outcome, shown.Form("/common/login", sealed))
    leads_to = (outcome.about.redirect.url,) if outcome.about.redirect is not None else ()
    return render.answer(page, extra=lines, leads_to=leads_to, opener_policy=call.opener_policy)


def _told(step: Tell, lines: Headers) -> Response:
    if step.mode == "form_post":
        page = shown.FormPost(step.url, tuple(step.fields.items()))
        return render.answer(page, extra=lines)
    if step.mode == "query":
        # A browser carries a fragment over to where it is sent, unless that has one.
        location = redirects.with_query(step.url, step.fields) + "#"
    else:
        location = redirects.with_fragment(step.url, step.fields)
    return Response(302, (("Location", location), *NO_STORE, *lines))


def _sent_home(call: Call, step: GoHome, lines: Headers) -> Response:
    """Send a browser to the token service of a domain.

    After a form it is a page that goes on: a browser holds the policy of the form's page against
    every redirect that follows, and that page cannot know where the name will lead.
    """
    if call.request.method == "GET":
        return Response(302, (("Location", f"{step.url}#"), *NO_STORE, *lines))
    return render.answer(shown.GoingHome(step.username, step.name, step.url), extra=lines)


def _request(
    call: Call, purpose: PurposeName, parameters: Mapping[str, str], *, binding: str = "browser"
) -> BrowserRequest:
    sent = cookies.read(call.request)
    bound, session = (
        sent_secret(sent.get(_cookie_name(call, what), "")) for what in (binding, "session")
    )
    destination = call.request.header("sec-fetch-dest")
    return BrowserRequest(
        purpose=purpose,
        flavour=call.flavour,
        segment=segment_text(call.segment),
        parameters=parameters,
        browser=Browser(bound or new_secret(), session),
        trace=call.trace,
        embedded=destination not in (None, "document"),
    )


def _check_origin(call: Call) -> None:
    """Refuse a form that a page of another origin sent, where the browser says so."""
    origin = call.request.header("origin")
    if origin is not None and origin != call.service.base_url:
        raise signin.OTHER_BROWSER("The form was sent by a page of another origin. Begin again.")


def _form(call: Call) -> dict[str, str]:
    if content_type(call.request) != oauth.FORM:
        raise signin.MALFORMED("The request is malformed: a form is wanted.")
    try:
        return oauth.read_form(call.request.body)
    except oauth.DuplicateParameter as error:
        raise _repeated(error.name) from error
    except oauth.MalformedForm as error:
        raise signin.MALFORMED("The request is malformed.") from error


def _parameters(call: Call) -> dict[str, str]:
    try:
        pairs = call.request.parameters()
    except ValueError as error:
        raise signin.MALFORMED("The query of the request is malformed.") from error
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise _repeated(name)
        parameters[name] = value
    # A parameter without a value counts as absent (RFC 6749 3.1).
    return {name: value for name, value in parameters.items() if value}


def _repeated(name: str) -> signin.SignInError:
    return signin.DUPLICATE(
        f"The request is malformed: the parameter {signin.quote(name)} is repeated."
    )


def _cookie_name(call: Call, what: str) -> str:
    return cookies.name(call.service.parts.mark, what)


def _cookie(call: Call, what: str, value: str, seconds: int | None = None) -> tuple[str, str]:
    name = _cookie_name(call, what)
    return cookies.line(name, value, same_site=_SAME_SITE[what], seconds=seconds)


def _session_cookie(call: Call, cookie: SessionCookie) -> tuple[str, str]:
    if cookie.secret is None:
        return _cookie(call, "session", "", 0)
    return _cookie(call, "session", cookie.secret.reveal(), cookie.seconds)
