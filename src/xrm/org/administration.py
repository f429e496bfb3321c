"""What the command line does with users: application users, and the roles of every user.

All of it is messages run by the platform.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.query import Condition, Order, Query
from xrm.model.values import Entity, EntityReference, Guid, Values
from xrm.org import pipeline
from xrm.org.organization import Organization
from xrm.org.provisioning import platform_caller
from xrm.org.rules.system.roles import ASSIGNMENT
from xrm.org.security.caller import Caller

MOST = 1_000_000
"""Rows of a listing: more users or roles than an organization ever has."""


@dataclass(frozen=True, slots=True)
class ApplicationUser:
    """A service's user, with what the platform filled in from the directory."""

    user_id: UUID
    name: str
    application_id: UUID
    business_unit: str
    roles: tuple[str, ...]
    enabled: bool
    object_id: UUID | None = None
    application_uri: str = ""
    user_name: str = ""
    email: str = ""
    access_mode: int = 0
    licensed: bool = False


@dataclass(frozen=True, slots=True)
class PersonUser:
    """The user a person of the directory has here."""

    user_id: UUID
    enabled: bool
    licensed: bool
    access_mode: int
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleSummary:
    """A security role."""

    role_id: UUID
    name: str
    business_unit: str


def platform_of(organization: Organization) -> Caller:
    """Return the platform as a caller."""
    with organization.database.read() as transaction:
        return platform_caller(organization.database, transaction)


def create_application_user(
    organization: Organization,
    application_id: UUID,
    *,
    business_unit: str | None = None,
    roles: Sequence[str] = (),
) -> UUID:
    """Create the user of a registered application with its roles, or nothing; return its id.

    `business_unit` is a name, the root if absent; roles go by name or id. Raises ServiceError if
    the directory has no such application, it has a user already, or one of them does not exist.
    """
    platform = platform_of(organization)
    unit: Guid = platform.business_unit_id
    if business_unit is not None:
        unit = named(organization, "businessunit", business_unit)
    values: Values = {
        "applicationid": str(application_id),
        "businessunitid": EntityReference("businessunit", unit),
        "organizationid": platform.organization_id,
    }
    assigned = dict.fromkeys(named(organization, "role", each) for each in roles)
    message = Message("Create", {"Target": Entity("systemuser", None, values)})
    with pipeline.writing(organization) as transaction:
        user: Guid = pipeline.execute_within(organization, message, platform, transaction)
        for role in assigned:
            given = _association("Associate", user, role)
            pipeline.execute_within(organization, given, platform, transaction)
    return UUID(user)


def application_users(organization: Organization) -> list[ApplicationUser]:
    """Return the application users by name."""
    columns = (
        "systemuserid", "fullname", "applicationid", "businessunitid", "isdisabled",
        "azureactivedirectoryobjectid", "applicationiduri", "domainname", "internalemailaddress",
        "accessmode", "islicensed",
    )  # fmt: skip
    rows = _rows(
        organization,
        Query(
            "systemuser", columns, Condition("applicationid", "not-null"),
            orders=(Order("fullname"), Order("systemuserid")), size=MOST,
        ),
    )  # fmt: skip
    units, assigned = _names(organization, "businessunit"), _roles_by_user(organization)
    return [
        ApplicationUser(
            user_id=UUID(row["systemuserid"]),
            name=row["fullname"],
            application_id=UUID(row["applicationid"]),
            business_unit=units.get(row["businessunitid"].id, ""),
            roles=tuple(assigned.get(row["systemuserid"], ())),
            enabled=not row["isdisabled"],
            object_id=_identifier(row["azureactivedirectoryobjectid"]),
            application_uri=row["applicationiduri"] or "",
            user_name=row["domainname"] or "",
            email=row["internalemailaddress"] or "",
            access_mode=row["accessmode"] or 0,
            licensed=bool(row["islicensed"]),
        )
        for row in rows
    ]


def user_of_person(organization: Organization, object_id: UUID) -> PersonUser | None:
    """Return the user of a person by the id of the account in the directory, or None."""
    columns = ("systemuserid", "isdisabled", "islicensed", "accessmode", "applicationid")
    wanted = Condition("azureactivedirectoryobjectid", "eq", (str(object_id),))
    for row in _rows(organization, Query("systemuser", columns, wanted, size=MOST)):
        if row["applicationid"] is None:
            return PersonUser(
                user_id=UUID(row["systemuserid"]),
                enabled=not row["isdisabled"],
                licensed=bool(row["islicensed"]),
                access_mode=row["accessmode"] or 0,
                roles=tuple(_roles_by_user(organization).get(row["systemuserid"], ())),
            )
    return None


def roles_of(organization: Organization, user: UUID) -> tuple[str, ...]:
    """Return the names of the roles a user has, in order."""
    return tuple(_roles_by_user(organization).get(str(user), ()))


