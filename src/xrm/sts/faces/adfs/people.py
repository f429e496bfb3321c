"""People at a farm: a browser's request to the dispatcher, its outcome as a page or a redirect."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from xrm.db import Busy
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.adfs import serving
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.oauth.realms import HomeRealms
from xrm.sts.adfs.passive import Leaving, Passive, PassiveError, homes, refusals
from xrm.sts.faces.adfs import cookies
from xrm.sts.faces.adfs.showing import failure, page
from xrm.sts.faces.adfs.visit import Visit
from xrm.sts.faces.entra.answers import standing_headers
from xrm.sts.faces.pages import render, shown
from xrm.sts.faces.pages.shown import Form
from xrm.sts.handles.secrets import new_secret, sent_secret
from xrm.sts.model import ADFS
from xrm.sts.service import TokenService
from xrm.sts.signin import redirects
from xrm.sts.signin.authorize import Authorize
from xrm.sts.signin.devices import Devices
from xrm.sts.signin.dispatcher import Dispatcher, Purpose
from xrm.sts.signin.journey import (
    AskHome,
    Browser,
    BrowserRequest,
    Outcome,
    PurposeName,
    Refuse,
    Tell,
)
from xrm.wire import oauth
from xrm.wire.http import NO_STORE, Headers, Response, content_type

LONGEST_REQUEST = 12 * 1024
"""Characters of a request that goes along in every page; AD FS's own limit is not known."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Side:
    """The interactive side of a farm: the service as its people meet it, and the dispatcher."""

    service: TokenService
    farm: Farm
    dispatcher: Dispatcher

    @property
    def mark(self) -> str:
        """Return what tells its cookies from those of others."""
        return self.service.parts.mark


@lru_cache(maxsize=32)
def side(service: TokenService, farm: Farm) -> Side:
    """Return the interactive side of a farm: kept, for what it remembers of the directory."""
    own = service if service.farm is not None else serving.at(service, farm)
    purposes: dict[PurposeName, Purpose] = {
        "passive": Passive(farm),
        "authorize": HomeRealms(Authorize(), farm),
        "device": HomeRealms(Devices(), farm),
        "leave": Leaving(farm),
    }
    return Side(own, farm, Dispatcher(own, purposes))


def browser_request(
    visit: Visit, purpose: PurposeName, parameters: Mapping[str, str]
) -> BrowserRequest:
    """Return what a browser asks for a purpose, with its cookies."""
    at = side(visit.service, visit.farm)
    sent = cookies.read(visit.request, at.mark)
    reached = cookies.Reached.read(sent["MSISSignOut"])
    destination = visit.request.header("sec-fetch-dest")
    return BrowserRequest(
        purpose=purpose,
        flavour=ADFS,
        segment=str(visit.farm.tenant.tenant_id),
        parameters=parameters,
        browser=Browser(
            sent_secret(sent["MSISContext"]) or new_secret(), sent_secret(sent["MSISAuth"])
        ),
        trace=visit.trace,
        embedded=destination not in (None, "document"),
        notes={
            "home": cookies.unpacked(sent["MSISIPSelectionPersistent"]),
            "parties": " ".join(map(str, reached.parties)),
            "providers": " ".join(map(str, reached.providers)),
        },
    )


def parameters(visit: Visit) -> dict[str, str]:
    """Return the parameters of an address. Raises PassiveError for one that comes twice."""
    try:
        pairs = visit.request.parameters()
    except ValueError as error:
        raise refusals.MALFORMED("The query of the request is malformed.") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refusals.MALFORMED("A parameter of the request is repeated.")
    return found


def form(visit: Visit) -> dict[str, str]:
    """Return the fields of a form. Raises PassiveError for what is none."""
    if content_type(visit.request) != oauth.FORM:
        raise refusals.MALFORMED("The request is malformed: a form is wanted.")
    try:
        return oauth.read_form(visit.request.body)
    except oauth.DuplicateParameter as error:
        raise refusals.MALFORMED("A field of the form is repeated.") from error
    except oauth.MalformedForm as error:
        raise refusals.MALFORMED("The request is malformed.") from error


def is_own(fields: Mapping[str, str]) -> bool:
    """Tell whether a form is one of a farm's own pages."""
    return shown.STATE in fields


def posted(visit: Visit, request: BrowserRequest, fields: Mapping[str, str]) -> Outcome:
    """Return what comes of a form of a farm's page. Raises as `Dispatcher.posted`."""
    origin = visit.request.header("origin")
    if origin is not None and origin != visit.service.base_url:
        raise signin.OTHER_BROWSER("The form was sent by a page of another origin. Begin again.")
    given = {name: value for name, value in fields.items() if name not in _RENAMED}
    given |= {_RENAMED[name]: fields[name] for name in _RENAMED if name in fields}
    if "home" in given:
        given["step"] = "home"
    elif shown.USERNAME in fields:
        given["step"] = "sign-in"
    return side(visit.service, visit.farm).dispatcher.posted(given, request)


