"""Back from the token service of a domain, with its assertion (WS-Federation 1.2, 13.2.3)."""

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import federated
from xrm.sts.accounts.federated import Believed
from xrm.sts.clients.single_use import SingleUse
from xrm.sts.keys import SKEW
from xrm.sts.signin.elsewhere.sending import freshness
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import results


def believed(visit: Visit, text: str, *, began: float) -> Believed:
    """Return whom a `wresult` is about, the first time it comes.

    The journey says which token service was asked, and for whom; it began at a time in seconds.
    Raises AADSTS50089 for a journey that was not sent anywhere, 50008 for a token of another
    service, about another person, of a sign-in of before or of before this one, and what
    `federated.believed` raises.
    """
    journey = visit.journey
    federation = visit.view.federation(f"@{journey.home}") if journey.home else None
    if federation is None:
        raise signin.FLOW_EXPIRED("Nobody was sent to another token service. Begin again.")
    try:
        token = results.read(text)
    except results.ResultError as error:
        raise _bad("it cannot be read") from error
    if federated.issuer_of(token) != federation.issuer:
        raise _bad("another token service than the one that was asked has issued it")
    parts = visit.service.parts
    tenant = visit.view.tenant(str(federation.tenant_id))
    found = federated.believed(visit.view, token, tenant=tenant, parts=parts, now=visit.now)
    name = found.person.user_principal_name
    if journey.username and journey.username.lower() != name.lower():
        raise _bad("it is about somebody else than the one who was to sign in")
    if not journey.username and name.rpartition("@")[2].lower() != federation.domain:
        raise _bad("it is about somebody of another domain")
    minutes = freshness(visit)
    if minutes is not None and found.authentication.seconds < began - 60 * minutes - SKEW:
        raise _bad("the person signed in longer ago than is asked")
    try:
        SingleUse(parts.store).spend(found.use, now=visit.now)
    except SignInError as error:
        raise _bad("it came before") from error
    return found


def _bad(reason: str) -> SignInError:
    return signin.BAD_SAML_TOKEN(f"The SAML token is invalid: {reason}. Sign in again.")
