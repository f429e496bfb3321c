"""`/adfs/ls/`: passive messages in, pages, forms and redirects out."""

from dataclasses import replace

from xrm.sts.adfs.passive import PassiveError, asked, refusals
from xrm.sts.audit import Event
from xrm.sts.faces.adfs import cookies, interactive, people
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
        if isinstance(error, PassiveError):
            _record(visit, error)
        return people.failed(visit, error)


def _too_large(visit: Visit) -> Response:
    page = people.failed(visit, refusals.MALFORMED("The request is too large."))
    return Response(413, page.headers, page.body)


PASSIVE = Endpoint(_answer, _too_large, limit=384 * 1024)


def _record(visit: Visit, error: PassiveError) -> None:
    visit.service.audit.record(
        Event(
            time=visit.service.clock(),
            operation="wsfed",
            outcome="refused",
            error=error.row.number,
            tenant_id=visit.farm.tenant.tenant_id,
            peer=visit.trace.peer,
            correlation_id=visit.trace.correlation_id,
            trace_id=visit.trace.trace_id,
        )
    )


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
    if isinstance(message, SignIn):
        # It goes along in every page: what only a sign-out needs stays behind.
        request = replace(request, notes={"home": request.notes["home"]})
    at = people.side(visit.service, visit.farm)
    return _shown(visit, request, at.dispatcher.begin(request))


def _brought(visit: Visit, message: Result) -> Response:
    """Go on with who comes back from another token service."""
    if not message.context:
        raise refusals.BAD_TOKEN("Nobody at this browser was sent to another token service.")
    request = people.browser_request(visit, "passive", {})
    dispatcher = people.side(visit.service, visit.farm).dispatcher
    brought = {"state": message.context, "step": "result", "wresult": message.result}
    journey = dispatcher.opened(message.context, request.browser)
    if journey.purpose != "passive":
        return interactive.returned(visit, journey, request, brought)
    return _shown(visit, request, dispatcher.posted(brought, request))


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
    if journey is None or about.application_id is None:
        return ()
    mark = people.side(visit.service, visit.farm).mark
    lines = list(people.remembering(visit, outcome))
    if isinstance(step, Tell) and step.mode == "form_post":
        counted = _given(visit, mark).once_more(visit.service.clock())
        lines += [
            people.reaching(visit, journey.home, party=about.application_id),
            cookies.line(mark, "MSISLoopDetectionCookie", counted, cookies.LOOP_SECONDS + 1),
        ]
    return tuple(lines)