_RENAMED = {shown.STATE: "state", shown.USERNAME: "username", shown.PASSWORD: "password"}


def answered(visit: Visit, request: BrowserRequest, outcome: Outcome) -> Response:
    """Return an outcome as a redirect or a page, with the cookies that go along."""
    at = side(visit.service, visit.farm)
    lines = (*always(visit), *_session_lines(at, visit, outcome))
    step = outcome.step
    if isinstance(step, Refuse):
        return failed(visit, step.error, extra=lines)
    lines += (cookies.line(at.mark, "MSISContext", request.browser.binding.reveal()),)
    if isinstance(step, Tell):
        return _told(step, lines)
    sealed = at.dispatcher.sealed(outcome.journey) if outcome.journey is not None else ""
    query = f"?{visit.request.query}" if visit.request.query else ""
    posts_to = Form(f"{visit.request.path}{query}", sealed, shown.STATE)
    leads_to = [outcome.about.redirect.url] if outcome.about.redirect is not None else []
    if isinstance(step, AskHome):
        leads_to += [one.address for one in step.choices]
    return render.answer(page(visit, outcome, posts_to), extra=lines, leads_to=tuple(leads_to))


def remembering(visit: Visit, outcome: Outcome) -> Headers:
    """Return the cookies that remember which token service the person chose, and was sent to."""
    home = outcome.journey.home if outcome.journey is not None else ""
    if not home:
        return ()
    mark = side(visit.service, visit.farm).mark
    chosen, seconds = cookies.packed(home), cookies.SELECTION_SECONDS
    return (cookies.line(mark, "MSISIPSelectionPersistent", chosen, seconds),)


def reaching(visit: Visit, home: str, *, party: UUID | None = None) -> tuple[str, str]:
    """Return the cookie that has a sign-out reach who signed the person in, and a party."""
    at = side(visit.service, visit.farm)
    reached = cookies.Reached.read(cookies.read(visit.request, at.mark)["MSISSignOut"])
    provider = homes.providers(at.service.directory.singly(), visit.farm).get(home)
    reached = reached.also(party=party, provider=provider.provider_id if provider else None)
    return cookies.line(at.mark, "MSISSignOut", reached.packed())


def failed(visit: Visit, error: Exception, *, extra: Headers = ()) -> Response:
    """Show a person why they cannot go on; what is no refusal is logged, and told as a failure."""
    status = 400
    if isinstance(error, PassiveError):
        refused = error
    elif isinstance(error, SignInError) and error.row in STALE:
        refused = refusals.EXPIRED(error.sentence)
    elif isinstance(error, SignInError):
        refused, status = refusals.REFUSED(error.sentence), error.row.status
    elif isinstance(error, Busy):
        refused, status = refusals.FAILED("The service is busy. Try again shortly."), 503
    else:
        # The request is not logged: it may hold a password.
        _log.error("request %s failed", visit.trace.trace_id, exc_info=error)
        refused, status = refusals.FAILED("The service could not answer."), 500
    lines = extra or always(visit)
    return render.answer(failure(visit, refused), status=status, extra=lines)


STALE = frozenset({signin.FLOW_EXPIRED, signin.OTHER_BROWSER})
"""What a page says that is too old, or another browser's."""


def always(visit: Visit) -> Headers:
    """Return the header lines of every answer of a farm's pages."""
    lines = standing_headers(visit.service.base_url)
    return tuple(line for line in lines if line[0] != "x-ms-ests-server")


def refused_method(visit: Visit, allowed: str) -> Response:
    """Answer a method that an address does not take."""
    return Response(405, (*NO_STORE, *always(visit), ("Allow", allowed)))


def _session_lines(at: Side, visit: Visit, outcome: Outcome) -> Headers:
    if outcome.cookie is None:
        return ()
    if outcome.cookie.secret is None:
        names: tuple[cookies.Name, ...] = ("MSISAuth", "MSISAuthenticated", "MSISSignOut")
        return tuple(cookies.gone(at.mark, name) for name in names)
    when = cookies.packed(cookies.moment(visit.service.clock()))
    return (
        cookies.line(at.mark, "MSISAuth", outcome.cookie.secret.reveal()),
        cookies.line(at.mark, "MSISAuthenticated", when),
    )


def _told(step: Tell, lines: Headers) -> Response:
    if step.mode == "form_post":
        answer = shown.FormPost(step.url, tuple(step.fields.items()), "hiddenform")
        return render.answer(answer, extra=lines)
    if step.mode == "query":
        # A browser carries a fragment over to where it is sent, unless that has one.
        location = redirects.with_query(step.url, step.fields) + "#"
    else:
        location = redirects.with_fragment(step.url, step.fields)
    return Response(302, (("Location", location), *NO_STORE, *lines))
