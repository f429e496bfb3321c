"""POST to a token endpoint: form and Basic header in, token answer out (RFC 6749 3.2, 4.4)."""

from urllib.parse import unquote

from xrm.model.errors import signin
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.model import Flavour, Issued, TokenRequest, Trace
from xrm.wire import oauth
from xrm.wire.http import Request, Response, content_type

LARGEST_BODY = 64 * 1024


def token(call: Call) -> Response:
    """Answer a token request. Raises SignInError."""
    if call.request.method != "POST":
        raise signin.POST_ONLY(
            f"This endpoint takes POST requests only, not {signin.quote(call.request.method)}."
        )
    issued = call.service.issue(read_request(call))
    style, old = call.flavour.name, call.service.profile.old_spellings
    body = oauth.write_token_answer(answer_of(issued, call.flavour), style, old_spellings=old)
    return answers.token_answer(call, body)


def too_large(_call: Call) -> Response:
    """Refuse a body over the limit. Raises SignInError."""
    raise signin.TOO_LARGE("The request body is too large.")


def segment_text(segment: str) -> str:
    """Return a path segment decoded. Raises AADSTS900023 when its escapes are not UTF-8."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise signin.BAD_TENANT("The tenant in the path is not a valid name.") from error


def read_request(call: Call) -> TokenRequest:
    """Return a form post as a token request. Raises AADSTS9000411 or 9002313."""
    return read_form(call.request, call.flavour, segment_text(call.segment), call.trace)


def read_form(request: Request, flavour: Flavour, segment: str, trace: Trace) -> TokenRequest:
    """Return a form post at a tenant as a token request. Raises AADSTS9000411 or 9002313."""
    try:
        form = _form(request)
        basic = oauth.read_basic(request.header("authorization") or "")
    except oauth.DuplicateParameter as error:
        raise signin.DUPLICATE(
            f"The request is malformed: the parameter {signin.quote(error.name)} is repeated."
        ) from error
    except oauth.MalformedForm as error:
        raise signin.MALFORMED("The request is malformed.") from error
    return TokenRequest(flavour, segment, form, basic, trace, origin=request.header("origin"))


def _form(request: Request) -> dict[str, str]:
    if len(request.body) > LARGEST_BODY:
        raise signin.TOO_LARGE("The request body is too large.")
    # A body of another type holds no parameters: the answer is the well-known 900144.
    return oauth.read_form(request.body) if content_type(request) == oauth.FORM else {}


def answer_of(issued: Issued, flavour: Flavour) -> oauth.TokenAnswer:
    """Return what was issued as an answer of a flavour."""
    left = issued.lifetime - flavour.short_by
    return oauth.TokenAnswer(
        access_token=issued.access_token,
        expires_in=left,
        ext_expires_in=left,
        expires_on=issued.expires_on,
        not_before=issued.not_before,
        resource=issued.audience,
        scope=issued.scope,
        refresh_token=issued.refresh_token,
        refresh_token_expires_in=issued.refresh_lifetime,
        family=issued.family,
        id_token=issued.id_token,
        client_info=issued.client_info,
    )
