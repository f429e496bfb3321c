"""Sign-out of federated people: here, and where they signed in (WS-Federation 1.2, 13.2.4).

Both sides may begin it. What begins here goes on to the other token service, which comes back;
what begins there arrives in a frame, as a clean-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from xrm.sts.accounts.federated import AUDIENCE
from xrm.sts.model import DomainFederation, SignedIn
from xrm.sts.signin import leaving
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import Left, Outcome
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import CleanUp, SignOut

CLEAN_UP = "clean-up"
"""The note of a request that another token service sends: forget its people."""


class Leaving(leaving.Leaving):
    """Entra ID's sign-out, which goes on to the token services of federated people."""

    def go_on(self, visit: Visit) -> Outcome:
        """Sign out, or forget the people of the other token services."""
        if visit.journey.notes.get(CLEAN_UP):
            return self._cleaned(visit)
        return super().go_on(visit)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take the person's decision, or who comes back from a sign-out elsewhere."""
        if step == "returned":
            journey = visit.journey
            step_now = Left(journey.username, (), journey.parameters.get("onward", ""))
            return Outcome(step_now, journey)
        return super().take(visit, step, fields)

    def left(self, visit: Visit, accounts: Sequence[SignedIn], username: str) -> Outcome:
        """Return the end of the session of these accounts, and the way on to where they were."""
        outcome = super().left(visit, accounts, username)
        step, asked = outcome.step, _federations(visit, accounts)
        if not asked or not isinstance(step, Left):
            return outcome
        onward = _address(visit, asked[0], step)
        told = asked[1:] if onward else asked
        frames = (messages.address(one.sign_out, CleanUp()) for one in told)
        step = replace(step, frames=(*step.frames, *frames), url=onward or step.url)
        return replace(outcome, step=step)

    def _cleaned(self, visit: Visit) -> Outcome:
        accounts = [one for one in signed_in(visit.session) if visit.view.federation(one.username)]
        above = tuple(one.passive for one in _federations(visit, accounts))
        outcome = super().left(visit, accounts, "")
        return replace(outcome, step=replace(_left(outcome), url="", within=above))


def _left(outcome: Outcome) -> Left:
    assert isinstance(outcome.step, Left)
    return outcome.step


def _federations(visit: Visit, accounts: Sequence[SignedIn]) -> list[DomainFederation]:
    """Return where people signed in and can sign out again, each token service once."""
    found = (visit.view.federation(one.username) for one in accounts)
    known = {one.sign_out: one for one in found if one is not None and one.sign_out}
    return list(known.values())


def _address(visit: Visit, federation: DomainFederation, step: Left) -> str:
    """Return the address that signs out there and comes back, "" where the way is too long."""
    journey = replace(
        visit.journey,
        purpose="leave",
        parameters={"onward": step.url},
        username=step.username,
        home=federation.domain,
        notes={},
    )
    sealed = visit.service.parts.sealer.seal("page", journey)
    back = f"{visit.service.base_url}/login.srf?{urlencode({'wctx': sealed})}"
    if len(back) > messages.LONGEST:
        return ""
    return messages.address(federation.sign_out, SignOut(reply=back, realm=AUDIENCE))
