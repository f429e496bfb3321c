"""The purpose of an authorization request: consent, then the answer to the application."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts import resources
from xrm.sts.directory import View
from xrm.sts.grants.delegation import not_assigned
from xrm.sts.model import (
    MICROSOFT_TENANT,
    Flavour,
    ServicePrincipal,
    SignedIn,
    Tenant,
    User,
)
from xrm.sts.registration.consenting import consent_to
from xrm.sts.resources import Settled
from xrm.sts.signin import answering, asked, consents
from xrm.sts.signin.asked import Asked, Trusted
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import About, AskConsent, Outcome, Step, Tell
from xrm.sts.signin.visit import Visit, found_out, proved, who


@dataclass(frozen=True, slots=True)
class Allowed:
    """What stands between a person and the answer: `settled` is None before any consent."""

    tenant: Tenant
    principal: ServicePrincipal | None
    settled: Settled | None
    wanted: tuple[resources.Asked, ...]
    missing: tuple[resources.Asked, ...]


class Authorize:
    """`/oauth2/authorize` and `/oauth2/v2.0/authorize`."""

    def about(self, visit: Visit) -> About:
        """Return what the pages say of the application."""
        return about(visit.view, self._trusted(visit))

    def go_on(self, visit: Visit) -> Outcome:
        """Return the next page, or the answer to the application."""
        known = self._trusted(visit)
        try:
            return self._next(visit, known)
        except SignInError as error:
            if _is_shown(visit, known, error):
                raise
            return refused(visit, known, error)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take a decision on consent."""
        known = self._trusted(visit)
        if step == "accept" and visit.person() is not None:
            try:
                return self._accepted(visit, known, for_all=fields.get("for_all") == "true")
            except SignInError as error:
                return refused(visit, known, error)
        if step == "decline":
            return refused(visit, known, self._declined(visit, known))
        if step == "cancel":
            return refused(visit, known, None)
        return self.go_on(visit)

    def _declined(self, visit: Visit, known: Trusted) -> SignInError | None:
        """Return what declining means: who could not accept has only turned back."""
        found = visit.person()
        if found is not None:
            parameters, profile = visit.journey.parameters, visit.service.profile
            request = asked.read(known, flavour_of(visit), parameters, profile)
            allowed = self._allowed(visit, known, request, found[0])
            step = self._consent(visit, known, request, found[0], allowed)
            if isinstance(step, AskConsent) and not step.may:
                return None
        return signin.DECLINED("User declined to consent to access the app.")

    def _trusted(self, visit: Visit) -> Trusted:
        journey, profile = visit.journey, visit.service.profile
        return asked.trusted(
            visit.view, flavour_of(visit), journey.segment, journey.parameters, profile
        )

    def _next(self, visit: Visit, known: Trusted) -> Outcome:
        flavour = flavour_of(visit)
        parameters = visit.journey.parameters
        request = asked.read(known, flavour, parameters, visit.service.profile)
        found = self._who(visit, known, request)
        if not isinstance(found, tuple):
            return found_out(visit, found, about(visit.view, known))
        person, account = found
        visit = visit.with_journey(person=person.object_id)
        allowed = self._allowed(visit, known, request, person)
        step = self._consent(visit, known, request, person, allowed)
        if step is not None:
            return _asking(visit, known, step)
        return self._answered(visit, known, request, (person, account), allowed)

    def _who(self, visit: Visit, known: Trusted, request: Asked) -> tuple[User, SignedIn] | Step:
        parameters = visit.journey.parameters
        sid = asked.session_hint(parameters)
        if sid is not None and "none" in known.prompts:
            session = visit.session
            if session is None or str(session.session_id) != sid:
                raise signin.NO_SUCH_SESSION(
                    "Application requested a user session which does not exist."
                )
        meant = _meant(visit)
        found = who(
            visit,
            prompts=known.prompts,
            hint=asked.hinted(parameters) or meant or "",
            tenant=known.tenant,
            max_age=request.max_age,
        )
        if meant is not None and isinstance(found, tuple) and str(found[0].object_id) != meant:
            raise signin.SILENT("The person who is signed in is not the one of 'id_token_hint'.")
        return found

    def _allowed(self, visit: Visit, known: Trusted, request: Asked, person: User) -> Allowed:
        """Return what the application has and lacks in a person's tenant."""
        view, application = visit.view, known.application
        tenant = view.tenant(str(person.tenant_id))
        if known.tenant is not None and known.tenant.tenant_id != person.tenant_id:
            raise signin.FOREIGN_PERSON(
                f"The user account {signin.quote(person.user_principal_name)} does not exist in "
                f"the tenant {signin.quote(known.tenant.name)} and cannot access the application "
                f"'{application.application_id}' there. Sign in with another account."
            )
        registered = view.client(tenant, application.client_id)
        if registered is None:
            lacking = resources.all_asked(view, tenant, application, request.wanted)
            return Allowed(tenant, None, None, lacking, lacking)
        if not registered.enabled:
            raise signin.DISABLED_CLIENT(
                f"The application '{application.application_id}' is disabled in this tenant."
            )
        principal = registered.principal
        if principal.assignment_required and not view.is_assigned(person.object_id, principal):
            raise not_assigned(application.name)
        settled = resources.settle(
            view,
            tenant,
            application=application,
            principal=principal,
            person=person.object_id,
            wanted=request.wanted,
            flavour=flavour_of(visit),
        )
        wanted: tuple[resources.Asked, ...] = ()
        if visit.service.farm is None:  # nobody consents at a farm
            wanted = resources.all_asked(view, tenant, application, request.wanted)
        return Allowed(tenant, principal, settled, wanted, settled.missing)

    def _consent(
        self, visit: Visit, known: Trusted, request: Asked, person: User, allowed: Allowed
    ) -> AskConsent | None:
        """Return the page of consent, where one is needed. Raises AADSTS65001 where none may be."""
        done = "consent" in visit.journey.done
        forced = not known.prompts.isdisjoint({"consent", "admin_consent"}) and not done
        needed = allowed.principal is None or bool(allowed.missing)
        if known.application.tenant_id == MICROSOFT_TENANT or not (forced or needed):
            return None
        if "none" in known.prompts:
            raise signin.NO_CONSENT(
                "The person or administrator has not consented to use the application with id "
                f"'{known.application.application_id}'. Send an interactive authorization request."
            )
        permissions = allowed.wanted if forced else allowed.missing
        administrator = consents.is_administrator(person)
        for_all = "admin_consent" in known.prompts
        may = administrator if for_all else consents.may_consent(person, permissions)
        return AskConsent(
            username=person.user_principal_name,
            permissions=permissions,
            reserved=request.wanted.reserved,
            may=may,
            may_for_all=administrator,
            for_all=for_all,
        )

    def _accepted(self, visit: Visit, known: Trusted, *, for_all: bool) -> Outcome:
        """Keep a consent to what the page has shown, and go on."""
        found = visit.person()
        assert found is not None
        person, _ = found
        parameters = visit.journey.parameters
        request = asked.read(known, flavour_of(visit), parameters, visit.service.profile)
        allowed = self._allowed(visit, known, request, person)
        step = self._consent(visit, known, request, person, allowed)
        if step is not None:
            if visit.journey.shown != consents.mark_of(step):
                return _asking(visit, known, step)
            for_all = for_all or step.for_all
            if not step.may or (for_all and not step.may_for_all):
                raise signin.ADMIN_CONSENT("The grant requires admin permission.")
            consent_to(
                visit.service,
                allowed.tenant,
                known.application.application_id,
                step.permissions,
                reserved=step.reserved,
                person=None if for_all else person.object_id,
            )
        done = tuple(dict.fromkeys((*visit.journey.done, "consent", "select_account")))
        visit = visit.with_journey(done=done)
        return self.go_on(replace(visit, view=visit.service.directory.singly()))

    def _answered(
        self,
        visit: Visit,
        known: Trusted,
        request: Asked,
        found: tuple[User, SignedIn],
        allowed: Allowed,
    ) -> Outcome:
        assert allowed.settled is not None
        person, account = found
        if visit.session is not None:
            visit.sessions.used(
                visit.session, account, known.application.application_id, now=visit.now
            )
        principal = allowed.principal
        assert principal is not None
        fields = answering.fields(
            visit.service,
            answering.Answering(
                known=known,
                asked=request,
                flavour=flavour_of(visit),
                segment=segment_of(visit, known.tenant),
                tenant=allowed.tenant,
                principal=principal,
                person=person,
                account=account,
                session_id=visit.session.session_id if visit.session else None,
                settled=allowed.settled,
                peer=visit.peer,
            ),
            visit.view,
            now=visit.now,
        )
        if "admin_consent" in known.prompts:
            fields["admin_consent"] = "True"
        return told(visit, known, fields)


