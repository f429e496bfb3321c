"""People: accounts of a tenant, what proves them, and what they are given.

Every change takes a number in its transaction, so that a follower asks for what it has not seen
(`changes_since`), and is told of after the commit (`TokenService.people_changed`).

accounts    made, found, listed, amended, disabled, deleted
passwords   set, changed by the person; sessions revoked
given       directory roles and licences
checks      what the directory takes for an account;  writing: the write each change goes through
"""

from xrm.sts.registration.people.accounts import (
    amend_user,
    changes_since,
    create_user,
    delete_user,
    find_user,
    list_users,
    set_user_enabled,
)
from xrm.sts.registration.people.given import add_licence, add_role, remove_licence, remove_role
from xrm.sts.registration.people.passwords import (
    NewUser,
    change_password,
    revoke_sessions,
    set_password,
)
from xrm.sts.registration.people.writing import Amendment

__all__ = [
    "Amendment",
    "NewUser",
    "add_licence",
    "add_role",
    "amend_user",
    "change_password",
    "changes_since",
    "create_user",
    "delete_user",
    "find_user",
    "list_users",
    "remove_licence",
    "remove_role",
    "revoke_sessions",
    "set_password",
    "set_user_enabled",
]
