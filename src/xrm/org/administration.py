"""What the command line does to an organization: application users and their roles.

Everything that writes a record is a message run by the platform; role assignment is the
association of a user and a role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from xrm.db import Transaction, Violation
from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.text import fold
from xrm.model.values import Entity, EntityReference, Guid, Values
from xrm.org import pipeline
from xrm.org.organization import Organization
from xrm.org.provisioning import platform_caller
from xrm.org.store.columns import fold_name, pack_guid, unpack_guid
from xrm.org.store.tables import USER_ROLES, schema


@dataclass(frozen=True, slots=True)
class ApplicationUser:
    """A service's user."""

    user_id: UUID
    name: str
    application_id: UUID
    business_unit: str
    roles: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class RoleSummary:
    """A security role."""

    role_id: UUID
    name: str
    business_unit: str


def create_application_user(
    organization: Organization, application_id: UUID, *, business_unit: str | None = None
) -> UUID:
    """Create the user of a registered application and return its id.

    `business_unit` is a name; the root if absent. Raises ServiceError if the directory has no
    such application, it has a user already, or there is no such business unit.
    """
    with organization.database.read() as transaction:
        platform = platform_caller(organization.database, transaction)
        unit: Guid = platform.business_unit_id
        if business_unit is not None:
            unit = _named(organization, transaction, "businessunit", business_unit)
    values: Values = {
        "applicationid": str(application_id),
        "businessunitid": EntityReference("businessunit", unit),
        "organizationid": platform.organization_id,
    }
    message = Message("Create", {"Target": Entity("systemuser", None, values)})
    return UUID(pipeline.execute(organization, message, platform))


def application_users(organization: Organization) -> list[ApplicationUser]:
    """Return the application users by name."""
    sql = schema(organization.catalogue)
    user, unit = sql.tables["systemuser"], sql.tables["businessunit"]
    statement = (
        select(
            user.c.systemuserid, user.c.fullname, user.c.applicationid, unit.c.name,
            user.c.isdisabled,
        )
        .outerjoin(unit, unit.c.businessunitid == user.c.businessunitid)
        .where(user.c.applicationid.is_not(None))
        .order_by(user.c.fullname__fold, user.c.systemuserid)
    )  # fmt: skip
    with organization.database.read() as transaction:
        rows = transaction.rows(organization.database.compile(statement))
        roles = _roles_by_user(organization, transaction)
    return [
        ApplicationUser(
            user_id=UUID(unpack_guid(key)),
            name=name,
            application_id=UUID(unpack_guid(application)),
            business_unit=unit_name or "",
            roles=tuple(roles.get(key, ())),
            enabled=not disabled,
        )
        for key, name, application, unit_name, disabled in rows
    ]


def _roles_by_user(organization: Organization, transaction: Transaction) -> dict[bytes, list[str]]:
    sql = schema(organization.catalogue)
    assigned, role = sql.intersects[USER_ROLES], sql.tables["role"]
    statement = (
        select(assigned.c.systemuserid, role.c.name)
        .join(role, role.c.roleid == assigned.c.roleid)
        .order_by(role.c.name__fold)
    )
    names: dict[bytes, list[str]] = {}
    for user, name in transaction.rows(organization.database.compile(statement)):
        names.setdefault(user, []).append(name)
    return names


def roles(organization: Organization) -> list[RoleSummary]:
    """Return the security roles by name."""
    sql = schema(organization.catalogue)
    role, unit = sql.tables["role"], sql.tables["businessunit"]
    statement = (
        select(role.c.roleid, role.c.name, unit.c.name)
        .outerjoin(unit, unit.c.businessunitid == role.c.businessunitid)
        .order_by(role.c.name__fold, role.c.roleid)
    )
    with organization.database.read() as transaction:
        rows = transaction.rows(organization.database.compile(statement))
    return [RoleSummary(UUID(unpack_guid(key)), name, unit or "") for key, name, unit in rows]


def assign_role(organization: Organization, user: UUID, role: str) -> None:
    """Give a user a role, by name or id; do nothing if it has it.

    Raises ServiceError if there is no such user or role.
    """

    def change(transaction: Transaction, keys: dict[str, bytes]) -> None:
        assigned = schema(organization.catalogue).intersects[USER_ROLES]
        statement = insert(assigned).values(
            systemuserid=bindparam("user"), roleid=bindparam("role")
        )
        transaction.run(organization.database.compile(statement), keys)

    try:
        _associate(organization, user, role, change)
    except Violation:
        return


def remove_role(organization: Organization, user: UUID, role: str) -> None:
    """Take a role from a user, by name or id.

    Raises ServiceError if there is no such user or role, or the user does not have it.
    """

    def change(transaction: Transaction, keys: dict[str, bytes]) -> None:
        assigned = schema(organization.catalogue).intersects[USER_ROLES]
        statement = delete(assigned).where(
            assigned.c.systemuserid == bindparam("user"), assigned.c.roleid == bindparam("role")
        )
        if transaction.run(organization.database.compile(statement), keys) == 0:
            raise service.ServiceError(
                service.INVALID_ARGUMENT, f"The user {user} does not have the role '{role}'."
            )

    _associate(organization, user, role, change)


def _associate(
    organization: Organization,
    user: UUID,
    role: str,
    change: Callable[[Transaction, dict[str, bytes]], None],
) -> None:
    users = organization.catalogue["systemuser"]
    with organization.database.write() as transaction:
        if organization.store.standing(transaction, users, str(user)) is None:
            raise service.ServiceError(
                service.NOT_FOUND, f"Entity 'SystemUser' With Id = {user} Does Not Exist"
            )
        key = _named(organization, transaction, "role", role)
        change(transaction, {"user": pack_guid(str(user)), "role": pack_guid(key)})
        transaction.changed()


def _named(
    organization: Organization, transaction: Transaction, table_name: str, name: str
) -> Guid:
    """Return the id of the one record of that primary name, or of that id."""
    table = organization.catalogue[table_name]
    sql = schema(organization.catalogue).tables[table_name]
    column = table.columns[table.primary_name or ""]
    statement: Any = select(sql.c[table.primary_id]).where(
        sql.c[fold_name(column)] == bindparam("name")
    )
    parameters: dict[str, Any] = {"name": fold(name)}
    try:
        parameters = {"id": pack_guid(str(UUID(name)))}
        statement = select(sql.c[table.primary_id]).where(
            sql.c[table.primary_id] == bindparam("id")
        )
    except ValueError:
        pass
    rows = transaction.rows(organization.database.compile(statement), parameters)
    if len(rows) != 1:
        count = "several" if rows else "no"
        raise service.ServiceError(
            service.NOT_FOUND, f"There is {count} {table.display_name.lower()} named '{name}'."
        )
    return unpack_guid(rows[0][0])