def _asking(visit: Visit, known: Trusted, step: AskConsent) -> Outcome:
    visit = visit.with_journey(shown=consents.mark_of(step))
    return Outcome(step, visit.journey, about(visit.view, known))


def flavour_of(visit: Visit) -> Flavour:
    """Return the flavour of a journey."""
    return visit.service.flavours[visit.journey.flavour]


def segment_of(visit: Visit, tenant: Tenant | None) -> str:
    """Return how a code remembers the tenant of its path: the id, or the shared segment."""
    return str(tenant.tenant_id) if tenant is not None else visit.journey.segment.lower()


def about(view: View, known: Trusted) -> About:
    """Return what the pages say of an application."""
    home = known.application.tenant_id
    publisher = "Microsoft" if home == MICROSOFT_TENANT else view.tenant(str(home)).name
    return About(
        application=known.application.name,
        application_id=known.application.application_id,
        publisher=publisher,
        tenant=known.tenant,
        redirect=known.redirect,
    )


def told(visit: Visit, known: Trusted, fields: Mapping[str, str], *, error: int = 0) -> Outcome:
    """Return an answer to the application."""
    more = dict(fields)
    if visit.service.profile.answers_name_issuer and known.tenant is not None:
        more["iss"] = flavour_of(visit).issuer_of(visit.service.base_url, known.tenant.tenant_id)
    return Outcome(
        Tell(known.redirect.url, known.mode, more, error), about=about(visit.view, known)
    )


