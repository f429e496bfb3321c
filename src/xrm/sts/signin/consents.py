"""Consent: who may give it, and how it is kept."""

from collections.abc import Sequence
from uuid import UUID

from xrm.sts.handles.secrets import digest
from xrm.sts.model import GRAPH_APPLICATION, Application, User
from xrm.sts.resources import Asked
from xrm.sts.signin.journey import AskConsent

PRIVILEGED = frozenset(
    {
        UUID("62e90394-69f5-4237-9190-012177145e10"),  # Global Administrator
        UUID("e8611ab8-c189-46e8-94e1-60213ab1f814"),  # Privileged Role Administrator
    }
)
"""The templates of the directory roles that may consent to everything."""

ADMINISTRATORS = PRIVILEGED | {
    UUID("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),  # Application Administrator
    UUID("158c047a-c907-4556-b7ef-446551a6b5f7"),  # Cloud Application Administrator
}
"""Those that may consent for everybody, if not to Graph's own roles."""


def is_administrator(person: User) -> bool:
    """Tell whether a person may consent for everybody, and to what only administrators may."""
    return not ADMINISTRATORS.isdisjoint(person.roles)


def may_consent(person: User, permissions: Sequence[Asked]) -> bool:
    """Tell whether a person may consent to permissions for themselves."""
    return is_administrator(person) or all(one.scope.kind == "User" for one in permissions)


def may_grant_roles(person: User, application: Application) -> bool:
    """Tell whether an administrator may give an application the roles it requires."""
    graph = any(
        one.kind == "Role" and one.resource == GRAPH_APPLICATION for one in application.required
    )
    return not graph or not PRIVILEGED.isdisjoint(person.roles)


def mark_of(step: AskConsent) -> str:
    """Return a digest of what a page of consent asks.

    It goes along with the page. What is asked is worked out anew when the person accepts: where
    that is something else than they were shown, they are asked again.
    """
    asked = sorted(
        f"{one.resource.principal.object_id} {one.scope.scope_id} {one.scope.value}"
        for one in step.permissions
    )
    reserved, roles = sorted(step.reserved), sorted(step.roles)
    return digest(f"{step.username} {step.for_all} {asked} {reserved} {roles}")
