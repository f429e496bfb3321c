"""The purpose of `/adminconsent`: an administrator's consent for everybody of a tenant."""

from collections.abc import Mapping
from dataclasses import replace

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts import resources
from xrm.sts.model import User
from xrm.sts.registration import RegistrationError, consent
from xrm.sts.registration.consenting import consent_to
from xrm.sts.signin import answering, asked, consents
from xrm.sts.signin.asked import Trusted
from xrm.sts.signin.authorize import about, flavour_of
from xrm.sts.signin.journey import About, AskConsent, Outcome, Tell
from xrm.sts.signin.visit import Visit, found_out, who


class Approval:
    """`/{tenant}/adminconsent` and `/{tenant}/v2.0/adminconsent`."""

    def about(self, visit: Visit) -> About:
        """Return what the pages say of the application."""
        return about(visit.view, self._trusted(visit))

    def go_on(self, visit: Visit) -> Outcome:
        """Return the next page: who it is, then what is asked for everybody."""
        known = self._trusted(visit)
        found = who(visit, hint="", tenant=known.tenant)
        if not isinstance(found, tuple):
            return found_out(visit, found, about(visit.view, known))
        person, _ = found
        visit = visit.with_journey(person=person.object_id)
        try:
            step = self._asking(visit, known, person)
        except SignInError as error:
            return self._refused(visit, known, error)
        return _shown(visit, known, step)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """Take the decision."""
        known = self._trusted(visit)
        if step in ("decline", "cancel"):
            declined = signin.DECLINED("User declined to consent to access the app.")
            return self._refused(visit, known, declined)
        found = visit.person()
        if step != "accept" or found is None:
            return self.go_on(visit)
        person, _ = found
        try:
            return self._accepted(visit, known, person)
        except SignInError as error:
            return self._refused(visit, known, error)
        except RegistrationError as error:
            misconfigured = signin.NOTHING_REQUIRED(f"{error}.")
            return self._refused(visit, known, misconfigured)

    def _trusted(self, visit: Visit) -> Trusted:
        journey = visit.journey
        parameters = {**journey.parameters, "response_type": "code"}
        parameters.pop("prompt", None)
        parameters.pop("response_mode", None)
        profile = visit.service.profile
        return asked.trusted(visit.view, flavour_of(visit), journey.segment, parameters, profile)

    def _asking(self, visit: Visit, known: Trusted, person: User) -> AskConsent:
        if known.tenant is not None and known.tenant.tenant_id != person.tenant_id:
            raise signin.FOREIGN_PERSON(
                # The application is told this: it does not learn whose account it is.
                "The user account that signed in does not exist in the tenant "
                f"{signin.quote(known.tenant.name)}."
            )
        may = consents.is_administrator(person)
        tenant = visit.view.tenant(str(person.tenant_id))
        wanted = _wanted(visit)
        roles: tuple[str, ...] = ()
        if wanted is None or wanted.everything:
            roles = resources.roles_required(visit.view, tenant, known.application)
            may = may and consents.may_grant_roles(person, known.application)
        if wanted is None:
            permissions = resources.static(visit.view, tenant, known.application)
        else:
            permissions = resources.all_asked(visit.view, tenant, known.application, wanted)
        return AskConsent(
            username=person.user_principal_name,
            permissions=permissions,
            reserved=wanted.reserved if wanted is not None else frozenset(),
            roles=roles,
            may=may,
            may_for_all=may,
            for_all=True,
        )

    def _accepted(self, visit: Visit, known: Trusted, person: User) -> Outcome:
        step = self._asking(visit, known, person)
        if visit.journey.shown != consents.mark_of(step):
            return _shown(visit, known, step)
        if not step.may:
            raise signin.ADMIN_CONSENT("The grant requires admin permission.")
        tenant = visit.view.tenant(str(person.tenant_id))
        wanted = _wanted(visit)
        if wanted is None or wanted.everything:
            consent(visit.service, tenant, known.application.application_id)
        else:
            consent_to(
                visit.service,
                tenant,
                known.application.application_id,
                step.permissions,
                reserved=step.reserved,
            )
        fields = {"admin_consent": "True", "tenant": str(tenant.tenant_id)}
        scope = visit.journey.parameters.get("scope", "")
        if visit.journey.flavour == "v2" and scope:
            fields["scope"] = scope
        return self._told(visit, known, fields)

    def _refused(self, visit: Visit, known: Trusted, error: SignInError) -> Outcome:
        return self._told(
            visit,
            known,
            {
                "error": "access_denied",
                "error_description": answering.described(error, visit),
                "error_uri": f"{visit.service.base_url}/error?code={error.row.number}",
                "admin_consent": "True",
            },
            error=error.row.number,
        )

    def _told(
        self, visit: Visit, known: Trusted, fields: Mapping[str, str], *, error: int = 0
    ) -> Outcome:
        more = dict(fields)
        if known.state is not None:
            more["state"] = known.state
        known = replace(known, mode="query")
        return Outcome(
            Tell(known.redirect.url, known.mode, more, error), about=about(visit.view, known)
        )


def _shown(visit: Visit, known: Trusted, step: AskConsent) -> Outcome:
    visit = visit.with_journey(shown=consents.mark_of(step))
    return Outcome(step, visit.journey, about(visit.view, known))


def _wanted(visit: Visit) -> resources.Wanted | None:
    """Return what is asked on v2; on v1 it is always what the registration requires."""
    scope = visit.journey.parameters.get("scope", "").strip(" ")
    if visit.journey.flavour == "v1":
        return None
    if not scope:
        raise signin.MISSING("The request must contain the following parameter: 'scope'.")
    return resources.wanted(flavour_of(visit), {"scope": scope})
