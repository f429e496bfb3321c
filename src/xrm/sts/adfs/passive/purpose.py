"""The purpose of a passive request, which the dispatcher of sts.signin goes on with."""

from collections.abc import Mapping

from xrm.sts.adfs import issuing
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Order, Subject
from xrm.sts.adfs.passive import asked, away, homes, leaving
from xrm.sts.adfs.passive.asked import Asked
from xrm.sts.model import ClaimsProvider, RedirectUri, SignedIn, User
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import About, AskHome, AskPassword, Outcome, Tell
from xrm.sts.signin.visit import Visit
from xrm.wire.wsfed import results
from xrm.wire.wsfed.messages import Result, SignIn
from xrm.wire.wstrust import Lifetime
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

SSO_SECONDS = 8 * 3600
"""How long a sign-in at a farm lasts (WebSSOLifetime, 480 minutes)."""

_TYPES = {"1.1": SAML_11_TYPE, "2.0": SAML_20_TYPE}


class Passive:
    """`/adfs/ls/` of a farm."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm

    def about(self, visit: Visit) -> About:
        """Return what the pages say of the relying party."""
        return self._about(self._asked(visit))

    def go_on(self, visit: Visit) -> Outcome:
        """Return the next page, another token service, or the answer. Raises PassiveError."""
        if leaving.is_meant(visit):
            return leaving.left(visit, self._farm)
        request = self._asked(visit)
        known = homes.remembered(visit.view, self._farm, visit.journey.home)
        visit = visit.with_journey(home=known)
        home = self._home(visit, request)
        if isinstance(home, AskHome):
            return Outcome(home, visit.journey, self._about(request))
        if home != self._farm.identifier:
            return self._sent_on(visit, request, homes.providers(visit.view, self._farm)[home])
        found = self._signed_in(visit, request.message)
        if found is None:
            step = AskPassword(username=visit.journey.username or request.message.username)
            return Outcome(step, visit.journey, self._about(request))
        person, account = found
        subject = Subject.of(self._farm.account(person), account.authentication)
        return self._answered(visit, request, subject)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take the choice of a token service, or what another one sent. Raises PassiveError."""
        if step == "home":
            home = homes.chosen(visit.view, self._farm, fields.get("home", ""))
            return self.go_on(visit.with_journey(home=home))
        if step == "result":
            return self._brought(visit, fields.get("wresult", ""))
        return self.go_on(visit)

    def _asked(self, visit: Visit) -> Asked:
        return asked.read(visit.view, self._farm, visit.journey.parameters)

    def _about(self, request: Asked) -> About:
        return About(
            application=request.party.name,
            application_id=request.party.party_id,
            tenant=self._farm.tenant,
            redirect=RedirectUri(request.reply, "Web"),
        )

    def _home(self, visit: Visit, request: Asked) -> str | AskHome:
        """Return the identifier of the token service to ask, or the question which it is."""
        view, farm = visit.view, self._farm
        if request.message.home:
            return homes.named(view, farm, request.message.home)
        if not homes.providers(view, farm):
            return farm.identifier
        if visit.journey.home:
            return visit.journey.home
        if self._signed_in(visit, request.message) is not None:
            return farm.identifier
        return homes.choices(view, farm)

    def _signed_in(self, visit: Visit, message: SignIn) -> tuple[User, SignedIn] | None:
        """Return who need not be asked: signed in not longer ago than `wfresh` allows.

        A farm knows one person at a browser, the one who signed in last.
        """
        accounts = signed_in(visit.session)
        if not accounts:
            return None
        account = accounts[0]
        authentication = account.authentication
        oldest = SSO_SECONDS if message.fresh is None else min(SSO_SECONDS, message.fresh * 60)
        age = visit.now - authentication.seconds
        just_now = visit.journey.fresh and visit.journey.person == authentication.person
        if not just_now and (message.fresh == 0 or age > oldest):
            return None
        person = visit.view.user(authentication.person)
        own = person is not None and person.tenant_id == self._farm.tenant.tenant_id
        return (person, account) if person is not None and own else None

    def _sent_on(self, visit: Visit, request: Asked, provider: ClaimsProvider) -> Outcome:
        """Send the browser to another token service, as its relying party."""
        message = request.message
        about = self._about(request)
        return away.sent(
            visit, self._farm, provider, about, fresh=message.fresh, method=message.method
        )

    def _brought(self, visit: Visit, text: str) -> Outcome:
        """Answer for who comes back from another token service. Nobody is signed in here."""
        request = self._asked(visit)
        subject = away.back(visit, self._farm, text, minutes=request.message.fresh)
        return self._answered(visit, request, subject)

    def _answered(self, visit: Visit, request: Asked, subject: Subject) -> Outcome:
        order = Order(
            farm=self._farm,
            party=request.party,
            subject=subject,
            trace=visit.trace,
            operation="wsfed",
            version=request.saml,
        )
        issued = issuing.issue(visit.service, order)
        text = results.write(
            issued.text,
            realm=issued.audience,
            lifetime=Lifetime(issued.created, issued.expires),
            kind=_TYPES[issued.version],
            version=request.trust,
        )
        message = Result(result=text, context=request.message.context)
        step = Tell(request.reply, "form_post", message.fields())
        return Outcome(step, visit.journey, self._about(request))
