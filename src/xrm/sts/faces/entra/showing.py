"""Which page shows a step, and how a failure is shown to a person."""

from xrm.model.errors import signin
from xrm.sts.accounts.passwords import RULES
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.pages import advice, render, shown
from xrm.sts.faces.pages.shown import Form, Page
from xrm.sts.model import GRAPH_APPLICATION, SignedIn
from xrm.sts.resources import Asked
from xrm.sts.signin import journey as steps
from xrm.sts.signin.journey import About, Outcome
from xrm.sts.signin.visit import key_of
from xrm.wire import oauth
from xrm.wire.html import policy
from xrm.wire.http import Headers, Response

_RESERVED = {
    "openid": ("Sign you in", "Lets you sign in to the application with your account."),
    "profile": ("View your basic profile", "Lets the application see your name and user name."),
    "email": ("View your email address", "Lets the application see your mail address."),
}
_LASTING = (
    "Maintain access to data you have given it access to",
    "Lets the application act for you when you are not using it.",
)


def page(outcome: Outcome, form: Form) -> Page:
    """Return the page of a step."""
    step, about = outcome.step, outcome.about
    username = outcome.journey.username if outcome.journey is not None else ""
    tenant = about.tenant.name if about.tenant is not None else ""
    match step:
        case steps.AskName():
            cancel = outcome.journey is not None and outcome.journey.purpose == "authorize"
            return shown.SignInName(form, about.application, tenant, username, step.error, cancel)
        case steps.AskPassword():
            name = step.username or username
            return shown.SignInPassword(form, about.application, tenant, name, step.error)
        case steps.AskNewPassword():
            return shown.NewPassword(form, username, step.error, RULES)
        case steps.Choose():
            return _accounts(form, about, tenant, step)
        case steps.AskConsent():
            return _consent(form, about, step)
        case _:
            return _further(step, about, form)


def _further(step: steps.Step, about: About, form: Form) -> Page:
    match step:
        case steps.AskDeviceCode():
            return shown.DeviceCode(form, step.code, step.error)
        case steps.AskDevice():
            return shown.DeviceConfirm(form, about.application, step.username, step.peer)
        case steps.DeviceSettled():
            return shown.DeviceDone(about.application, step.accepted)
        case steps.AskLeave():
            return shown.SignOutConfirm(form, step.username)
        case steps.Left():
            name = policy.origin_of(step.url).partition("://")[2]
            return shown.SignedOut(step.username, step.frames, step.url, name, step.within)
        case steps.Stayed():
            return shown.Message("You are still signed in", "You can close this window.")
    raise AssertionError(step)


def failed(call: Call, error: Exception, *, extra: Headers = ()) -> Response:
    """Return the page of an error that only the person can be told, with more header lines."""
    refusal = answers.refusal(error, call.trace)
    said, own = advice.of(refusal.row.number), call.service.profile.own_error_codes
    failure = shown.Failure(
        number=refusal.row.number,
        title=said.title,
        sentence=refusal.sentence,
        advice=said.text,
        code=refusal.row.spelled_for(call.flavour.name, own=own),
        correlation_id=call.trace.correlation_id,
        trace_id=call.trace.trace_id,
        timestamp=oauth.timestamp(call.service.clock()),
    )
    lines = (*answers.always(call), *extra)
    return render.answer(failure, status=refusal.row.status, extra=lines)


def explained(call: Call, number: str) -> Response:
    """Return a page that says what an AADSTS number means."""
    digits = number.upper().removeprefix("AADSTS")
    known = {row.number: row for row in signin.ROWS}
    row = known.get(int(digits)) if digits.isdecimal() and len(digits) < 10 else None
    if row is None:
        text = "There is no such number here. Numbers look like 50011."
        return render.answer(
            shown.Message("Unknown error number", text), status=404, extra=answers.always(call)
        )
    said = advice.of(row.number)
    text = f"AADSTS{row.number} ({row.code}). {said.text}"
    return render.answer(shown.Message(said.title, text), extra=answers.always(call))


def _accounts(form: Form, about: About, tenant: str, step: steps.Choose) -> Page:
    return shown.Accounts(
        form,
        about.application,
        tenant,
        tuple(_account(one) for one in step.accounts),
        "sign-out" if step.to_leave else "sign-in",
    )


def _account(one: SignedIn) -> shown.Account:
    return shown.Account(key_of(one), one.name, one.username, one.signed_in)


def _consent(form: Form, about: About, step: steps.AskConsent) -> Page:
    permissions = _lines(step)
    returns_to = policy.origin_of(about.redirect.url) if about.redirect is not None else ""
    application_id = str(about.application_id or "")
    if not step.may:
        return shown.ApprovalNeeded(
            form,
            about.application,
            about.publisher,
            step.username,
            permissions,
            application_id,
            returns_to,
        )
    return shown.Consent(
        form,
        about.application,
        application_id,
        about.publisher,
        about.publisher,
        step.username,
        permissions,
        step.may_for_all,
        step.for_all,
        returns_to,
    )


def _lines(step: steps.AskConsent) -> tuple[shown.PermissionLine, ...]:
    # Another resource may call a permission of its own "email": it is told in that one's words.
    named = {one.scope.value for one in step.permissions if _is_reserved(one)}
    lines = [_line(one) for one in step.permissions if not _is_reserved(one)]
    for value, (title, text) in _RESERVED.items():
        if value in step.reserved or value in named:
            lines.append(shown.PermissionLine("", title, text, admin_only=False))
    lines += [
        shown.PermissionLine("", role, "The application acts for itself.", admin_only=True)
        for role in step.roles
    ]
    return (*lines, shown.PermissionLine("", *_LASTING, admin_only=False))


def _is_reserved(one: Asked) -> bool:
    graph = one.resource.application.application_id == GRAPH_APPLICATION
    return graph and one.scope.value in _RESERVED


def _line(one: Asked) -> shown.PermissionLine:
    scope = one.scope
    return shown.PermissionLine(
        one.resource.application.name,
        scope.user_name or scope.admin_name or scope.value,
        scope.user_description or scope.admin_description,
        scope.kind == "Admin",
    )
