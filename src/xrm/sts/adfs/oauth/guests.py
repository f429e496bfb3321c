"""People of a claims provider, whom it brought to a farm's OAuth: they have no account there.

What the farm accepted of the provider's token goes along with the sign-in, into the session, the
codes and the refresh tokens, and counts as long as that provider is trusted.
"""

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from xrm.sts.adfs.farm import Farm
from xrm.sts.model import Authentication, Told, User
from xrm.wire.saml import Claim, claim_types

if TYPE_CHECKING:
    from xrm.sts.adfs.issuing import Subject

_MICROSECONDS = 1_000_000


def arrived(farm: Farm, subject: "Subject", *, now: float) -> Authentication:
    """Return the sign-in of somebody whose token was believed; `now` is in seconds.

    They go by their issuer and their user principal name, so that two providers who name the
    same one name two people. Nobody signed in later than now: tokens would last as much longer.
    """
    names = [one.values for one in subject.claims if one.type == claim_types.NAME]
    told = [Told(claim_types.UPN, (subject.name,))]
    told += [Told(claim_types.NAME, values) for values in names if len(values) == 1][:1]
    told.append(Told(claim_types.AUTHENTICATION_METHOD, (subject.method,)))
    return Authentication(
        person=_key(farm, subject.issuer, subject.name),
        tenant_id=farm.tenant.tenant_id,
        time=int(min(subject.authenticated, now) * _MICROSECONDS),
        methods=(),
        home=subject.issuer,
        claims=tuple(told),
    )


def person(authentication: Authentication) -> User:
    """Return who was brought, as the engine knows people: with no password, no right, no role."""
    upn = _value(authentication, claim_types.UPN)
    return User(
        object_id=authentication.person,
        tenant_id=authentication.tenant_id,
        user_principal_name=upn,
        display_name=unique_name(authentication),
    )


def claims(authentication: Authentication) -> tuple[Claim, ...]:
    """Return what the rules of a relying party may issue of somebody who was brought."""
    return tuple(Claim(one.type, one.values) for one in authentication.claims)


def unique_name(authentication: Authentication) -> str:
    """Return what their provider calls them: the Name, or else the user principal name."""
    name = _value(authentication, claim_types.NAME)
    return name or _value(authentication, claim_types.UPN)


def method(authentication: Authentication) -> str:
    """Return how they signed in there, as their provider says."""
    return _value(authentication, claim_types.AUTHENTICATION_METHOD)


def _value(authentication: Authentication, kind: str) -> str:
    return next((one.values[0] for one in authentication.claims if one.type == kind), "")


def _key(farm: Farm, issuer: str, name: str) -> UUID:
    return uuid5(farm.tenant.tenant_id, f"adfs guest {issuer} {name.lower()}")
