"""Away to the token service of a domain (WS-Federation 1.2, 13.2.2)."""

import re
from dataclasses import replace
from urllib.parse import urlencode

from xrm.model.errors import signin
from xrm.sts.accounts.federated import AUDIENCE
from xrm.sts.model import DomainFederation
from xrm.sts.signin.journey import AskName, AskNewPassword, AskPassword, GoHome, Outcome
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import SignIn

CONTEXT = "estsredirect=2&estsrequest="
"""What stands before the sealed journey in `wctx`, as Entra ID writes it."""

_DOMAIN_HINTS = ("domain_hint", "whr")
_SECONDS = re.compile(r"[0-9]{1,9}")


def is_elsewhere(visit: Visit, name: str) -> bool:
    """Tell whether somebody of this name has no password here."""
    return _federation(visit, name) is not None


def led(visit: Visit, outcome: Outcome) -> Outcome:
    """Return an outcome, or the way elsewhere where it asks for the password of a federated name.

    Raises AADSTS90015 where the request is too long to go along.
    """
    step, journey = outcome.step, outcome.journey
    if journey is None or not isinstance(step, AskPassword | AskNewPassword):
        return outcome
    name = (step.username if isinstance(step, AskPassword) else "") or journey.username
    federation = _federation(visit, name)
    if federation is None:
        return outcome
    return _sent(visit.with_journey(**_kept(outcome), username=name), outcome, federation)


def hinted(visit: Visit, outcome: Outcome) -> Outcome:
    """Return the outcome of a new request, led elsewhere by the name or the domain it hints at."""
    outcome = led(visit, outcome)
    if outcome.journey is None or not isinstance(outcome.step, AskName):
        return outcome
    given = visit.journey.parameters
    domain = next((given[name] for name in _DOMAIN_HINTS if given.get(name)), "")
    federation = _federation(visit, f"@{domain}")
    return outcome if federation is None else _sent(visit, outcome, federation)


def freshness(visit: Visit) -> int | None:
    """Return how old a sign-in elsewhere may be, in minutes; None for any age."""
    given = visit.journey.parameters
    if "login" in given.get("prompt", "").split():
        return 0
    age = given.get("max_age", "")
    return int(age) // 60 if _SECONDS.fullmatch(age) else None


def _federation(visit: Visit, name: str) -> DomainFederation | None:
    if visit.service.farm is not None or "@" not in name:
        return None
    return visit.view.federation(name)


def _kept(outcome: Outcome) -> dict[str, object]:
    """Return what a step has settled of the journey: whose device it is, what was done before."""
    journey = outcome.journey
    assert journey is not None
    names = ("person", "fresh", "done", "shown", "device")
    return {name: getattr(journey, name) for name in names}


def _sent(visit: Visit, outcome: Outcome, federation: DomainFederation) -> Outcome:
    journey = replace(visit.journey, home=federation.domain)
    context = CONTEXT + visit.service.parts.sealer.seal("page", journey)
    if len(context) > messages.LONGEST_CONTEXT:
        raise signin.TOO_LONG("The request holds too much to go along to the federated sign-in.")
    message = SignIn(
        realm=AUDIENCE, context=context, fresh=freshness(visit), username=journey.username
    )
    traced = urlencode({"client-request-id": visit.trace.correlation_id})
    base = f"{federation.passive}{'&' if '?' in federation.passive else '?'}{traced}"
    step = GoHome(
        messages.address(base, message), federation.brand or federation.domain, journey.username
    )
    return replace(outcome, step=step, journey=None)
