"""What each kind of call takes: permissions of an application, or of a person with a role.

The least permission and those that hold it, as the documents of each call list them. A person
who changes something must hold a directory role for it besides.
"""

from uuid import UUID

from xrm.sts.faces.graph.callers import Access
from xrm.sts.model import User

_GLOBAL = UUID("62e90394-69f5-4237-9190-012177145e10")
_APPLICATIONS = UUID("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3")
_CLOUD_APPLICATIONS = UUID("158c047a-c907-4556-b7ef-446551a6b5f7")
_PEOPLE = UUID("fe930be7-5e62-47db-91af-98c3a49a38b1")
_LICENCES = UUID("4d6ac14f-3453-41d0-bef9-a3e0c569773a")


def _access(permissions: str, *roles: UUID, more_delegated: str = "", own: str = "") -> Access:
    held = frozenset(permissions.split())
    delegated = held | frozenset(more_delegated.split())
    return Access(held, delegated, frozenset(roles), frozenset(own.split()))


_DIRECTORY_READ = "Directory.Read.All Directory.ReadWrite.All"
_PEOPLE_WRITE = "User.ReadWrite.All Directory.ReadWrite.All"
_OWN_PASSWORD = "Directory.AccessAsUser.All User-PasswordProfile.ReadWrite.All"  # noqa: S105
_OWN_SESSIONS = f"User.RevokeSessions.All {_PEOPLE_WRITE}"
_APPLICATION_ADMINS = (_GLOBAL, _APPLICATIONS, _CLOUD_APPLICATIONS)

ANYONE = Access(frozenset(), frozenset())
"""For a call that settles by itself who may make it."""

READ_APPLICATIONS = _access(
    f"Application.Read.All Application.ReadWrite.All {_DIRECTORY_READ}",
)
WRITE_APPLICATIONS = _access("Application.ReadWrite.All", *_APPLICATION_ADMINS)
READ_GRANTS = _access(f"DelegatedPermissionGrant.ReadWrite.All {_DIRECTORY_READ}")
WRITE_GRANTS = _access(
    "DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All", *_APPLICATION_ADMINS
)
READ_ASSIGNMENTS = _access(
    "Application.Read.All Application.ReadWrite.All AppRoleAssignment.ReadWrite.All "
    f"{_DIRECTORY_READ}"
)
WRITE_ASSIGNMENTS = _access("AppRoleAssignment.ReadWrite.All", *_APPLICATION_ADMINS)
READ_USERS = _access(f"User.Read.All User.ReadWrite.All {_DIRECTORY_READ}", own="User.Read")
READ_SELF = _access(f"User.Read User.Read.All User.ReadWrite.All {_DIRECTORY_READ}")
WRITE_USERS = _access(_PEOPLE_WRITE, _GLOBAL, _PEOPLE)
CHANGE_PASSWORD = _access("", more_delegated=_OWN_PASSWORD)
REVOKE_SESSIONS = _access(
    "User.RevokeSessions.All", _GLOBAL, _PEOPLE, more_delegated=_PEOPLE_WRITE, own=_OWN_SESSIONS
)
REVOKE_OWN_SESSIONS = _access("", more_delegated=_OWN_SESSIONS)
WRITE_LICENCES = _access(_PEOPLE_WRITE, _GLOBAL, _PEOPLE, _LICENCES)
READ_ORGANIZATION = _access(f"Organization.Read.All {_DIRECTORY_READ}", more_delegated="User.Read")
READ_PRODUCTS = _access(f"Organization.Read.All {_DIRECTORY_READ}")
READ_ROLES = _access(f"RoleManagement.ReadWrite.Directory {_DIRECTORY_READ}")
WRITE_ROLES = _access("RoleManagement.ReadWrite.Directory", _GLOBAL)


def is_global(person: User) -> bool:
    """Tell whether a person is a Global Administrator."""
    return _GLOBAL in person.roles
