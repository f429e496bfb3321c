"""What a person is given: directory roles, and licences of products."""

from dataclasses import replace
from uuid import UUID

from xrm.sts.model import User
from xrm.sts.offerings import DirectoryRole, Product, directory_role, product
from xrm.sts.registration.change import RegistrationError
from xrm.sts.registration.people.writing import amend
from xrm.sts.service import TokenService


def add_role(service: TokenService, user: User, role: UUID | str) -> User:
    """Give a person a directory role, by a name or the id of its template.

    Raises RegistrationError for an unknown role, and when the person has it already.
    """
    wanted = role_named(role)

    def given(before: User) -> User:
        if wanted.template_id in before.roles:
            raise RegistrationError(
                f"{before.user_principal_name} has the role {wanted.name} already", kind="taken"
            )
        return replace(before, roles=(*before.roles, wanted.template_id))

    return amend(service, user, "user.role.add", given)


def remove_role(service: TokenService, user: User, role: UUID | str) -> User:
    """Take a directory role from a person.

    Raises RegistrationError for an unknown role, and when the person does not have it.
    """
    unwanted = role_named(role)

    def taken(before: User) -> User:
        if unwanted.template_id not in before.roles:
            raise RegistrationError(
                f"{before.user_principal_name} does not have the role {unwanted.name}",
                kind="absent",
            )
        left = tuple(each for each in before.roles if each != unwanted.template_id)
        return replace(before, roles=left)

    return amend(service, user, "user.role.remove", taken)


def add_licence(service: TokenService, user: User, name: UUID | str) -> User:
    """Give a person a licence of a product, by its id, part number or name; again is as good.

    Raises RegistrationError for an unknown product, and without a usage location.
    """
    wanted = product_named(name)
    return amend(
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
    unwanted = product_named(name)

    def taken(before: User) -> User:
        if unwanted.sku_id not in before.licences:
            raise RegistrationError(
                f"User does not have a corresponding license: {unwanted.part_number}",
                member="removeLicenses",
            )
        left = tuple(each for each in before.licences if each != unwanted.sku_id)
        return replace(before, licences=left)

    return amend(service, user, "user.license.remove", taken)


def role_named(name: UUID | str) -> DirectoryRole:
    """Return a directory role. Raises RegistrationError when there is none of that name or id."""
    found = directory_role(name)
    if found is None:
        raise RegistrationError(f"there is no directory role {str(name)!r}", kind="absent")
    return found


def product_named(name: UUID | str) -> Product:
    """Return a product. Raises RegistrationError when there is none of that name or id."""
    found = product(name)
    if found is None:
        raise RegistrationError(f"there is no product {str(name)!r}", kind="absent")
    return found