def set_enabled(organization: Organization, user: UUID, *, enabled: bool) -> None:
    """Enable or disable a user; it counts at the next request of every process.

    Raises ServiceError if there is no such user, or 0x80041d2f if it is the last enabled System
    Administrator.
    """
    values: Values = {"isdisabled": not enabled}
    message = Message("Update", {"Target": Entity("systemuser", str(user), values)})
    pipeline.execute(organization, message, platform_of(organization))


def is_enabled(organization: Organization) -> bool:
    """Tell whether the organization takes requests."""
    (row,) = _rows(organization, Query("organization", ("isdisabled",)))
    return not row["isdisabled"]


def set_organization_enabled(organization: Organization, *, enabled: bool) -> None:
    """Let the organization take requests, or none; it counts at the next one of every process."""
    platform = platform_of(organization)
    values: Values = {"isdisabled": not enabled}
    target = Entity("organization", platform.organization_id, values)
    pipeline.execute(organization, Message("Update", {"Target": target}), platform)


def roles(organization: Organization) -> list[RoleSummary]:
    """Return the security roles by name."""
    columns = ("roleid", "name", "businessunitid")
    orders = (Order("name"), Order("roleid"))
    units = _names(organization, "businessunit")
    return [
        RoleSummary(UUID(row["roleid"]), row["name"], units.get(row["businessunitid"].id, ""))
        for row in _rows(organization, Query("role", columns, orders=orders, size=MOST))
    ]


def assign_role(organization: Organization, user: UUID, role: str) -> None:
    """Give a user a role, by name or id; do nothing if it has it.

    Raises ServiceError if there is no such user or role.
    """
    try:
        _associate(organization, "Associate", user, role)
    except service.ServiceError as error:
        if error.fault is not service.DUPLICATE_RECORD:
            raise


def remove_role(organization: Organization, user: UUID, role: str) -> None:
    """Take a role from a user, by name or id.

    Raises ServiceError if there is no such user or role, or the user does not have it;
    0x80041d30 or 0x80041d64 if the user must stay System Administrator.
    """
    named(organization, "systemuser", str(user))
    key, associations = named(organization, "role", role), organization.associations
    with organization.database.read() as transaction:
        has = associations.has(transaction, associations[ASSIGNMENT], (str(user), key))
    if not has:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"The user {user} does not have the role '{role}'."
        )
    _associate(organization, "Disassociate", user, key)


def _associate(organization: Organization, name: str, user: UUID, role: str) -> None:
    message = _association(name, str(user), named(organization, "role", role))
    pipeline.execute(organization, message, platform_of(organization))


def _association(name: str, user: Guid, role: Guid) -> Message:
    parameters: Mapping[str, Any] = {
        "Target": EntityReference("systemuser", user),
        "Relationship": ASSIGNMENT,
        "RelatedEntities": [EntityReference("role", role)],
    }
    return Message(name, parameters)


def named(organization: Organization, table_name: str, name: str) -> Guid:
    """Return the id of the one record of that primary name, or of that id.

    Raises ServiceError 0x80040217 if there is none or there are several.
    """
    table, store = organization.catalogue[table_name], organization.store
    with organization.database.read() as transaction:
        identifier = _identifier(name)
        if identifier is None:
            found = store.named(transaction, table, name)
        else:
            there = store.standing(transaction, table, str(identifier)) is not None
            found = [str(identifier)] if there else []
    if len(found) != 1:
        count = "several" if found else "no"
        raise service.ServiceError(
            service.NOT_FOUND, f"There is {count} {table.display_name.lower()} named '{name}'."
        )
    return found[0]


def _identifier(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _rows(organization: Organization, query: Query) -> list[dict[str, Any]]:
    message = Message("RetrieveMultiple", {"Query": query})
    found = pipeline.execute(organization, message, platform_of(organization))
    names = [column.logical_name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def _names(organization: Organization, table_name: str) -> dict[Guid, str]:
    """Return every record's name by its key."""
    table = organization.catalogue[table_name]
    key, name = table.primary_id, table.primary_name or ""
    query = Query(table_name, (key, name), orders=(Order(name),), size=MOST)
    return {row[key]: row[name] or "" for row in _rows(organization, query)}


def _roles_by_user(organization: Organization) -> dict[Guid, list[str]]:
    associations = organization.associations
    # A query asks one table; pairs of records are no table of their own.
    with organization.database.read() as transaction:
        pairs = associations.pairs(transaction, associations[ASSIGNMENT])
    holders: dict[Guid, list[Guid]] = {}
    for user, role in pairs:
        holders.setdefault(role, []).append(user)
    names: dict[Guid, list[str]] = {}
    for role, name in _names(organization, "role").items():
        for user in holders.get(role, ()):
            names.setdefault(user, []).append(name)
    return names
