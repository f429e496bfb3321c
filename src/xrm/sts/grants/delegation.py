"""What follows once a person is known: what the application may do in their name."""

from dataclasses import replace

from xrm.model.errors import signin
from xrm.sts import resources
from xrm.sts.directory import Resource
from xrm.sts.grants.redemption import Redemption
from xrm.sts.model import Authentication, Delegated, Granted, Spend, Standing, User
from xrm.sts.resources import Settled, Wanted

_LASTING = frozenset({"refresh_token", "offline_access"})


def delegate(
    at: Redemption,
    person: User,
    standing: Standing,
    *,
    nonce: str = "",
    spends: Spend | None = None,
) -> Granted:
    """Return the grant of a person's token for what the request, or `standing`, asks.

    `standing` is handed on in a refresh token where one is to be given. Raises what
    `resources.settle` raises, AADSTS65001 without consent, 50105 for somebody who is not assigned
    to an application that demands it.
    """
    asked, settled = settled_for(at, person, standing)
    reserved = asked.reserved | resources.reserved_of(standing.scope)
    own = Resource(at.client.principal, at.client.application)
    kept = replace(standing, resource=settled.name, scope=standing.scope or _scope(at))
    return Granted(
        subject=person,
        audience=settled.name,
        resource=settled.resource.application.application_id,
        version=settled.resource.version,
        roles=at.view.roles(person.object_id, settled.resource),
        delegated=Delegated(
            person=person,
            authentication=standing.authentication,
            scopes=settled.scopes,
            answered=settled.answered,
            session_id=standing.session_id,
            id_token=_has_id_token(at, settled, reserved),
            reserved=reserved,
            roles=at.view.roles(person.object_id, own),
            nonce=nonce,
            standing=kept if _LASTING & {*at.request.flavour.gives, *reserved} else None,
            client_info=wants_client_info(at),
        ),
        spends=spends,
        party=settled.resource.party,
    )


def _has_id_token(at: Redemption, settled: Settled, reserved: frozenset[str]) -> bool:
    """Tell whether an id token comes along; at a farm a client is permitted it or not."""
    asked = reserved if at.parts.farm is None else settled.scopes
    return "id_token" in at.request.flavour.gives or "openid" in asked


def settled_for(at: Redemption, person: User, standing: Standing) -> tuple[Wanted, Settled]:
    """Return what is wanted and what of it stands.

    Raises AADSTS900144 where v2 is asked for nothing, now nor before, 70011 where the profile
    lets nothing be asked beyond the sign-in, and as `delegate` does.
    """
    flavour = at.request.flavour
    if flavour.needs_scope and not standing.scope:
        at.field("scope")
    asked = resources.wanted(
        flavour, at.request.form, resource=standing.resource, scope=standing.scope
    )
    limit: frozenset[str] | None = None
    if not at.parts.profile.serves_all_consented:
        asked = _covered(at, standing, asked)
        reserved = asked.reserved | resources.reserved_of(standing.scope)
        limit = None if asked.everything else reserved | set(asked.values)
    settled = resources.settle(
        at.view,
        at.tenant,
        application=at.client.application,
        principal=at.client.principal,
        person=person.object_id,
        wanted=asked,
        flavour=flavour,
        limit=limit,
    )
    if settled.missing:
        raise signin.NO_CONSENT(
            "The person or administrator has not consented to use the application with id "
            f"'{at.client.application_id}'. Send an interactive authorization request for this "
            "person and resource."
        )
    if at.client.principal.assignment_required and not at.view.is_assigned(
        person.object_id, at.client.principal
    ):
        raise not_assigned(at.client.application.name)
    return asked, settled


def _covered(at: Redemption, standing: Standing, asked: Wanted) -> Wanted:
    """Return what is asked, as far as the sign-in covers it, if this goes on with one."""
    if not standing.scope and not standing.resource:
        return asked
    return resources.within(
        at.view,
        at.tenant,
        asked,
        flavour=at.request.flavour,
        resource=standing.resource,
        scope=standing.scope,
    )


def not_assigned(application: str) -> signin.SignInError:
    """Return the refusal of a person an application was not opened to."""
    return signin.PERSON_NOT_ASSIGNED(
        f"The administrator has configured the application {signin.quote(application)} to turn "
        "away people who are not assigned to it, and this person is not."
    )


def begun(at: Redemption, authentication: Authentication) -> Standing:
    """Return the standing of a person who signed in without a code."""
    lasts = at.request.flavour.lasts
    return Standing(
        family_id=at.parts.ids(),
        tenant_id=authentication.tenant_id,
        application_id=at.client.application_id,
        authentication=authentication,
        spa_until=authentication.seconds + lasts if lasts else 0,
    )


def wants_client_info(at: Redemption) -> bool:
    """Tell whether the request asks who the person is, as the MSAL libraries do."""
    named = at.request.flavour.name != "adfs"
    return named and at.request.form.get("client_info") in ("1", "true")


def _scope(at: Redemption) -> str:
    return at.request.form.get("scope", "") if at.request.flavour.scoped else ""
