"""Home realm discovery for OAuth: whose people the farm asks, and whom it sends elsewhere.

It stands before a purpose of the engine, and comes in where that would ask somebody who they
are. So what needs no question — a session, `prompt=none`, a refusal — is as it was.
"""

from collections.abc import Mapping
from dataclasses import replace

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.oauth import guests
from xrm.sts.adfs.passive import away, homes
from xrm.sts.signin.dispatcher import Purpose, gone_on
from xrm.sts.signin.elsewhere import freshness
from xrm.sts.signin.journey import About, AskName, AskPassword, Choose, Outcome
from xrm.sts.signin.visit import Visit


class HomeRealms:
    """A purpose whose people may belong to another token service."""

    def __init__(self, purpose: Purpose, farm: Farm) -> None:
        self._purpose = purpose
        self._farm = farm

    def about(self, visit: Visit) -> About:
        """Return what the pages say of the purpose."""
        return self._purpose.about(visit)

    def go_on(self, visit: Visit) -> Outcome:
        """Return what comes next; before a question who somebody is, where they belong."""
        return self._led(visit, self._purpose.go_on(visit))

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take the choice of a token service, or what another one sent. Raises PassiveError."""
        if step == "home":
            home = homes.chosen(visit.view, self._farm, fields.get("home", ""))
            outcome = self._purpose.go_on(visit.with_journey(home=home))
            return self._at(visit, outcome, home) if _asks(outcome) else outcome
        if step == "result":
            return self._brought(visit, fields.get("wresult", ""))
        return self._led(visit, self._purpose.take(visit, step, fields))

    def _led(self, visit: Visit, outcome: Outcome) -> Outcome:
        """Return an outcome, or the way elsewhere in place of its question who somebody is."""
        if not _asks(outcome) or not homes.providers(visit.view, self._farm):
            return outcome
        home = self._home(visit, outcome)
        if not home:
            return replace(outcome, step=homes.choices(visit.view, self._farm))
        return self._at(visit, outcome, home)

    def _home(self, visit: Visit, outcome: Outcome) -> str:
        """Return the identifier of the token service to ask, "" where the person has to say.

        What the application hints at comes first ([MS-OAPX] 2.2.2.5), then the suffix of the
        name it hints at, then what the person chose before.
        """
        view, farm, journey = visit.view, self._farm, visit.journey
        name = outcome.step.username if isinstance(outcome.step, AskPassword) else ""
        return (
            homes.hinted(view, farm, journey.parameters.get("domain_hint", ""))
            or homes.of_name(view, farm, name)
            or homes.remembered(view, farm, journey.home)
        )

    def _at(self, visit: Visit, outcome: Outcome, home: str) -> Outcome:
        """Return the question of the farm itself, or the way to another token service."""
        assert outcome.journey is not None
        journey = replace(outcome.journey, home=home)
        provider = homes.providers(visit.view, self._farm).get(home)
        if provider is None:
            return replace(outcome, journey=journey)
        return away.sent(
            replace(visit, journey=journey),
            self._farm,
            provider,
            outcome.about,
            fresh=freshness(visit),
            username=journey.username,
        )

    def _brought(self, visit: Visit, text: str) -> Outcome:
        """Go on with who comes back from another token service, and sign them in here."""
        subject = away.back(visit, self._farm, text, minutes=freshness(visit))
        found = guests.arrived(self._farm, subject, now=visit.now)
        cookie = visit.sessions.sign_in(
            visit.session, guests.person(found), found, keep=False, now=visit.now
        )
        return gone_on(self._purpose, visit, found.person, cookie)


def _asks(outcome: Outcome) -> bool:
    """Tell whether a page would ask who somebody is."""
    step = outcome.step
    asks = isinstance(step, AskName | AskPassword) or (
        isinstance(step, Choose) and not step.to_leave
    )
    return asks and outcome.journey is not None
