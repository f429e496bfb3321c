"""What a client of a farm asks: a relying party by `resource`, or by the front of a scope.

Nobody consents at a farm: a client is permitted relying parties and scopes when it is
registered. Who names no relying party asks for the farm's own, who names no scope for all that
the client is permitted.
"""

from collections.abc import Mapping

from xrm.model.errors import signin
from xrm.sts.directory import Resource, View
from xrm.sts.model import Application, Tenant, TokenRequest
from xrm.sts.resources.named import is_default, scopes_of
from xrm.sts.resources.wanted import RESERVED, Settled, Wanted

USER_INFO = "urn:microsoft:userinfo"
"""The identifier of the farm itself as a relying party."""

_UNASKED = ("openid", "user_impersonation")
"""What a client gets of what it is permitted where it names no scope: inferred."""


def asked_for_all(
    request: TokenRequest, tenant: Tenant, view: View, application: Application
) -> tuple[str, Resource]:
    """Return the relying party an application asks for itself, and its name as asked.

    Raises AADSTS70011 for a scope that cannot be read or of several relying parties, 500011 for a
    relying party that is unknown, 650057 for one the client may not ask for.
    """
    asked = wanted(request.form)
    resource = _known(view, tenant, asked.name)
    _permitted(view, application, resource)
    return asked.name, resource


def wanted(parameters: Mapping[str, str], *, resource: str = "", scope: str = "") -> Wanted:
    """Return what parameters ask; `resource` and `scope` are what was asked before.

    `resource` counts before the front of a scope, `https://party/scope` or `https://party//scope`.
    Raises AADSTS70011 for a scope that cannot be read or of several relying parties.
    """
    text = parameters.get("scope", "").strip(" ")
    fronts: dict[str, str] = {}
    values: list[str] = []
    asked = scopes_of(text or scope)
    for one in asked:
        front, slash, value = one.rpartition("/")
        if slash:
            fronts.setdefault(front.rstrip("/").lower(), front)
        values.append(value)
    named = parameters.get("resource", "").strip(" ")
    if len(fronts) > 1 and not named:
        raise signin.SEVERAL_RESOURCES(
            f"The scope {signin.quote(text)} names more than one relying party."
        )
    front = next(iter(fronts.values()), "") if text else ""
    name = named or front or resource or next(iter(fronts.values()), "") or USER_INFO
    everything = not asked or any(is_default(one) for one in asked)
    return Wanted(
        name,
        tuple(dict.fromkeys(one for one in values if not is_default(one))),
        everything=everything,
        reserved=frozenset({"openid"} if not asked else set(values) & set(RESERVED)),
    )


def settle(
    view: View,
    tenant: Tenant,
    *,
    application: Application,
    wanted: Wanted,
    limit: frozenset[str] | None = None,
) -> Settled:
    """Return what a client gets of what it wants.

    Raises AADSTS500011 for a relying party that is unknown, 650057 for one the client may not ask
    for, 650053 for a scope it is not permitted there.
    """
    resource = _known(view, tenant, wanted.name)
    permitted = _permitted(view, application, resource)
    asked = set(wanted.values) - {"offline_access"}
    if wanted.everything:
        asked |= set(_UNASKED) & permitted
    # Libraries add those of OpenID Connect to whatever they ask.
    beyond = asked - permitted - set(RESERVED)
    if beyond:
        raise signin.ABSENT_SCOPE(
            f"The client is not permitted the scope {signin.quote(' '.join(sorted(beyond)))}."
        )
    held = asked & permitted if limit is None else asked & permitted & limit
    offered = [scope.value for scope in resource.application.scopes]
    scopes = tuple(value for value in offered if value in held)
    return Settled(wanted.name, resource, scopes, " ".join(scopes), ())


def _known(view: View, tenant: Tenant, name: str) -> Resource:
    resource = view.resource(tenant, name)
    if resource is None:
        raise signin.UNKNOWN_RESOURCE(f"No relying party is registered as {signin.quote(name)}.")
    return resource


def _permitted(view: View, application: Application, resource: Resource) -> frozenset[str]:
    permitted = view.permitted(application, resource)
    if not permitted:
        raise signin.NOT_REQUIRED(
            f"The client may not ask for {signin.quote(resource.application.name)}."
        )
    return permitted
