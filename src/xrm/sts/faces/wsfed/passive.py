"""`/adfs/ls/`: passive messages in, pages, forms and redirects out."""

from uuid import UUID

from xrm.sts.adfs.passive import asked, refusals
from xrm.sts.adfs.passive import homes as realms
from xrm.sts.faces.adfs import cookies, people
from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.signin.journey import BrowserRequest, Outcome, Tell
from xrm.wire.http import Headers, Response
from xrm.wire.wsfed.messages import Result, SignIn

_ALLOWED = "GET, POST"


def _answer(visit: Visit) -> Response:
    """Answer a passive request (WS-Federation 1.2, 13)."""
    if visit.request.method not in _ALLOWED.split(", "):
        return people.refused_method(visit, _ALLOWED)
    try:
        return _passive(visit)
    except Exception as error:  # a page is the only answer there is
        return people.failed(visit, error)


def _too_large(visit: Visit) -> Response:
    return people.failed(visit, refusals.MALFORMED("The request is too large."))


PASSIVE = Endpoint(_answer, _too_large, limit=384 * 1024)


def _passive(visit: Visit) -> Response:
    fields = people.form(visit) if visit.request.method == "POST" else people.parameters(visit)
    if visit.request.method == "POST" and people.is_own(fields):
        request = people.browser_request(visit, "passive", {})
        return _shown(visit, request, people.posted(visit, request, fields))
    message = asked.message_of(fields)
    if isinstance(message, Result):
        if visit.request.method != "POST":
            raise refusals.MALFORMED("A token comes in a form only.")
        return _brought(visit, message)
    if isinstance(message, SignIn):
        _check_loop(visit)
    given = message.fields()
    if sum(len(f"{name}{value}".encode()) for name, value in given.items()) > (
        people.LONGEST_REQUEST
    ):
        raise refusals.MALFORMED("The request holds too much.")
    request = people.browser_request(visit, "passive", given)
    at = people.side(visit.service, visit.farm)
    return _shown(visit, request, at.dispatcher.begin(request))


def _brought(visit: Visit, message: Result) -> Response:
    """Go on with who comes back from another token service."""
    if not message.context:
        raise refusals.BAD_TOKEN("Nobody at this browser was sent to another token service.")
    request = people.browser_request(visit, "passive", {})
    at = people.side(visit.service, visit.farm)
    brought = {"state": message.context, "step": "result", "wresult": message.result}
    return _shown(visit, request, at.dispatcher.posted(brought, request))


def _check_loop(visit: Visit) -> None:
    at = people.side(visit.service, visit.farm)
    given = _given(visit, at.mark)
    if given.is_loop():
        seconds = int(visit.service.clock() - given.since)
        raise refusals.LOOP(
            f"The same client browser session has made '{given.count + 1}' requests in the last "
            f"'{seconds}' seconds."
        )


def _given(visit: Visit, mark: str) -> cookies.Given:
    sent = cookies.read(visit.request, mark)
    return cookies.Given.read(sent["MSISLoopDetectionCookie"], visit.service.clock())


def _shown(visit: Visit, request: BrowserRequest, outcome: Outcome) -> Response:
    return people.answered(visit, request, outcome).with_headers(_noted(visit, outcome))


def _noted(visit: Visit, outcome: Outcome) -> Headers:
    """Return the cookies that remember where the person was signed in, and by whom."""
    step, journey, about = outcome.step, outcome.journey, outcome.about
    if not isinstance(step, Tell) or journey is None or about.application_id is None:
        return ()
    at = people.side(visit.service, visit.farm)
    lines: list[tuple[str, str]] = []
    if journey.home:
        chosen = cookies.packed(journey.home)
        lines.append(
            cookies.line(at.mark, "MSISIPSelectionPersistent", chosen, cookies.SELECTION_SECONDS)
        )
    if step.mode == "form_post":
        sent = cookies.read(visit.request, at.mark)
        reached = cookies.Reached.read(sent["MSISSignOut"])
        reached = reached.also(party=about.application_id, provider=_provider(visit, journey.home))
        counted = _given(visit, at.mark).once_more(visit.service.clock())
        lines += [
            cookies.line(at.mark, "MSISSignOut", reached.packed()),
            cookies.line(at.mark, "MSISLoopDetectionCookie", counted, cookies.LOOP_SECONDS + 1),
        ]
    return tuple(lines)


def _provider(visit: Visit, home: str) -> UUID | None:
    """Return the id of the token service that signed somebody in, None for the farm itself."""
    view = people.side(visit.service, visit.farm).service.directory.singly()
    found = realms.providers(view, visit.farm).get(home)
    return found.provider_id if found is not None else None
