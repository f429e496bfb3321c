"""What proves a person, and what ends what was proved: passwords, and sessions revoked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xrm.model.secret import Secret
from xrm.sts.accounts.passwords import (
    WeakPassword,
    check_form,
    check_password,
    hash_password,
    make_password,
    verify_password,
)
from xrm.sts.model import User
from xrm.sts.registration.change import RegistrationError
from xrm.sts.registration.people.writing import amend, without_sessions
from xrm.sts.registration.tenants import find_tenant
from xrm.sts.service import TokenService
from xrm.sts.store import USERS

_MEMBER = "passwordProfile"


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account just made or given a password: the only time that is known."""

    user: User
    password: Secret


def set_password(
    service: TokenService,
    user: User,
    password: Secret | None = None,
    *,
    must_change_password: bool = True,
) -> NewUser:
    """Give a person a password, one made here unless one is given, and end every session.

    Raises RegistrationError for a weak one; one that must be changed anyhow may be a banned word.
    """
    names = () if must_change_password else _names(service, user)
    password, kept = hashed(password, names=names, temporary=must_change_password)
    changed = amend(
        service,
        user,
        "user.password",
        lambda before: with_password(service, before, kept, temporary=must_change_password),
    )
    return NewUser(changed, password)


def change_password(service: TokenService, user: User, current: Secret, new: Secret) -> User:
    """Let a person who knows the current password choose another, and end every session.

    What must be done at the next sign-in is done by that. Raises RegistrationError: forbidden for
    a wrong current password, and for a new one equal to it; invalid for a weak one.
    """
    standing = _standing(service, user)
    if not verify_password(standing, current):
        raise _wrong()
    if new == current:
        raise RegistrationError(
            "the new password is the one there is", kind="forbidden", member="newPassword"
        )
    _, kept = hashed(new, names=_names(service, user), temporary=False)

    def changed(before: User) -> User:
        # Somebody else may have changed it while this one was compared.
        if standing is None or before.password != standing.password:
            raise _wrong()
        return with_password(service, before, kept, temporary=False)

    return amend(service, user, "user.password.change", changed)


def revoke_sessions(service: TokenService, user: User) -> User:
    """End every session of a person, and make every refresh token given so far worthless."""
    return amend(
        service, user, "user.sessions.revoke", lambda before: without_sessions(service, before)
    )


def hashed(password: Secret | None, *, names: Iterable[str], temporary: bool) -> tuple[Secret, str]:
    """Return a password, one made here unless one is given, and what is kept of it.

    `names` are those it may not hold. Raises RegistrationError for a weak one; of a `temporary`
    one only the form is asked, as in the service.
    """
    if password is None:
        password = make_password()
        return password, hash_password(password)
    try:
        if temporary:
            check_form(password)
        else:
            check_password(password, names)
    except WeakPassword as error:
        raise RegistrationError(str(error), member=_MEMBER) from error
    return password, hash_password(password)


def with_password(service: TokenService, user: User, kept: str, *, temporary: bool) -> User:
    """Return an account with another password and without its sessions."""
    changed = replace(
        user,
        password=kept,
        must_change_password=temporary,
        password_changed=int(service.clock()),
    )
    return without_sessions(service, changed)


def _standing(service: TokenService, user: User) -> User | None:
    with service.database.read() as tx:
        return service.store.get(tx, USERS, str(user.object_id))


def _names(service: TokenService, user: User) -> tuple[str, ...]:
    """Return the names a person's password may not hold: their own and the tenant's."""
    tenant = find_tenant(service, user.tenant_id)
    return (user.given_name, user.surname, tenant.name if tenant else "")


def _wrong() -> RegistrationError:
    return RegistrationError(
        "the current password is wrong", kind="forbidden", member="currentPassword"
    )
