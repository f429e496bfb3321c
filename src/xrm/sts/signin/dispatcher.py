"""The dispatcher: finds out who is at the browser, page by page, then lets the purpose go on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.accounts.proof import authenticated
from xrm.sts.audit import LONGEST, Event
from xrm.sts.handles.sealing import Unreadable
from xrm.sts.handles.secrets import digest
from xrm.sts.model import Authentication, User
from xrm.sts.registration import RegistrationError
from xrm.sts.registration.people import change_password
from xrm.sts.service import TokenService
from xrm.sts.signin import elsewhere
from xrm.sts.signin.browser import Sessions
from xrm.sts.signin.journey import (
    About,
    AskName,
    AskNewPassword,
    AskPassword,
    Browser,
    BrowserRequest,
    Journey,
    Outcome,
    PurposeName,
    Refuse,
    SessionCookie,
    Step,
)
from xrm.sts.signin.visit import Visit, key_of

PATIENCE = 1800
"""Seconds a page may stay open."""

_LONGEST_NAME = 256  # longer than any account's, short enough to go along in a page

_TOLD = {
    signin.WRONG_PASSWORD.number: "Your account or password is incorrect.",
    signin.LOCKED.number: (
        "Your account is temporarily locked to prevent unauthorized use. Try again later, and if "
        "you still have trouble, ask your administrator."
    ),
}


class Purpose(Protocol):
    """What people sign in for."""

    def about(self, visit: Visit) -> About:
        """Return what the pages say of it. Raises SignInError: a page shows it."""

    def go_on(self, visit: Visit) -> Outcome:
        """Return what comes next, whoever is or is not known. Raises SignInError for a page."""

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Return what comes of a button of its own pages."""


