"""What a sign-in was for, and so all that its code and refresh tokens may ask (RFC 6749 6)."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.directory import View
from xrm.sts.model import GRAPH_APPLICATION, Flavour, Tenant
from xrm.sts.resources import relying
from xrm.sts.resources.wanted import RESERVED, Wanted, of_scopes


def within(
    view: View, tenant: Tenant, asked: Wanted, *, flavour: Flavour, resource: str, scope: str
) -> Wanted:
    """Return what is asked, as far as the sign-in covers it.

    `scope` is all that the sign-in asked, "" on v1, where it asked all of `resource`. Who asks
    for all of a resource gets what the sign-in asked of it. Raises AADSTS70011 for another
    resource and for a scope beyond.
    """
    if flavour.name == "adfs":
        before = relying.wanted({}, resource=resource, scope=scope)
    else:
        before = of_scopes(scope) if scope else _all_of(resource)
    if not asked.reserved <= before.reserved:
        raise _beyond(" ".join(sorted(asked.reserved - before.reserved)))
    covered = {_identity(view, tenant, one): one for one in _named(before)}
    first, *others = (
        _narrowed(one, covered.get(_identity(view, tenant, one))) if _is_named(one) else one
        for one in (asked, *asked.others)
    )
    return replace(first, others=tuple(others))


def _all_of(resource: str) -> Wanted:
    return Wanted(resource, (), everything=True, reserved=frozenset(RESERVED))


def _named(wanted: Wanted) -> Iterator[Wanted]:
    return (one for one in (wanted, *wanted.others) if _is_named(one))


def _is_named(wanted: Wanted) -> bool:
    """Tell whether anything of a resource is wanted, beside the reserved scopes."""
    return wanted.everything or bool(wanted.values)


def _identity(view: View, tenant: Tenant, wanted: Wanted) -> UUID | str:
    """Return what is the same for every name of a resource."""
    found = view.resource(tenant, wanted.name or str(GRAPH_APPLICATION))
    return wanted.name if found is None else found.application.application_id


def _narrowed(asked: Wanted, before: Wanted | None) -> Wanted:
    if before is None:
        raise _beyond(asked.name)
    if before.everything:
        return asked
    if asked.everything:
        return replace(asked, values=before.values, everything=False)
    beyond = set(asked.values) - set(before.values)
    if beyond:
        raise _beyond(" ".join(sorted(beyond)))
    return asked


def _beyond(what: str) -> SignInError:
    return signin.BAD_SCOPE(
        f"{signin.quote(what)} goes beyond what was granted at the sign-in. Send an authorization "
        "request that asks for it."
    )
