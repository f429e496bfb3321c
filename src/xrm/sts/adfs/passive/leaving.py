"""Sign-out at a farm: the session ends, every site is told, then on to where it was wanted.

Whichever protocol the sign-out comes by, sites of WS-Federation and clients of OAuth are told.
Where another token service signed the person in, the way back leads over its own sign-out.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.passive import addresses, asked, homes
from xrm.sts.directory import View, guid
from xrm.sts.model import ClaimsProvider, RelyingParty, SignedIn
from xrm.sts.signin import leaving
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import Left, Outcome, SessionCookie
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import CleanUp, SignOut

PARTIES, PROVIDERS = "parties", "providers"
"""The notes of a visit that name, by their ids, where the browser has signed in, and by whom."""


class Leaving(leaving.Leaving):
    """OAuth's sign-out at a farm, which tells the sites of WS-Federation too."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm

    def left(self, visit: Visit, accounts: Sequence[SignedIn], username: str) -> Outcome:
        """Return the end of the session of these accounts."""
        outcome = super().left(visit, accounts, username)
        if not accounts or not isinstance(outcome.step, Left):
            return outcome
        sites = frames(visit.view, self._farm, visit.journey.notes.get(PARTIES, ""))
        step = replace(outcome.step, frames=(*outcome.step.frames, *sites))
        return replace(outcome, step=step)


def is_meant(visit: Visit) -> bool:
    """Tell whether a request asks for a sign-out."""
    return visit.journey.parameters.get("wa") in (messages.SIGN_OUT, messages.CLEAN_UP)


def left(visit: Visit, farm: Farm) -> Outcome:
    """Sign out at this farm and everywhere it signed the person in.

    Raises PassiveError for a message that cannot be read.
    """
    message = asked.message_of(visit.journey.parameters)
    accounts = signed_in(visit.session)
    clients = leaving.frames(visit, accounts)
    if visit.session is not None and accounts:
        visit.sessions.sign_out(visit.session, [one.authentication.person for one in accounts])
    told = (*frames(visit.view, farm, visit.journey.notes.get(PARTIES, "")), *clients)
    onward = _onward(visit, farm, message) if isinstance(message, SignOut) else ""
    username = accounts[0].username if accounts else ""
    above: tuple[str, ...] = ()
    if isinstance(message, CleanUp):
        # Token services that sign people in here tell so in a frame; in it the sites are told.
        above = tuple(one.passive for one in homes.providers(visit.view, farm).values())
    step = Left(username, told, onward, above)
    return Outcome(step, visit.journey, cookie=SessionCookie(None))


def frames(view: View, farm: Farm, noted: str) -> tuple[str, ...]:
    """Return the addresses that clean up at the parties whose ids are noted, each once."""
    wanted = _ids(noted)
    return tuple(
        messages.address(party.endpoints[0], CleanUp())
        for party in _parties(view, farm)
        if party.party_id in wanted and party.endpoints
    )


def _onward(visit: Visit, farm: Farm, message: SignOut) -> str:
    parties = _parties(visit.view, farm)
    url = addresses.return_address(parties, message.reply)
    wanted = _ids(visit.journey.notes.get(PROVIDERS, ""))
    for provider in homes.providers(visit.view, farm).values():
        if provider.provider_id in wanted:
            return _by(provider, farm, message)
    return url


def _by(provider: ClaimsProvider, farm: Farm, message: SignOut) -> str:
    """Return the address that signs out at another token service and comes back here."""
    again = messages.address(farm.passive, message)
    return messages.address(provider.passive, SignOut(reply=again, realm=farm.identifier))


def _parties(view: View, farm: Farm) -> list[RelyingParty]:
    known = view.parties(farm.tenant.tenant_id).values()
    return list({party.party_id: party for party in known if party.enabled}.values())


def _ids(noted: str) -> frozenset[UUID]:
    return frozenset(found for text in noted.split() if (found := guid(text)) is not None)
