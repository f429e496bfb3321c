"""The structured members of a manifest: scopes, roles, required access, redirect URIs."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args
from uuid import UUID

from xrm.sts.manifest import checks
from xrm.sts.model import Application, AppRole, RedirectUri, RequiredAccess, Scope

RedirectKind = Literal["Web", "Spa", "InstalledClient"]
REDIRECT_PATHS: dict[str, RedirectKind] = {
    "web.redirectUris": "Web",
    "spa.redirectUris": "Spa",
    "publicClient.redirectUris": "InstalledClient",
}
"""Where the Graph form keeps the redirect URIs of each kind."""

_MOST_RESOURCES = 50
_MOST_ACCESS = 400
_OLD = ("lang", "origin")
_SCOPE_TEXTS = (
    "adminConsentDisplayName",
    "adminConsentDescription",
    "userConsentDisplayName",
    "userConsentDescription",
)
_SCOPE = ("id", "value", "type", "isEnabled", *_SCOPE_TEXTS, *_OLD)
_ROLE = ("id", "value", "displayName", "description", "allowedMemberTypes", "isEnabled", *_OLD)


def write_scope(scope: Scope) -> dict[str, Any]:
    """Return a delegated permission as Graph's `permissionScope`."""
    return {
        "adminConsentDescription": scope.admin_description or None,
        "adminConsentDisplayName": scope.admin_name or None,
        "id": str(scope.scope_id),
        "isEnabled": scope.enabled,
        "type": scope.kind,
        "userConsentDescription": scope.user_description or None,
        "userConsentDisplayName": scope.user_name or None,
        "value": scope.value,
    }


def read_scopes(value: Any, standing: Application) -> tuple[Scope, ...]:
    """Return the delegated permissions of a document. Raises RegistrationError.

    One that is new or changed must have its texts for the administrator.
    """
    member = "oauth2PermissionScopes"
    found = tuple(_scope(one, member) for one in checks.mappings(value, member, _SCOPE))
    checks.distinct((one.value for one in found if one.value), member)
    for one in found:
        if one not in standing.scopes and not (one.admin_name and one.admin_description):
            raise checks.invalid(member, "It must have the texts an administrator is shown.")
    enabled = {one.scope_id for one in standing.scopes if one.enabled}
    _kept(enabled, {one.scope_id for one in found}, member)
    return found


def _scope(one: Mapping[str, Any], member: str) -> Scope:
    kind = one.get("type") or "User"
    if kind not in ("User", "Admin"):
        raise checks.invalid(member, "The type of a permission is User or Admin.")
    value = checks.permission_value(one.get("value"), member)
    if not value:
        raise checks.invalid(member, "A permission must have a value.")
    admin_name, admin_text, user_name, user_text = (
        checks.text(one.get(name), member) for name in _SCOPE_TEXTS
    )
    return Scope(
        scope_id=checks.identifier(one.get("id"), member),
        value=value,
        kind="User" if kind == "User" else "Admin",
        enabled=checks.flag(one.get("isEnabled"), member, default=True),
        admin_name=admin_name,
        admin_description=admin_text,
        user_name=user_name,
        user_description=user_text,
    )


def write_role(role: AppRole) -> dict[str, Any]:
    """Return a role as Graph's `appRole`."""
    return {
        "allowedMemberTypes": list(role.members),
        "description": role.description or None,
        "displayName": role.name or None,
        "id": str(role.role_id),
        "isEnabled": role.enabled,
        "origin": "Application",
        "value": role.value or None,
    }


def read_roles(value: Any, standing: Application) -> tuple[AppRole, ...]:
    """Return the roles of a document. Raises RegistrationError.

    One that is new or changed must have a name and a description.
    """
    member = "appRoles"
    found = tuple(_role(one, member) for one in checks.mappings(value, member, _ROLE))
    checks.distinct((one.value for one in found if one.value), member)
    for one in found:
        if one not in standing.roles and not (one.name and one.description):
            raise checks.invalid(member, "A role must have a name and a description.")
    enabled = {one.role_id for one in standing.roles if one.enabled}
    _kept(enabled, {one.role_id for one in found}, member)
    return found


def _role(one: Mapping[str, Any], member: str) -> AppRole:
    members = tuple(checks.texts(one.get("allowedMemberTypes"), member))
    if not members or not set(members) <= {"User", "Application"}:
        raise checks.invalid(member, "A role is for User, Application or both.")
    checks.distinct(members, member)
    return AppRole(
        role_id=checks.identifier(one.get("id"), member),
        value=checks.permission_value(one.get("value"), member),
        name=checks.text(one.get("displayName"), member, longest=100),
        description=checks.text(one.get("description"), member),
        members=members,
        enabled=checks.flag(one.get("isEnabled"), member, default=True),
    )


def _kept(enabled: set[UUID], found: set[UUID], member: str) -> None:
    """Refuse to take out what was enabled. Raises EnabledPermission."""
    if enabled - found:
        raise checks.EnabledPermission(
            "Permission (scope or role) cannot be deleted or updated unless disabled first.",
            member=member,
        )


def write_required(required: Iterable[RequiredAccess]) -> list[dict[str, Any]]:
    """Return required access by resource."""
    groups: dict[UUID, list[dict[str, str]]] = {}
    for one in required:
        entry = {"id": str(one.access), "type": one.kind}
        groups.setdefault(one.resource, []).append(entry)
    return [
        {"resourceAppId": str(resource), "resourceAccess": entries}
        for resource, entries in groups.items()
    ]


def read_required(value: Any, standing: Application) -> tuple[RequiredAccess, ...]:
    """Return the required access of a document. Raises RegistrationError."""
    member = "requiredResourceAccess"
    groups = checks.mappings(value, member, ("resourceAppId", "resourceAccess"))
    if len(groups) > _MOST_RESOURCES:
        raise checks.invalid(member, f"There may be {_MOST_RESOURCES} resources at most.")
    found = tuple(one for group in groups for one in _required(group, member))
    checks.distinct((group.get("resourceAppId") for group in groups), member)
    checks.distinct(found, member)
    if len(found) > _MOST_ACCESS:
        raise checks.invalid(member, f"There may be {_MOST_ACCESS} permissions at most.")
    same = write_required(found) == write_required(standing.required)
    return standing.required if same else found


def _required(group: Mapping[str, Any], member: str) -> Iterable[RequiredAccess]:
    resource = checks.identifier(group.get("resourceAppId"), member)
    for one in checks.mappings(group.get("resourceAccess"), member, ("id", "type")):
        kind = one.get("type")
        if kind not in ("Scope", "Role"):
            raise checks.invalid(member, "The type of an access is Scope or Role.")
        access = checks.identifier(one.get("id"), member)
        yield RequiredAccess(resource, access, "Scope" if kind == "Scope" else "Role")


def write_redirects(application: Application, kind: RedirectKind) -> list[str]:
    """Return the redirect URIs of one kind."""
    return [one.url for one in application.redirect_uris if one.kind == kind]


def read_redirects(
    found: Mapping[RedirectKind, Any], standing: Application
) -> tuple[RedirectUri, ...]:
    """Return the redirect URIs after those of some kinds are replaced. Raises RegistrationError."""
    before = {kind: write_redirects(standing, kind) for kind in get_args(RedirectKind)}
    after = before | {kind: checks.texts(value, "redirectUris") for kind, value in found.items()}
    if after == before:
        return standing.redirect_uris
    return tuple(RedirectUri(url, kind) for kind, urls in after.items() for url in urls)
