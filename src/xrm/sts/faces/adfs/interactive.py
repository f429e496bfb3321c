"""The endpoints of a farm's OAuth at which people sign in: authorize, device page, sign-out."""

from collections.abc import Mapping
from dataclasses import replace

from xrm.model.errors.signin import SignInError
from xrm.sts.adfs.oauth import wording
from xrm.sts.adfs.passive import PassiveError
from xrm.sts.adfs.passive.refusals import PassiveRow
from xrm.sts.faces.adfs import people
from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.signin.answering import record
from xrm.sts.signin.journey import (
    BrowserRequest,
    Journey,
    Outcome,
    PurposeName,
    Refuse,
    Tell,
)
from xrm.wire.http import Response

_METHODS = "GET, POST"
_TITLE = "You cannot be signed in"
_CLIENT = "Whoever made the application has to change what it sends, or its registration here."
_ADVICE = {
    9221: "An application is given no answer unless it says where: see xrm adfs client show.",
    9223: "Register the client with exactly this id: xrm adfs client add.",
    9224: "The address must be registered letter by letter, its port included: see "
    "xrm adfs client show.",
    9329: "Register the relying party by exactly this identifier: xrm adfs party add.",
}


def _endpoint(purpose: PurposeName) -> Endpoint:
    """Return an endpoint of a purpose: an application's request, or a form of a page of ours."""

    def answer(visit: Visit) -> Response:
        if visit.request.method not in _METHODS.split(", "):
            return people.refused_method(visit, _METHODS)
        parameters: Mapping[str, str] = {}
        try:
            posted = visit.request.method == "POST"
            parameters = people.form(visit) if posted else people.parameters(visit)
            return _answered(visit, purpose, parameters)
        except Exception as error:
            return people.failed(visit, _worded(error, parameters))

    def too_large(visit: Visit) -> Response:
        return people.failed(visit, _TOO_LARGE("The request holds too much."))

    return Endpoint(answer, too_large)


_TOO_LARGE = PassiveRow(9604, "invalid_request", title=_TITLE, advice=_CLIENT)

AUTHORIZE = _endpoint("authorize")
DEVICE = _endpoint("device")
LEAVE = _endpoint("leave")


def _answered(visit: Visit, purpose: PurposeName, sent: Mapping[str, str]) -> Response:
    # A parameter without a value counts as absent (RFC 6749 3.1).
    parameters = {name: value for name, value in sent.items() if value}
    if people.is_own(parameters):
        request = people.browser_request(visit, purpose, {})
        outcome = people.posted(visit, request, parameters)
    else:
        if sum(len(f"{name}{value}".encode()) for name, value in parameters.items()) > _LONGEST:
            raise _TOO_LARGE("The request holds too much: the query string is too long.")
        request = people.browser_request(visit, purpose, parameters)
        dispatcher = people.side(visit.service, visit.farm).dispatcher
        outcome = dispatcher.begin(request)
    return _shown(visit, request, outcome, parameters)


def returned(
    visit: Visit, journey: Journey, request: BrowserRequest, brought: Mapping[str, str]
) -> Response:
    """Go on with who comes back from another token service, where a journey was begun here.

    Raises PassiveError for a token that is not believed.
    """
    try:
        outcome = people.side(visit.service, visit.farm).dispatcher.posted(brought, request)
        answer = _shown(visit, request, outcome, journey.parameters)
        return answer.with_headers((people.reaching(visit, journey.home),))
    except PassiveError:
        raise
    except Exception as error:
        return people.failed(visit, _worded(error, journey.parameters))


def _shown(
    visit: Visit, request: BrowserRequest, outcome: Outcome, parameters: Mapping[str, str]
) -> Response:
    away = isinstance(outcome.step, Tell) and outcome.journey is not None
    if not away:  # on the way to another token service no application is told anything
        record(visit.service, outcome, visit.trace)
    answer = people.answered(visit, request, _refused(outcome, parameters))
    return answer.with_headers(people.remembering(visit, outcome))


_LONGEST = people.LONGEST_REQUEST


def _refused(outcome: Outcome, parameters: Mapping[str, str]) -> Outcome:
    step = outcome.step
    if not isinstance(step, Refuse):
        return outcome
    error = _worded(step.error, parameters)
    return replace(outcome, step=Refuse(error)) if isinstance(error, SignInError) else outcome


def _worded(error: Exception, parameters: Mapping[str, str]) -> Exception:
    """Return a refusal of the engine as a page of AD FS says it."""
    if not isinstance(error, SignInError) or isinstance(error, PassiveError):
        return error
    if error.row in people.STALE:
        return error
    said = wording.worded(error, parameters, on_page=True)
    advice = _ADVICE.get(said.number, _CLIENT)
    row = PassiveRow(said.number, said.error, said.status, title=_TITLE, advice=advice)
    return row(said.text)


ENDPOINTS: Mapping[str, Endpoint] = {
    "adfs/oauth2/authorize": AUTHORIZE,
    "adfs/oauth2/deviceauth": DEVICE,
    "adfs/oauth2/logout": LEAVE,
}
