"""Which resource an application asks for itself: `resource` on v1, `/.default` of it on v2."""

import re
from collections.abc import Mapping

from xrm.model.errors import signin
from xrm.sts.directory import Resource, View
from xrm.sts.model import GRAPH_APPLICATION, Flavour, Tenant, TokenRequest

_DEFAULT = ".default"
_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def asked_for_all(request: TokenRequest, tenant: Tenant, view: View) -> tuple[str, Resource]:
    """Return the resource for which an application asks all it has been given, and its name.

    The name is as asked, closing slash included: the audience repeats it. Raises AADSTS901002
    for `resource` on v2, 900144 when nothing is asked, 70011, 700022 or 1002012 for another
    scope than one `/.default`, 500011 for a resource the tenant does not know, 500014 for one
    that is disabled there.
    """
    flavour, form = request.flavour, request.form
    refuse_foreign(flavour, form)
    asked = form.get(flavour.asks_by, "").strip(" ")
    if not asked:
        raise signin.MISSING(f"The request body must hold the parameter '{flavour.asks_by}'.")
    name = asked if flavour.asks_by == "resource" else _of_default_scope(asked)
    return name, known(view, tenant, name)


def refuse_foreign(flavour: Flavour, parameters: Mapping[str, str]) -> None:
    """Raise AADSTS901002 for a parameter of the other version that this one turns away."""
    for refused in flavour.refuses:
        if refused in parameters:
            raise signin.RESOURCE_ON_V2(
                f"The parameter '{refused}' is not supported on this endpoint. Name the resource "
                f"in '{flavour.asks_by}'."
            )


def known(view: View, tenant: Tenant, name: str) -> Resource:
    """Return a tenant's resource by a name of it.

    Raises AADSTS500011 when the tenant does not know it, 500014 when it is disabled there.
    """
    resource = view.resource(tenant, name)
    if resource is None:
        raise signin.UNKNOWN_RESOURCE(
            f"No resource named {signin.quote(name)} was found in the tenant "
            f"{signin.quote(tenant.name)}. It may not be installed there, or the request may have "
            "gone to the wrong tenant."
        )
    if not resource.principal.enabled:
        raise signin.DISABLED_RESOURCE(
            f"The service principal of the resource {signin.quote(name)} is disabled in the "
            f"tenant {signin.quote(tenant.name)}."
        )
    return resource


def scopes_of(text: str) -> list[str]:
    """Return the scopes of a text, each once, in order. Raises AADSTS70011 (RFC 6749 3.3)."""
    scopes = list(dict.fromkeys(one for one in text.split(" ") if one))
    if not all(_TOKEN.fullmatch(one) for one in scopes):
        raise signin.BAD_SCOPE(f"The scope {signin.quote(text)} is not valid.")
    return scopes


def _of_default_scope(scope: str) -> str:
    asked = scopes_of(scope)
    resources = {resource_of(one) for one in asked if is_default(one)}
    if not resources:
        raise signin.NOT_DEFAULT_SCOPE(
            f"The scope {signin.quote(scope)} is not valid. With client credentials it must be "
            "the resource's identifier followed by '/.default'."
        )
    if len(resources) > 1:
        raise signin.SEVERAL_RESOURCES(
            f"The scope {signin.quote(scope)} names more than one resource."
        )
    if len(asked) > 1:
        raise signin.BAD_SCOPE(
            f"The scope {signin.quote(scope)} is not valid: '.default' cannot be combined."
        )
    return resources.pop()


def is_default(scope: str) -> bool:
    """Tell whether a scope asks for all that has been granted."""
    return scope == _DEFAULT or scope.endswith("/" + _DEFAULT)


def resource_of(scope: str) -> str:
    """Return the resource of a scope: all before its last slash, so `https://org//.default`
    names `https://org/`. A scope without a slash is Microsoft Graph's.
    """
    resource, slash, _ = scope.rpartition("/")
    return resource if slash else str(GRAPH_APPLICATION)