class Dispatcher:
    """The interactive side of a token service."""

    def __init__(self, service: TokenService, purposes: Mapping[PurposeName, Purpose]) -> None:
        self._service = service
        self._purposes = purposes
        apart = service.parts.mark if service.farm is not None else ""
        self._sessions = Sessions(service.database, service.store, service.ids, farm=apart)

    def begin(self, request: BrowserRequest) -> Outcome:
        """Return the answer to a request that comes without a page of ours before it.

        Raises SignInError for what only the person can be told.
        """
        now = self._service.clock()
        journey = Journey(
            purpose=request.purpose,
            flavour=request.flavour.name,
            segment=request.segment,
            parameters=request.parameters,
            browser=digest(request.browser.binding.reveal()),
            expires=int(now) + PATIENCE,
            home=request.notes.get("home", ""),
            notes=request.notes,
        )
        visit = self._visit(journey, request)
        return elsewhere.hinted(visit, self._purposes[journey.purpose].go_on(visit))

    def posted(self, fields: Mapping[str, str], request: BrowserRequest) -> Outcome:
        """Return what comes of a form of ours.

        Raises AADSTS50089 when its page is too old or its state is none, 165000 when it was made
        for another browser, and what the purposes raise.
        """
        journey = self.opened(fields.get("state", ""), request.browser)
        visit = self._visit(journey, request)
        return elsewhere.led(visit, self._taken(visit, fields))

    def returned(self, state: str, result: str, request: BrowserRequest) -> Outcome:
        """Return what comes of the `wresult` of a federated domain's token service.

        Raises as `posted` does, and what `elsewhere.believed` raises.
        """
        visit = self._visit(self.opened(state, request.browser), request)
        try:
            found = elsewhere.believed(visit, result, began=visit.journey.expires - PATIENCE)
        except SignInError as error:
            self._record(visit, error.row.number)
            raise
        visit = visit.with_journey(username=found.person.user_principal_name, home="")
        self._record(visit, 0)
        cookie = self._sessions.sign_in(
            visit.session, found.person, found.authentication, keep=False, now=visit.now
        )
        return self._gone_on(visit, found.person.object_id, cookie)

    def _taken(self, visit: Visit, fields: Mapping[str, str]) -> Outcome:
        if fields.get("account"):
            return self._chosen(visit, fields["account"])
        step = fields.get("step", "")
        own = {
            "name": self._named,
            "password": self._proved,
            "sign-in": self._named_and_proved,
            "change": self._changed,
            "other": self._other,
        }
        if step in own:
            return own[step](visit, fields)
        return self._purposes[visit.journey.purpose].take(visit, step, fields)

    def opened(self, state: str, browser: Browser) -> Journey:
        """Return the journey of a form. Raises AADSTS50089 or 165000."""
        try:
            journey = self._service.parts.sealer.open("page", Journey, state)
        except Unreadable as error:
            raise signin.FLOW_EXPIRED("The page cannot be gone on with. Begin again.") from error
        if self._service.clock() >= journey.expires:
            raise signin.FLOW_EXPIRED("The page was open for too long. Begin again.")
        # The digest is of a secret that only this browser has: whoever makes another browser
        # post it signs nobody in there (cross-site request forgery).
        if Secret(journey.browser) != Secret(digest(browser.binding.reveal())):
            raise signin.OTHER_BROWSER(
                "The page was made for another browser, or cookies are blocked. Begin again."
            )
        return journey

    def sealed(self, journey: Journey) -> str:
        """Return a journey as the state of a form."""
        return self._service.parts.sealer.seal("page", journey)

    def _visit(self, journey: Journey, request: BrowserRequest) -> Visit:
        now, view = self._service.clock(), self._service.directory.singly()
        return Visit(
            service=self._service,
            sessions=self._sessions,
            view=view,
            browser=request.browser,
            session=self._sessions.find(request.browser.session, view, now=now),
            journey=journey,
            now=now,
            trace=request.trace,
            embedded=request.embedded,
        )

    def _about(self, visit: Visit) -> About:
        return self._purposes[visit.journey.purpose].about(visit)

    def _shown(self, visit: Visit, step: Step) -> Outcome:
        return Outcome(step, visit.journey, self._about(visit))

    def _other(self, visit: Visit, _fields: Mapping[str, str]) -> Outcome:
        visit = visit.with_journey(username="", person=None, fresh=False)
        return self._shown(visit, AskName())

    def _named(self, visit: Visit, fields: Mapping[str, str]) -> Outcome:
        username = fields.get("username", "").strip()[:_LONGEST_NAME]
        visit = visit.with_journey(username=username, person=None, fresh=False)
        if not username:
            return self._shown(visit, AskName("Enter your user name."))
        if elsewhere.is_elsewhere(visit, username):
            return self._shown(visit, AskPassword())
        tells = self._service.profile.tells_unknown_people
        if tells and self._find(visit) is None:
            return self._shown(visit, AskName("We could not find an account with that user name."))
        return self._shown(visit, AskPassword())

    def _named_and_proved(self, visit: Visit, fields: Mapping[str, str]) -> Outcome:
        """Take name and password from one page, as AD FS asks for them."""
        username = fields.get("username", "").strip()[:_LONGEST_NAME]
        visit = visit.with_journey(username=username, person=None, fresh=False)
        if not username:
            return self._shown(visit, AskPassword("Enter your user name."))
        return self._proved(visit, fields)

    def _find(self, visit: Visit) -> User | None:
        # Whose tenant it is not is told after the password: the name alone tells nothing of it.
        # Who belongs elsewhere has no password here, whatever a form may bring.
        if elsewhere.is_elsewhere(visit, visit.journey.username):
            return None
        return visit.view.user_named(visit.journey.username)

    def _proved(self, visit: Visit, fields: Mapping[str, str]) -> Outcome:
        password = Secret(fields.get("password", ""))
        if not visit.journey.username:
            return self._shown(visit, AskName("Enter your user name."))
        try:
            person, authentication = self._prove(visit, password)
        except SignInError as error:
            if error.row is signin.EXPIRED_PASSWORD:
                return self._shown(visit, AskNewPassword())
            if error.row.number not in _TOLD and error.row is not signin.NO_SUCH_PERSON:
                raise
            told = _TOLD.get(error.row.number, _TOLD[signin.WRONG_PASSWORD.number])
            return self._shown(visit, AskPassword(told))
        keep = fields.get("keep") == "true"
        cookie = self._sessions.sign_in(
            visit.session, person, authentication, keep=keep, now=visit.now
        )
        return self._gone_on(visit, person.object_id, cookie)

    def _changed(self, visit: Visit, fields: Mapping[str, str]) -> Outcome:
        """Change a password that has expired, and sign in with the new one."""
        new = Secret(fields.get("new_password", ""))
        if new != Secret(fields.get("again", "")):
            return self._shown(visit, AskNewPassword("The two new passwords are not the same."))
        person = self._find(visit)
        current = Secret(fields.get("password", ""))
        try:
            self._prove(visit, current)
        except SignInError as error:
            if error.row is not signin.EXPIRED_PASSWORD:
                told = _TOLD.get(error.row.number, _TOLD[signin.WRONG_PASSWORD.number])
                return self._shown(visit, AskNewPassword(told))
        assert person is not None
        try:
            person = change_password(self._service, person, current, new)
        except RegistrationError as error:
            return self._shown(visit, AskNewPassword(f"{str(error).capitalize()}."))
        authentication = replace(
            authenticated(person, now=self._service.clock()), time=person.sessions_from
        )
        cookie = self._sessions.sign_in(
            visit.session, person, authentication, keep=False, now=visit.now
        )
        return self._gone_on(visit, person.object_id, cookie)

    def _prove(self, visit: Visit, password: Secret) -> tuple[User, Authentication]:
        """Return whose name and password came. Raises as `Proof.prove`; the audit tells either."""
        try:
            found = self._service.parts.proof.prove(
                lambda: self._find(visit),
                username=visit.view.canonical(visit.journey.username),
                password=password,
                peer=visit.peer,
                now=visit.now,
            )
        except SignInError as error:
            self._record(visit, error.row.number)
            raise
        self._record(visit, 0)
        return found

    def _record(self, visit: Visit, error: int) -> None:
        self._service.audit.record(
            Event(
                time=visit.now,
                operation="sign-in",
                outcome="refused" if error else "done",
                error=error,
                client=_asker(visit.journey.parameters)[:LONGEST],
                resource=visit.journey.username[:LONGEST],
                peer=visit.peer,
                correlation_id=visit.trace.correlation_id,
                trace_id=visit.trace.trace_id,
            )
        )

    def _chosen(self, visit: Visit, key: str) -> Outcome:
        accounts = visit.session.accounts if visit.session is not None else ()
        chosen = next((one for one in accounts if key == key_of(one)), None)
        if chosen is None:
            return self._other(visit, {})
        visit = visit.with_journey(username=chosen.username, person=None, fresh=False)
        if visit.journey.purpose == "leave":
            return self._purposes["leave"].take(visit, "account", {"account": key})
        if not chosen.signed_in:
            return self._shown(visit, AskPassword())
        visit = visit.with_journey(
            person=chosen.authentication.person, done=(*visit.journey.done, "select_account")
        )
        return self._purposes[visit.journey.purpose].go_on(visit)

    def _gone_on(self, visit: Visit, person: UUID, cookie: SessionCookie) -> Outcome:
        return gone_on(self._purposes[visit.journey.purpose], visit, person, cookie)


def gone_on(purpose: Purpose, visit: Visit, person: UUID, cookie: SessionCookie) -> Outcome:
    """Go on with somebody who has just signed in; the page before it is not read again."""
    done = (*visit.journey.done, "login", "select_account")
    visit = visit.with_journey(person=person, fresh=True, done=tuple(dict.fromkeys(done)))
    view = visit.service.directory.singly()
    session = visit.sessions.find(cookie.secret, view, now=visit.now)
    try:
        outcome = purpose.go_on(replace(visit, view=view, session=session))
    except SignInError as error:
        # The cookie of before is worth nothing any more: the new one must arrive.
        outcome = Outcome(Refuse(error))
    return replace(outcome, cookie=cookie)


def _asker(parameters: Mapping[str, str]) -> str:
    """Return who asks: an application, or a web site of WS-Federation."""
    return parameters.get("client_id") or parameters.get("wtrealm", "")