def refused(visit: Visit, known: Trusted, error: SignInError | None) -> Outcome:
    """Return a refusal to the application; without an error, that the person turned back."""
    fields = {"error": "access_denied", "error_subcode": "cancel"}
    if error is not None:
        row = error.row
        fields = {
            "error": answering.code_of(error, visit),
            "error_description": answering.described(error, visit),
        }
        if visit.service.farm is None:
            fields["error_uri"] = f"{visit.service.base_url}/error?code={row.number}"
        if "admin_consent" in known.prompts:
            fields["admin_consent"] = "True"
    if known.state is not None:
        fields["state"] = known.state
    return told(visit, known, fields, error=error.row.number if error is not None else 65004)


def _meant(visit: Visit) -> str | None:
    """Return the id of the person an id token of the request speaks of, None without one.

    "" where it speaks of nobody who is signed in at this browser, and where it is none of ours:
    then nobody is the one (OpenID Connect Core 3.1.2.1).
    """
    if visit.service.profile.ignores_id_token_hint or "id_token_hint" not in (
        visit.journey.parameters
    ):
        return None
    one = proved(visit, signed_in(visit.session))
    return str(one.authentication.person) if one is not None else ""


def _is_shown(visit: Visit, known: Trusted, error: SignInError) -> bool:
    """Tell whether the person is shown an error, not the application (RFC 6749 4.1.2.1).

    Who signed in with an account of elsewhere has another try, whatever the profile: and the
    application does not learn whose account it was.
    """
    if "none" in known.prompts or error.row not in _ON_A_PAGE:
        return False
    return visit.service.profile.explains_on_pages or error.row is signin.FOREIGN_PERSON


_ON_A_PAGE = frozenset(
    {
        signin.FOREIGN_PERSON,
        signin.PERSON_NOT_ASSIGNED,
        signin.DISABLED_CLIENT,
        signin.DISABLED_PERSON,
        signin.UNKNOWN_RESOURCE,
        signin.MISSING,
        signin.SPA_CHALLENGE,
    }
)
"""What the service shows the person, although the application could be told."""
