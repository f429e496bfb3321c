"""What the command line does with security roles: look into one, copy, edit, delete.

All of it is messages run by the platform; what takes several is one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.privileges import Depth, RolePrivilege
from xrm.model.values import Entity, EntityReference, Guid, Value, Values
from xrm.org import pipeline
from xrm.org.administration import named, platform_of
from xrm.org.organization import Organization
from xrm.org.rules.system.founding import ADMINISTRATOR

_COLUMNS = ("name", "description", "businessunitid", "roletemplateid")


@dataclass(frozen=True, slots=True)
class Role:
    """A security role with all it grants, by the privileges' names."""

    role_id: UUID
    name: str
    description: str
    business_unit_id: UUID
    business_unit: str
    template_id: UUID | None
    privileges: tuple[RolePrivilege, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether it is the System Administrator, whose privileges nobody changes."""
        return self.template_id == UUID(ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a role: depths by privilege name, names to take away, a new name."""

    depths: Mapping[str, Depth] = field(default_factory=dict)
    removed: Sequence[str] = ()
    name: str | None = None


def read_role(organization: Organization, role: str) -> Role:
    """Return a role, by name or id. Raises ServiceError 0x80040217 if there is none."""
    key = named(organization, "role", role)
    found = _fetch(organization, "role", key, _COLUMNS)
    unit = found["businessunitid"]
    assert isinstance(unit, EntityReference)
    template = found["roletemplateid"]
    return Role(
        role_id=UUID(key),
        name=str(found["name"]),
        description=str(found["description"] or ""),
        business_unit_id=UUID(unit.id),
        business_unit=str(_fetch(organization, "businessunit", unit.id, ("name",))["name"]),
        template_id=UUID(template.id) if isinstance(template, EntityReference) else None,
        privileges=tuple(_privileges(organization, key)),
    )


def copy_role(organization: Organization, role: str, *, name: str) -> UUID:
    """Copy a role with its privileges, not its template, and return the new role's id.

    The copy lies in the same business unit, as the platform has it. Raises ServiceError if
    there is no such role, or 0x80041403 if its unit has one of the new name.
    """
    original = read_role(organization, role)
    values: Values = {
        "name": name,
        "businessunitid": EntityReference("businessunit", str(original.business_unit_id)),
    }
    platform = platform_of(organization)
    create = Message("Create", {"Target": Entity("role", None, values)})
    with pipeline.writing(organization) as transaction:
        key: Guid = pipeline.execute_within(organization, create, platform, transaction)
        given = [each.spelled() for each in original.privileges]
        parameters = {"RoleId": key, "Privileges": given}
        add = Message("AddPrivilegesRole", parameters)
        pipeline.execute_within(organization, add, platform, transaction)
    return UUID(key)


def edit_role(organization: Organization, role: str, edit: Edit) -> None:
    """Change a role's privileges and name, all of it or nothing.

    Raises ServiceError if there is no such role or privilege, a depth does not exist for a
    privilege, the role has not what is to be removed, or 0x80041d31 for System Administrator.
    """
    key = named(organization, "role", role)
    messages = [
        Message(
            "RemovePrivilegeRole",
            {"RoleId": key, "PrivilegeId": named(organization, "privilege", each)},
        )
        for each in edit.removed
    ]
    added = [
        RolePrivilege(named(organization, "privilege", each), depth).spelled()
        for each, depth in edit.depths.items()
    ]
    if added:
        messages.append(Message("AddPrivilegesRole", {"RoleId": key, "Privileges": added}))
    if edit.name is not None:
        renamed = Entity("role", key, {"name": edit.name})
        messages.append(Message("Update", {"Target": renamed}))
    platform = platform_of(organization)
    with pipeline.writing(organization) as transaction:
        for message in messages:
            pipeline.execute_within(organization, message, platform, transaction)


def delete_role(organization: Organization, role: str) -> None:
    """Delete a role; who had it has it no longer.

    Raises ServiceError if there is no such role, or 0x80041d2e or 0x80041d4a for one of the
    first two.
    """
    target = EntityReference("role", named(organization, "role", role))
    message = Message("Delete", {"Target": target})
    pipeline.execute(organization, message, platform_of(organization))


def _privileges(organization: Organization, role: Guid) -> list[RolePrivilege]:
    message = Message("RetrieveRolePrivilegesRole", {"RoleId": role})
    answer = pipeline.execute(organization, message, platform_of(organization))
    return [
        replace(
            RolePrivilege.of(each),
            name=each["PrivilegeName"],
            business_unit_id=each["BusinessUnitId"],
        )
        for each in answer["RolePrivileges"]
    ]


def _fetch(
    organization: Organization, table: str, key: Guid, columns: tuple[str, ...]
) -> dict[str, Value]:
    parameters = {"Target": EntityReference(table, key), "ColumnSet": columns}
    message = Message("Retrieve", parameters)
    found = pipeline.execute(organization, message, platform_of(organization))
    if not found.rows:
        raise service.ServiceError(service.NOT_FOUND, f"There is no {table} {key} any more.")
    names = [column.logical_name for column in found.columns]
    return dict(zip(names, found.rows[0], strict=True))
