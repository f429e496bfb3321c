"""The write every change of an account goes through: a number, a check, word of it."""

from collections.abc import Callable
from dataclasses import replace

from xrm.db import Transaction
from xrm.sts.model import User, UserName
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.registration.people.checks import checked
from xrm.sts.service import TokenService
from xrm.sts.store import TENANTS, USER_NAMES, USERS

Amendment = Callable[[User], User]

COUNTER = "people"
"""The counter that numbers the changes."""


def add(service: TokenService, user: User) -> User:
    """Keep a new account with its times. Raises RegistrationError when its name is in use."""
    now = service.clock()
    user = replace(
        user,
        created=int(now),
        password_changed=int(now),
        sessions_from=int(now * 1_000_000),
    )
    with change(service, user.user_principal_name) as tx:
        user = replace(user, number=tx.next_number(COUNTER))
        _put_name(service, tx, user)
        service.store.put(tx, USERS, user, new=True)
    tell(service, user, "user.create")
    return user


def amend(service: TokenService, user: User, operation: str, amendment: Amendment) -> User:
    """Change an account as it stands now, and return it changed. Raises RegistrationError.

    Who is disabled loses every session; to be enabled again brings none back.
    """
    with change(service) as tx:
        number, before = standing(service, tx, user)
        after = replace(checked(amendment(before)), number=number)
        if before.enabled and not after.enabled:
            after = without_sessions(service, after)
        if after.user_principal_name != before.user_principal_name:
            service.store.delete(tx, USER_NAMES, before.user_principal_name.lower())
            _put_name(service, tx, after)
        service.store.put(tx, USERS, after)
    tell(service, after, operation)
    return after


def without_sessions(service: TokenService, user: User) -> User:
    """Return an account for which every sign-in up to now is worth nothing any more."""
    now = int(service.clock() * 1_000_000)
    return replace(user, sessions_from=max(user.sessions_from, now + 1))


def standing(service: TokenService, tx: Transaction, user: User) -> tuple[int, User]:
    """Return the number of a change and the account as it stands.

    The number is taken first: until the commit, nobody else changes people.
    """
    number = tx.next_number(COUNTER)
    found = service.store.get(tx, USERS, str(user.object_id))
    if found is None or found.deleted:
        raise RegistrationError(f"there is no user {user.object_id}", kind="absent")
    return number, found


def _put_name(service: TokenService, tx: Transaction, user: User) -> None:
    """Keep a user principal name, which is one of a kind, under a domain of the tenant's."""
    name = user.user_principal_name
    tenant = service.store.get(tx, TENANTS, str(user.tenant_id))
    if tenant is None:
        raise RegistrationError(f"there is no tenant {user.tenant_id}", kind="absent")
    if name.lower().partition("@")[2] not in tenant.domains:
        raise RegistrationError(
            "The domain portion of the userPrincipalName property is invalid: it must be a "
            f"verified domain of the tenant, such as {tenant.domain}",
            member="userPrincipalName",
        )
    key = name.lower()
    if service.store.get(tx, USER_NAMES, key) is not None:
        raise RegistrationError(
            f"another account has the name {name}", kind="taken", member="userPrincipalName"
        )
    service.store.put(tx, USER_NAMES, UserName(key, user.object_id), new=True)


def tell(service: TokenService, user: User, operation: str) -> None:
    """Record a change that is committed, and let who follows know of it."""
    audit(service, user.tenant_id, operation, user.object_id)
    service.people_changed()
