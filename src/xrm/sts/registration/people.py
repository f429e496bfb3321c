"""People: accounts of a tenant, their directory roles and licences.

Every change takes a number in its transaction, so that a follower asks for what it has not seen
(`changes_since`), and is told of after the commit (`TokenService.people_changed`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from xrm.db import Transaction
from xrm.db.counters import last_number
from xrm.model.secret import Secret
from xrm.sts.directory import guid
from xrm.sts.model import Tenant, User, UserName
from xrm.sts.offerings import COUNTRIES, DirectoryRole, Product, directory_role, product
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.registration.passwords import check_password, hash_password, make_password
from xrm.sts.service import TokenService
from xrm.sts.store import ROLE_ASSIGNMENTS, SCOPE_GRANTS, TENANTS, USER_NAMES, USERS

Amendment = Callable[[User], User]

_COUNTER = "people"
_LOCAL = re.compile(r"[A-Za-z0-9'.\-_!#^~]{1,64}(?<!\.)")
_LONGEST_DOMAIN = 48
_NICKNAME = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}")
_MAIL = re.compile(r"[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+")
_LONGEST_MAIL = 256
_LONGEST_PART = 64


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account just made: the only time its password is known."""

    user: User
    password: Secret


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
    password, kept = _hashed(password)
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
        created=int(service.clock()),
        roles=tuple(dict.fromkeys(_role(name).template_id for name in roles)),
        licences=tuple(dict.fromkeys(_product(name).sku_id for name in licences)),
        password=kept,
        must_change_password=must_change_password,
    )
    return NewUser(_add(service, _checked(user)), password)


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
    if last_number(service.database, _COUNTER) <= number:
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
            roles=before.roles,
            licences=before.licences,
        )
        if before.usage_location and not after.usage_location:
            raise RegistrationError("a usage location cannot be removed", member="usageLocation")
        return after

    return _change(service, user, "user.update", amended)


def set_user_enabled(service: TokenService, user: User, *, enabled: bool) -> User:
    """Let a person sign in again, or no longer."""
    operation = "user.enable" if enabled else "user.disable"
    return _change(service, user, operation, lambda before: replace(before, enabled=enabled))


def set_password(
    service: TokenService,
    user: User,
    password: Secret | None = None,
    *,
    must_change_password: bool = True,
) -> NewUser:
    """Give a person a password, one made here unless one is given."""
    password, kept = _hashed(password)
    changed = _change(
        service,
        user,
        "user.password",
        lambda before: replace(before, password=kept, must_change_password=must_change_password),
    )
    return NewUser(changed, password)


def delete_user(service: TokenService, user: User) -> User:
    """Delete an account with all it holds; its name is free again.

    What is left says that it is deleted, for those who follow. Raises RegistrationError when
    there is no such account.
    """
    with change(service) as tx:
        number, standing = _standing(service, tx, user)
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
    _tell(service, gone, "user.delete")
    return gone


def add_role(service: TokenService, user: User, role: UUID | str) -> User:
    """Give a person a directory role, by a name or the id of its template.

    Raises RegistrationError for an unknown role, and when the person has it already.
    """
    wanted = _role(role)

    def given(before: User) -> User:
        if wanted.template_id in before.roles:
            raise RegistrationError(
                f"{before.user_principal_name} has the role {wanted.name} already", kind="taken"
            )
        return replace(before, roles=(*before.roles, wanted.template_id))

    return _change(service, user, "user.role.add", given)


def remove_role(service: TokenService, user: User, role: UUID | str) -> User:
    """Take a directory role from a person.

    Raises RegistrationError for an unknown role, and when the person does not have it.
    """
    unwanted = _role(role)

    def taken(before: User) -> User:
        if unwanted.template_id not in before.roles:
            raise RegistrationError(
                f"{before.user_principal_name} does not have the role {unwanted.name}",
                kind="absent",
            )
        left = tuple(each for each in before.roles if each != unwanted.template_id)
        return replace(before, roles=left)

    return _change(service, user, "user.role.remove", taken)


