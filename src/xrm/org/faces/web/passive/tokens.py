"""The token of an answer (`wresult`): believed, or refused."""

import logging

from xrm.model.ports import Clock
from xrm.org.callers.assertions import Assertions, NotBelieved, end_of
from xrm.org.faces.web.passive.sessions import Session
from xrm.org.ports import PassiveTrust
from xrm.wire.saml import Assertion
from xrm.wire.wsfed import results

log = logging.getLogger("xrm.page")


class Refused(Exception):
    """A token does not count; the text is for the person who brings it."""


class Used(Refused):
    """A token was brought before."""


class Tokens:
    """Find who is signed in by the answers of one organization's farm."""

    def __init__(self, assertions: Assertions, trust: PassiveTrust, clock: Clock) -> None:
        self._assertions = assertions
        self._trust = trust
        self._clock = clock

    def session(self, result: str) -> Session:
        """Return the session a `wresult` begins. Raises Refused, and Used for a second time."""
        try:
            assertion = self._believed(result)
            username = self._assertions.named(assertion)
            self._check(assertion)
        except NotBelieved as error:
            log.info("a sign-in was refused: %s", error.reason)
            # What nobody has signed may be made up to find out how it is read.
            why = (
                error.reason
                if error.told
                else "it cannot be read, or is not signed as it should be"
            )
            raise Refused(f"What the token service sent does not count: {why}.") from None
        expires = end_of(assertion)
        if not self._trust.is_new(assertion.id, until=expires):
            raise Used("What the token service sent was used before.")
        return Session(username, assertion.not_before, expires)

    def _believed(self, result: str) -> Assertion:
        try:
            element = results.read(result)
        except results.ResultError as error:
            raise NotBelieved(str(error), is_none=True) from None
        certificates = self._assertions.trust.certificates()
        return self._assertions.verified(element, certificates)

    def _check(self, assertion: Assertion) -> None:
        """Refuse what is not to be brought now, or not by whoever bears it."""
        if assertion.confirmation.kind != "bearer":
            raise NotBelieved("the token is that of a program that holds a key", told=True)
        now = self._clock()
        # The session is no longer than the token: clocks that differ lengthen neither.
        if now >= end_of(assertion):
            raise NotBelieved("the token has expired", told=True)
        if now < assertion.not_before - self._assertions.trust.skew:
            raise NotBelieved("the token is not valid yet", told=True)
