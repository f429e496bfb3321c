"""Away to another token service, as its relying party, and back with its token."""

from datetime import UTC, datetime

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Subject
from xrm.sts.adfs.passive import chained, homes, refusals
from xrm.sts.model import ClaimsProvider
from xrm.sts.signin.dispatcher import PATIENCE
from xrm.sts.signin.journey import About, Outcome, Tell
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import SignIn


def sent(
    visit: Visit, farm: Farm, provider: ClaimsProvider, about: About, **more: object
) -> Outcome:
    """Return the way to another token service, with the journey sealed in `wctx`.

    Only the browser it was begun in can go on with it there. `more` are members of the request:
    fresh, method, username. Raises PassiveError where the journey is too long to go along.
    """
    visit = visit.with_journey(home=provider.identifier)
    context = visit.service.parts.sealer.seal("page", visit.journey)
    if len(context) > messages.LONGEST_CONTEXT:
        raise refusals.MALFORMED("The request holds too much to go along to a token service.")
    message = SignIn(
        realm=farm.identifier,
        reply=farm.passive,
        context=context,
        time=datetime.fromtimestamp(visit.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **more,  # type: ignore[arg-type]
    )
    return Outcome(Tell(provider.passive, "query", message.fields()), visit.journey, about)


def back(visit: Visit, farm: Farm, text: str, *, minutes: int | None) -> Subject:
    """Return whom a `wresult` is about; they signed in within so many minutes of the request.

    Raises PassiveError, also where the service that was asked is trusted no more.
    """
    provider = homes.providers(visit.view, farm).get(visit.journey.home)
    if provider is None:
        raise refusals.BAD_TOKEN("The token service that was asked is trusted no more.")
    began = visit.journey.expires - PATIENCE
    since = 0.0 if minutes is None else began - 60 * minutes
    return chained.brought(visit.service, visit.view, farm, provider, text, fresh=since)
