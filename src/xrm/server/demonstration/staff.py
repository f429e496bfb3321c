"""The people of the demonstration: who sells, and who administers.

Their passwords lie sealed in the vault, beside the hash they came to: an account whose hash is
another had its password changed since, and is left as it is.
"""

from dataclasses import dataclass
from uuid import UUID

from xrm.model.message import Message
from xrm.model.secret import Secret
from xrm.model.values import Entity, EntityReference
from xrm.org import pipeline
from xrm.org.administration import assign_role, named, platform_of, user_of_person
from xrm.org.organization import Organization
from xrm.server.demonstration.vault import Vault
from xrm.sts import TokenService
from xrm.sts.accounts.passwords import make_password, verify_password
from xrm.sts.model import Tenant, User
from xrm.sts.registration import people

_PASSWORD, _KEPT = "password", "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of them: the account, and the place in the organization that it does not follow from."""

    name: str
    given_name: str
    surname: str
    licence: str
    directory_roles: tuple[str, ...] = ()
    unit: str | None = None
    role: str | None = None


SALES = Person(
    name="sales",
    given_name="Sofia",
    surname="Lindqvist",
    licence="DYN365_ENTERPRISE_SALES",
    unit="Contoso Europe",
    role="Salesperson",
)
ADMINISTRATOR = Person(
    name="admin",
    given_name="Adam",
    surname="Novak-Hale",
    licence="DYN365_ENTERPRISE_PLAN1",
    # From which the role System Administrator of the organization follows.
    directory_roles=("Global Administrator",),
)


@dataclass(frozen=True, slots=True)
class Known:
    """How a person signs in; no password where it was changed, or is another machine's to know."""

    username: str
    password: Secret | None


def employ(
    service: TokenService, home: Tenant, organization: Organization, wanted: Person, vault: Vault
) -> Known:
    """Return how a person signs in; where there is no such account, one is made.

    The organization must follow the tenant's accounts by now.
    """
    username = f"{wanted.name}@{home.domain}"
    user = people.find_user(service, home, username)
    known = vault.get(username)
    missing = user is None
    if user is None:
        password = make_password()
        known = {_PASSWORD: password.reveal()}
        # First, so that it is known whenever this may be broken off.
        vault.put(username, known)
        user = _create(service, home, wanted, username, password)
    if known is None:
        return Known(username, None)
    password = Secret(known[_PASSWORD])
    if _KEPT not in known:
        place(organization, user.object_id, unit=wanted.unit, role=wanted.role)
        same = missing or verify_password(user, password)
        known |= {_KEPT: user.password if same else ""}
        vault.put(username, known)
    return Known(username, password if known[_KEPT] == user.password else None)


def _create(
    service: TokenService, home: Tenant, wanted: Person, username: str, password: Secret
) -> User:
    return people.create_user(
        service,
        home,
        user_principal_name=username,
        display_name=f"{wanted.given_name} {wanted.surname}",
        given_name=wanted.given_name,
        surname=wanted.surname,
        usage_location="GB",
        password=password,
        must_change_password=False,
        roles=wanted.directory_roles,
        licences=(wanted.licence,),
    ).user


def place(
    organization: Organization, object_id: UUID, *, unit: str | None, role: str | None
) -> None:
    """Put the user a person has into a business unit, and give it a role, both by name.

    A person without a user is left alone; so is what is None. Raises ServiceError if there is no
    such unit or role.
    """
    user = user_of_person(organization, object_id)
    if user is None:
        return
    if unit is not None:
        lookup = EntityReference("businessunit", named(organization, "businessunit", unit))
        target = Entity("systemuser", str(user.user_id), {"businessunitid": lookup})
        message = Message("Update", {"Target": target})
        pipeline.execute(organization, message, platform_of(organization))
    if role is not None:
        assign_role(organization, user.user_id, role)
