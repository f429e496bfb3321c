"""Sign-out at a farm: the session ends, every site is told, then on to where it was wanted.

Where another token service signed the person in, the way back leads over its own sign-out.
"""

from uuid import UUID

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.passive import addresses, asked, homes
from xrm.sts.directory import View, guid
from xrm.sts.model import ClaimsProvider, RelyingParty
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import Left, Outcome, SessionCookie
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import CleanUp, SignOut

PARTIES, PROVIDERS = "parties", "providers"
"""The notes of a visit that name, by their ids, where the browser has signed in, and by whom."""


def is_meant(visit: Visit) -> bool:
    """Tell whether a request asks for a sign-out."""
    return visit.journey.parameters.get("wa") in (messages.SIGN_OUT, messages.CLEAN_UP)


def left(visit: Visit, farm: Farm) -> Outcome:
    """Sign out at this farm and everywhere it signed the person in.

    Raises PassiveError for a message that cannot be read.
    """
    message = asked.message_of(visit.journey.parameters)
    accounts = signed_in(visit.session)
    if visit.session is not None and accounts:
        visit.sessions.sign_out(visit.session, [one.authentication.person for one in accounts])
    told = frames(visit.view, farm, visit.journey.notes.get(PARTIES, ""))
    onward = _onward(visit, farm, message) if isinstance(message, SignOut) else ""
    username = accounts[0].username if accounts else ""
    step = Left(username, told, onward)
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
