"""One request of a browser: what is known of it, and who it is that goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xrm.model.errors import signin
from xrm.sts import claims
from xrm.sts.adfs.oauth import tokens as farms
from xrm.sts.directory import View, guid
from xrm.sts.handles.secrets import digest
from xrm.sts.model import BrowserSession, SignedIn, Tenant, Trace, User
from xrm.sts.service import TokenService
from xrm.sts.signin.browser import Sessions, account_of, signed_in
from xrm.sts.signin.journey import (
    About,
    AskName,
    AskPassword,
    Browser,
    Choose,
    Journey,
    Outcome,
    Step,
)
from xrm.wire import jose


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a browser, with what is known of it. `now` is in seconds."""

    service: TokenService
    sessions: Sessions
    view: View
    browser: Browser
    session: BrowserSession | None
    journey: Journey
    now: float
    trace: Trace
    embedded: bool = False

    @property
    def peer(self) -> str:
        """Return the address the request came from."""
        return self.trace.peer

    def with_journey(self, **changes: object) -> "Visit":
        """Return the visit with its journey changed."""
        return replace(self, journey=replace(self.journey, **changes))  # type: ignore[arg-type]

    def person(self) -> tuple[User, SignedIn] | None:
        """Return who goes on, as long as they are signed in at this browser."""
        account = account_of(self.session, self.journey.person)
        user = self.view.person_of(account.authentication) if account is not None else None
        return (user, account) if user is not None and account is not None else None


def key_of(account: SignedIn) -> str:
    """Return how the page of accounts names one: by nothing that means anything elsewhere."""
    return digest(str(account.authentication.person))[:16]


def who(
    visit: Visit,
    *,
    hint: str,
    tenant: Tenant | None,
    prompts: frozenset[str] = frozenset(),
    max_age: int | None = None,
) -> tuple[User, SignedIn] | Step:
    """Return who goes on, or the step that finds it out (OpenID Connect Core 3.1.2.3).

    With the prompt `none` nobody is asked. Raises AADSTS50058 when nobody is signed in, 16000
    when several are.
    """
    known = visit.person()
    if known is not None and _suffices(visit, known[1], prompts, max_age):
        return known
    accounts = [one for one in signed_in(visit.session) if _is_of(one, tenant)]
    if hint:
        accounts = [one for one in accounts if _is_hinted(one, hint)]
    if "none" in prompts:
        return _silent(visit, accounts, max_age)
    asks = not prompts.isdisjoint({"login", "select_account"})
    if len(accounts) == 1 and not asks and known is None:
        visit = visit.with_journey(person=accounts[0].authentication.person, fresh=False)
        known = visit.person()
        if known is not None and _suffices(visit, known[1], prompts, max_age):
            return known
    username = known[0].user_principal_name if known is not None else _name_of(visit, hint)
    return _asked(visit, prompts, username)


def found_out(visit: Visit, step: Step, about: About) -> Outcome:
    """Return the step that finds out who goes on, its journey with the account it settles on."""
    if isinstance(step, AskPassword):
        visit = visit.with_journey(username=step.username)
    return Outcome(step, visit.journey, about)


def proved(visit: Visit, accounts: Sequence[SignedIn]) -> SignedIn | None:
    """Return the account whose id token comes with the request as `id_token_hint`."""
    content = hinted_claims(visit)
    audience, subject = str(content.get("aud")), content.get("sub")
    known = guid(audience)
    for one in accounts:
        person = one.authentication.person
        if visit.service.farm is not None:
            name = farms.subject_of(person, audience)
        else:
            name = claims.pairwise(person, known) if known is not None else ""
        if name and name == subject:
            return one
    return None


def hinted_claims(visit: Visit) -> Mapping[str, object]:
    """Return the claims of an id token of ours, expired or not; nothing of any other.

    The keys are those of the farms and of Entra ID: each takes its own tokens only.

    Nor where the request names another client than the token was issued to (OpenID Connect
    RP-Initiated Logout 1.0, 2).
    """
    parameters = visit.journey.parameters
    keys = {key.kid: key for key in visit.service.keys.published()}
    try:
        content = jose.verify(parameters.get("id_token_hint", ""), keys.get)
    except jose.InvalidToken:
        return {}
    audience = str(content.get("aud"))
    client = parameters.get("client_id", audience)
    farm = visit.service.farm
    if farm is not None:
        own = content.get("iss") == farm.url and client.lower() == audience.lower()
        return content if own else {}
    # An access token names the application it was given to beside its audience: every resource
    # holds some. So do all tokens of farms.
    is_access = bool(content.keys() & {"appid", "azp"})
    return {} if is_access or guid(client) != guid(audience) else content


def _asked(visit: Visit, prompts: frozenset[str], username: str) -> Step:
    """Return the page that asks who somebody is, or for the password of whom it already knows."""
    known = visit.session.accounts if visit.session is not None else ()
    chosen = "select_account" in visit.journey.done
    if "select_account" in prompts and known and not chosen:
        return Choose(known)
    if username:
        return AskPassword(username=username)
    return Choose(known) if known and "login" not in prompts else AskName()


def _name_of(visit: Visit, hint: str) -> str:
    """Return the user name a hint means: itself, or that of the person of an id.

    Only of who was signed in at this browser: nobody else learns a name by an id.
    """
    known = guid(hint)
    if known is None:
        return hint
    accounts = visit.session.accounts if visit.session is not None else ()
    return next((one.username for one in accounts if one.authentication.person == known), "")


def _suffices(
    visit: Visit, account: SignedIn, prompts: frozenset[str], max_age: int | None
) -> bool:
    """Tell whether a person need not be asked again."""
    if visit.journey.fresh:
        return True
    if "login" in prompts:
        return False
    if "select_account" in prompts and "select_account" not in visit.journey.done:
        return False
    return max_age is None or visit.now - account.authentication.seconds <= max_age


def _silent(visit: Visit, accounts: list[SignedIn], max_age: int | None) -> tuple[User, SignedIn]:
    if len(accounts) > 1:
        raise signin.SEVERAL_ACCOUNTS(
            "Either multiple user identities are available for the current request, or the "
            "selected account is not supported for the scenario."
        )
    if accounts:
        visit = visit.with_journey(person=accounts[0].authentication.person)
        found = visit.person()
        if found is not None and _suffices(visit, found[1], frozenset({"none"}), max_age):
            return found
    raise signin.SILENT("A silent sign-in request was sent but no user is signed in.")


def _is_of(account: SignedIn, tenant: Tenant | None) -> bool:
    return tenant is None or account.authentication.tenant_id == tenant.tenant_id


def _is_hinted(account: SignedIn, hint: str) -> bool:
    """Tell whether an account is the one meant: by its name, or by the id of its person."""
    known = guid(hint)
    return account.username.lower() == hint.lower() or account.authentication.person == known
