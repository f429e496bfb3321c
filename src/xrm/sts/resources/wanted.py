"""What an application wants in a person's name, and what of it that person's tenant allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from xrm.model.errors import signin
from xrm.sts import first_party
from xrm.sts.directory import Resource, View, guid, name_key
from xrm.sts.model import (
    GRAPH_APPLICATION,
    Application,
    Flavour,
    Scope,
    ServicePrincipal,
    Tenant,
)
from xrm.sts.resources.named import is_default, known, refuse_foreign, resource_of, scopes_of

RESERVED = ("openid", "profile", "email", "offline_access")
"""The scopes of OpenID Connect, which belong to no resource."""

_LISTED = ("email", "openid", "profile")  # as answers list them, where the resource is Graph


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: a resource by a name of it, values of it or all, reserved scopes.

    `name` is as asked, "" for Microsoft Graph unnamed; `others` names further resources, which a
    person may be asked to consent to beforehand.
    """

    name: str
    values: tuple[str, ...]
    everything: bool
    reserved: frozenset[str]
    others: tuple["Wanted", ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission of a resource that an application asks a person for."""

    resource: Resource
    scope: Scope


@dataclass(frozen=True, slots=True)
class Settled:
    """A resource, what of it the application holds in this person's name, and what is missing.

    `answered` is the text of an answer's `scope`.
    """

    name: str
    resource: Resource
    scopes: tuple[str, ...]
    answered: str
    missing: tuple[Asked, ...]


def wanted(
    flavour: Flavour, parameters: Mapping[str, str], *, resource: str = "", scope: str = ""
) -> Wanted:
    """Return what parameters ask; `resource` and `scope` are what was asked before.

    Raises AADSTS901002 for a parameter of the other version, 70011 for a scope that cannot be
    read or a `/.default` beside others of the same resource.
    """
    refuse_foreign(flavour, parameters)
    if flavour.name == "v1":
        asked = set(scopes_of(parameters.get("scope", "")))
        name = parameters.get("resource", "").strip(" ") or resource
        return Wanted(name, (), everything=True, reserved=frozenset(asked & set(RESERVED)))
    return of_scopes(parameters.get("scope", "").strip(" ") or scope)


def of_scopes(text: str) -> Wanted:
    """Return what a text of scopes asks, by the first resource it names (RFC 6749 3.3)."""
    scopes = scopes_of(text)
    reserved = frozenset(scopes) & frozenset(RESERVED)
    by_resource: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for one in scopes:
        if one in reserved:
            continue
        name = resource_of(one) if "/" in one else ""
        names.setdefault(_key(name), name)
        by_resource.setdefault(_key(name), []).append(one.rpartition("/")[2])
    found = [
        _of_resource(names[key], values, reserved, text) for key, values in by_resource.items()
    ]
    if not found:
        return Wanted("", (), everything=False, reserved=reserved)
    first, *others = found
    return Wanted(first.name, first.values, first.everything, reserved, tuple(others))


def reserved_of(text: str) -> frozenset[str]:
    """Return the reserved scopes of a text that was taken before."""
    return frozenset(text.split(" ")) & frozenset(RESERVED)


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

    Of a resource it gets all that it holds, or of that what is in `limit`. Raises AADSTS500011
    or 500014 for the resource, 650053 for a scope it does not have; on v1 650057 for a resource
    the registration does not require, 90009 for itself under another name than its id.
    """
    resource = known(view, tenant, wanted.name or str(GRAPH_APPLICATION))
    if flavour.name == "v1" and wanted.name:
        _check_required(application, resource, wanted.name)
    holding = _Holding(view, application, principal, person)
    missing = _missing(view, tenant, application, wanted, holding)
    held = holding.of(resource)
    held = held if limit is None else held & limit
    values = [scope.value for scope in resource.application.scopes if scope.value in held]
    scopes = tuple(sorted(set(values) - set(RESERVED)))
    if _is_graph(resource):
        own = wanted.reserved | set(values)
        scopes = (*(one for one in _LISTED if one in own), *scopes)
    answered = _answered(flavour, wanted, scopes)
    return Settled(wanted.name or _graph_name(resource), resource, scopes, answered, missing)


def _missing(
    view: View, tenant: Tenant, application: Application, wanted: Wanted, holding: "_Holding"
) -> tuple[Asked, ...]:
    """Return what is asked and not granted.

    All of a resource is there as soon as anything of it is; the reserved scopes go with whatever
    was granted before.
    """
    resource = known(view, tenant, wanted.name or str(GRAPH_APPLICATION))
    asked = _asked(view, tenant, application, resource, wanted)
    missing = tuple(one for one in asked if one.scope.value not in holding.of(one.resource))
    only_reserved = not wanted.values and not wanted.everything
    if wanted.everything and holding.of(resource):
        missing = ()
    if only_reserved and (holding.anything() or not wanted.reserved):
        missing = ()
    for other in wanted.others:
        missing += _missing(view, tenant, application, other, holding)
    return missing


class _Holding:
    """What has been granted to an application in one person's name."""

    def __init__(
        self, view: View, application: Application, principal: ServicePrincipal, person: UUID
    ) -> None:
        self._view = view
        self._application = application
        self._principal = principal
        self._person = person

    def of(self, resource: Resource) -> frozenset[str]:
        """Return the values of one resource's scopes. Microsoft's own need no consent."""
        if self._application.application_id in first_party.APPLICATIONS:
            return frozenset(one.scope.value for one in _required(self._application, resource))
        return self._view.scopes(
            self._principal.object_id, resource.principal.object_id, self._person
        )

    def anything(self) -> bool:
        """Tell whether there is any grant at all."""
        own = self._application.application_id in first_party.APPLICATIONS
        return own or self._view.is_consented(self._principal.object_id, self._person)


def _key(name: str) -> str:
    return name_key(name) if name else str(GRAPH_APPLICATION)


def _of_resource(name: str, values: Sequence[str], reserved: frozenset[str], text: str) -> Wanted:
    everything = any(is_default(one) for one in values)
    if everything and len(values) > 1:
        raise signin.BAD_SCOPE(
            f"The scope {signin.quote(text)} is not valid: '.default' cannot be combined."
        )
    return Wanted(name, () if everything else tuple(values), everything, reserved)


def _asked(
    view: View, tenant: Tenant, application: Application, resource: Resource, wanted: Wanted
) -> tuple[Asked, ...]:
    """Return every permission that the request, or for all of a resource the registration, asks."""
    if wanted.everything:
        return static(view, tenant, application) or _only(resource)
    graph = known(view, tenant, str(GRAPH_APPLICATION))
    offered = {scope.value: scope for scope in resource.application.scopes if scope.enabled}
    asked = []
    for value in wanted.values:
        if value not in offered:
            raise signin.ABSENT_SCOPE(
                f"The application asked for the scope {signin.quote(value)} that does not exist "
                f"on the resource '{resource.application.application_id}'."
            )
        asked.append(Asked(resource, offered[value]))
    if not wanted.values:
        own = {scope.value: scope for scope in graph.application.scopes}
        asked += [Asked(graph, own[value]) for value in RESERVED if value in wanted.reserved]
    return tuple(asked)


def all_asked(
    view: View, tenant: Tenant, application: Application, wanted: Wanted
) -> tuple[Asked, ...]:
    """Return every permission a request asks, whether it is granted or not.

    Raises AADSTS500011 or 500014 for the resource, 650053 for a scope it does not have.
    """
    resource = known(view, tenant, wanted.name or str(GRAPH_APPLICATION))
    found = _asked(view, tenant, application, resource, wanted)
    for other in wanted.others:
        found += all_asked(view, tenant, application, other)
    return tuple({one.scope.scope_id: one for one in found}.values())


def static(view: View, tenant: Tenant, application: Application) -> tuple[Asked, ...]:
    """Return the delegated permissions an application's registration requires."""
    found: list[Asked] = []
    for resource_id in dict.fromkeys(one.resource for one in application.required):
        resource = view.resource(tenant, str(resource_id))
        if resource is not None:
            found += _required(application, resource)
    return tuple(found)


def roles_required(view: View, tenant: Tenant, application: Application) -> tuple[str, ...]:
    """Return the application permissions a registration requires, by value."""
    found: list[str] = []
    for one in application.required:
        resource = view.resource(tenant, str(one.resource)) if one.kind == "Role" else None
        roles = resource.application.roles if resource is not None else ()
        found += [role.value for role in roles if role.role_id == one.access]
    return tuple(found)


def _required(application: Application, resource: Resource) -> list[Asked]:
    wanted = {
        one.access
        for one in application.required
        if one.resource == resource.application.application_id and one.kind == "Scope"
    }
    scopes = resource.application.scopes
    return [Asked(resource, one) for one in scopes if one.scope_id in wanted and one.enabled]


def _only(resource: Resource) -> tuple[Asked, ...]:
    raise signin.NOTHING_REQUIRED(
        "The application asks for all permissions its registration lists on "
        f"'{resource.application.name}', and it lists none there."
    )


def _check_required(application: Application, resource: Resource, name: str) -> None:
    resource_id = resource.application.application_id
    if resource_id == application.application_id:
        if guid(name) is None:
            raise signin.SELF_BY_NAME(
                f"The application '{resource_id}' asks a token for itself. That works only when "
                "the resource is named by its application id."
            )
        return
    if not any(one.resource == resource_id for one in application.required):
        raise signin.NOT_REQUIRED(
            f"Invalid resource. The application asks for {signin.quote(name)}, which is not among "
            "the permissions of its registration."
        )


def _is_graph(resource: Resource) -> bool:
    return resource.application.application_id == GRAPH_APPLICATION


def _graph_name(resource: Resource) -> str:
    names = resource.application.identifier_uris
    return names[0] if names else str(resource.application.application_id)


def _answered(flavour: Flavour, wanted: Wanted, scopes: Sequence[str]) -> str:
    """Return an answer's `scope`: on v2 qualified by the resource just as it was asked."""
    if flavour.name == "v1" or not wanted.name:
        listed = list(scopes)
    else:
        listed = [one if one in _LISTED else f"{wanted.name}/{one}" for one in scopes]
    if wanted.everything and flavour.name == "v2":
        listed.append(f"{wanted.name}/.default" if wanted.name else ".default")
    return " ".join(listed)
