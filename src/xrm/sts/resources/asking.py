"""What a request asks, in the words of its flavour: Entra ID's two versions, or a farm's."""

from collections.abc import Mapping
from uuid import UUID

from xrm.sts.directory import Resource, View
from xrm.sts.model import Application, Flavour, ServicePrincipal, Tenant, TokenRequest
from xrm.sts.resources import named, relying
from xrm.sts.resources import wanted as of_entra
from xrm.sts.resources.wanted import Settled, Wanted


def asked_for_all(
    request: TokenRequest, tenant: Tenant, view: View, application: Application
) -> tuple[str, Resource]:
    """Return the resource for which an application asks all it has been given, and its name.

    Raises what `named.asked_for_all` and `relying.asked_for_all` raise.
    """
    if request.flavour.name == "adfs":
        return relying.asked_for_all(request, tenant, view, application)
    return named.asked_for_all(request, tenant, view)


def wanted(
    flavour: Flavour, parameters: Mapping[str, str], *, resource: str = "", scope: str = ""
) -> Wanted:
    """Return what parameters ask; `resource` and `scope` are what was asked before.

    Raises what `wanted.wanted` and `relying.wanted` raise.
    """
    if flavour.name == "adfs":
        return relying.wanted(parameters, resource=resource, scope=scope)
    return of_entra.wanted(flavour, parameters, resource=resource, scope=scope)


def settle(
    view: View,
    tenant: Tenant,
    *,
    application: Application,
    principal: ServicePrincipal,
    person: UUID,
    wanted: Wanted,
    flavour: Flavour,
    limit: frozenset[str] | None = None,
) -> Settled:
    """Return what the application holds of what it wants, and what it still needs consent to.

    Of a resource it gets all that it holds, or of that what is in `limit`. Raises what
    `wanted.settle` and `relying.settle` raise.
    """
    if flavour.name == "adfs":
        return relying.settle(view, tenant, application=application, wanted=wanted, limit=limit)
    return of_entra.settle(
        view,
        tenant,
        application=application,
        principal=principal,
        person=person,
        wanted=wanted,
        flavour=flavour,
        limit=limit,
    )
