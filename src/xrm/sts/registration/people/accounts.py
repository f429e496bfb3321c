"""Accounts: made, found, listed, amended, disabled and deleted."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from xrm.db.counters import last_number
from xrm.model.secret import Secret
from xrm.sts.directory import guid
from xrm.sts.model import Tenant, User
from xrm.sts.registration.change import RegistrationError, change
from xrm.sts.registration.people import writing
from xrm.sts.registration.people.checks import checked
from xrm.sts.registration.people.given import product_named, role_named
from xrm.sts.registration.people.passwords import NewUser, hashed
from xrm.sts.registration.people.writing import Amendment
from xrm.sts.service import TokenService
from xrm.sts.store import ROLE_ASSIGNMENTS, SCOPE_GRANTS, USER_NAMES, USERS


def create_user(
    service: TokenService,
    tenant: Tenant,
    *,
    user_principal_name: str,
    display_name: str,
    given_name: str = "",
    surname: str = "",
    mail_nickname: str = "",
    usage_location: str = "",
    password: Secret | None = None,
    enabled: bool = True,
    must_change_password: bool = True,
    roles: Iterable[UUID | str] = (),
    licences: Iterable[UUID | str] = (),
) -> NewUser:
    """Create an account, with a password made here unless one is given.

    Roles and licences are named as `add_role` and `add_licence` take them. Raises
    RegistrationError for what the directory does not take, or when the name is in use.
    """
    names = (given_name, surname, tenant.name)
    password, kept = hashed(password, names=names, temporary=must_change_password)
    user = User(
        object_id=service.ids(),
        tenant_id=tenant.tenant_id,
        user_principal_name=user_principal_name,
        display_name=display_name,
        given_name=given_name,
        surname=surname,
        mail_nickname=mail_nickname or user_principal_name.partition("@")[0],
        usage_location=usage_location,
        enabled=enabled,
        roles=tuple(dict.fromkeys(role_named(name).template_id for name in roles)),
        licences=tuple(dict.fromkeys(product_named(name).sku_id for name in licences)),
        password=kept,
        must_change_password=must_change_password,
    )
    return NewUser(writing.add(service, checked(user)), password)


def find_user(service: TokenService, tenant: Tenant, id_or_upn: UUID | str) -> User | None:
    """Return a tenant's account by its id or user principal name, in any letter case, or None."""
    text = str(id_or_upn)
    with service.database.read() as tx:
        key = guid(text)
        if key is None and text.isascii():
            name = service.store.get(tx, USER_NAMES, text.lower())
            key = name.object_id if name else None
        found = service.store.get(tx, USERS, str(key)) if key else None
    known = found is not None and found.tenant_id == tenant.tenant_id and not found.deleted
    return found if known else None


def list_users(service: TokenService, tenant: Tenant) -> list[User]:
    """Return a tenant's accounts, by display name."""
    with service.database.read() as tx:
        found = service.store.find(tx, USERS, tenant=str(tenant.tenant_id))
    standing = [user for user in found if not user.deleted]
    return sorted(standing, key=lambda one: (one.display_name.lower(), one.user_principal_name))


def changes_since(service: TokenService, number: int) -> list[User]:
    """Return the accounts of every tenant changed after a number, deleted ones too, by number.

    Each stands as it is now, under the number of its last change.
    """
    if last_number(service.database, writing.COUNTER) <= number:
        return []
    with service.database.read() as tx:
        found = service.store.find(tx, USERS)
    return sorted((user for user in found if user.number > number), key=lambda one: one.number)


def amend_user(service: TokenService, user: User, amend: Amendment) -> User:
    """Change an account as it stands now, and return it changed.

    `amend` sees the account inside the transaction. It may not change what names it, its
    password, roles and licences: those have functions of their own. Raises RegistrationError.
    """

    def amended(before: User) -> User:
        after = replace(
            amend(before),
            object_id=before.object_id,
            tenant_id=before.tenant_id,
            created=before.created,
            deleted=before.deleted,
            password=before.password,
            password_changed=before.password_changed,
            sessions_from=before.sessions_from,
            roles=before.roles,
            licences=before.licences,
        )
        if before.usage_location and not after.usage_location:
            raise RegistrationError("a usage location cannot be removed", member="usageLocation")
        return after

    return writing.amend(service, user, "user.update", amended)


def set_user_enabled(service: TokenService, user: User, *, enabled: bool) -> User:
    """Let a person sign in again, or no longer: that ends every session."""
    operation = "user.enable" if enabled else "user.disable"
    return writing.amend(service, user, operation, lambda before: replace(before, enabled=enabled))


def delete_user(service: TokenService, user: User) -> User:
    """Delete an account with all it holds; its name is free again.

    What is left says that it is deleted, for those who follow. Raises RegistrationError when
    there is no such account.
    """
    with change(service) as tx:
        number, standing = writing.standing(service, tx, user)
        key = str(standing.object_id)
        service.store.delete(tx, USER_NAMES, standing.user_principal_name.lower())
        for held in service.store.find(tx, ROLE_ASSIGNMENTS, holder=key):
            service.store.delete(tx, ROLE_ASSIGNMENTS, str(held.assignment_id))
        for grant in service.store.find(tx, SCOPE_GRANTS, tenant=str(standing.tenant_id)):
            if grant.person == standing.object_id:
                service.store.delete(tx, SCOPE_GRANTS, grant.grant_id)
        gone = replace(
            standing,
            number=number,
            deleted=True,
            enabled=False,
            password="",
            roles=(),
            licences=(),
        )
        service.store.put(tx, USERS, gone)
    writing.tell(service, gone, "user.delete")
    return gone