def add_licence(service: TokenService, user: User, name: UUID | str) -> User:
    """Give a person a licence of a product, by its id, part number or name; again is as good.

    Raises RegistrationError for an unknown product, and without a usage location.
    """
    wanted = _product(name)
    return _change(
        service,
        user,
        "user.license.add",
        lambda before: replace(
            before, licences=tuple(dict.fromkeys((*before.licences, wanted.sku_id)))
        ),
    )


def remove_licence(service: TokenService, user: User, name: UUID | str) -> User:
    """Take a licence from a person.

    Raises RegistrationError for an unknown product, and when the person has no such licence.
    """
    unwanted = _product(name)

    def taken(before: User) -> User:
        if unwanted.sku_id not in before.licences:
            raise RegistrationError(
                f"User does not have a corresponding license: {unwanted.part_number}",
                member="removeLicenses",
            )
        left = tuple(each for each in before.licences if each != unwanted.sku_id)
        return replace(before, licences=left)

    return _change(service, user, "user.license.remove", taken)


def _hashed(password: Secret | None) -> tuple[Secret, str]:
    """Return a password, one made here unless one is given, and what is kept of it."""
    password = make_password() if password is None else password
    check_password(password)
    return password, hash_password(password)


def _add(service: TokenService, user: User) -> User:
    with change(service, user.user_principal_name) as tx:
        user = replace(user, number=tx.next_number(_COUNTER))
        _put_name(service, tx, user)
        service.store.put(tx, USERS, user, new=True)
    _tell(service, user, "user.create")
    return user


def _change(service: TokenService, user: User, operation: str, amend: Amendment) -> User:
    with change(service) as tx:
        number, before = _standing(service, tx, user)
        after = replace(_checked(amend(before)), number=number)
        if after.user_principal_name != before.user_principal_name:
            service.store.delete(tx, USER_NAMES, before.user_principal_name.lower())
            _put_name(service, tx, after)
        service.store.put(tx, USERS, after)
    _tell(service, after, operation)
    return after


def _standing(service: TokenService, tx: Transaction, user: User) -> tuple[int, User]:
    """Return the number of a change and the account as it stands.

    The number is taken first: until the commit, nobody else changes people.
    """
    number = tx.next_number(_COUNTER)
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


def _tell(service: TokenService, user: User, operation: str) -> None:
    audit(service, user.tenant_id, operation, user.object_id)
    service.people_changed()


def _checked(user: User) -> User:
    """Return an account as it is kept. Raises RegistrationError for what is not taken."""
    _check_name(user.user_principal_name)
    location = user.usage_location.upper()
    if not _NICKNAME.fullmatch(user.mail_nickname):
        raise RegistrationError("this mail nickname cannot be used", member="mailNickname")
    if user.mail and not (_MAIL.fullmatch(user.mail) and len(user.mail) <= _LONGEST_MAIL):
        raise RegistrationError(f"{user.mail!r} is no mail address", member="mail")
    if location and location not in COUNTRIES:
        raise RegistrationError(
            f"{user.usage_location!r} is no country code of two letters (ISO 3166-1)",
            member="usageLocation",
        )
    if user.licences and not location:
        raise RegistrationError(
            "License assignment cannot be done for user with invalid usage location",
            member="usageLocation",
        )
    return replace(
        user,
        display_name=named(user.display_name),
        given_name=_part(user.given_name, "givenName"),
        surname=_part(user.surname, "surname"),
        usage_location=location,
    )


def _check_name(name: str) -> None:
    local, _, domain = name.partition("@")
    if not _LOCAL.fullmatch(local) or not 0 < len(domain) <= _LONGEST_DOMAIN:
        raise RegistrationError(
            f"{name!r} is no user principal name: up to 64 of A-Z, a-z, 0-9 and '.-_!#^~, no "
            "period at the end, then @ and a domain of up to 48 characters",
            member="userPrincipalName",
        )


def _part(text: str, member: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST_PART or not text.isprintable():
        raise RegistrationError("a part of a name has up to 64 printable characters", member=member)
    return text


def _role(name: UUID | str) -> DirectoryRole:
    found = directory_role(name)
    if found is None:
        raise RegistrationError(f"there is no directory role {str(name)!r}", kind="absent")
    return found


def _product(name: UUID | str) -> Product:
    found = product(name)
    if found is None:
        raise RegistrationError(f"there is no product {str(name)!r}", kind="absent")
    return found
