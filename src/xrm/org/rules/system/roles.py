"""Security roles: their names, who may be given one, and what may be put into one.

Nobody gives more than they hold: not in a role they edit, nor by a role they assign.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.model.metadata import Table
from xrm.model.privileges import Depth, Right, RolePrivilege
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context, not_found
from xrm.org.provisioning import SUPPORT
from xrm.org.rules.rights.reach import check_reach
from xrm.org.rules.system.founding import ADMINISTRATOR, is_administrator_role
from xrm.org.security.access import covers, denied
from xrm.org.security.caller import require, require_privilege
from xrm.org.store.records import Row

ASSIGNMENT = "systemuserroles_association"
_CAN_BE = {depth: f"canbe{depth.name.lower()}" for depth in Depth}


def concerns(table: Table) -> bool:
    """Tell whether a table is that of roles."""
    return table.logical_name == "role"


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return what the platform fills in for a new role.

    Raises ServiceError 0x80041403 if its business unit has a role of that name, 0x80041406 or
    0x80041407 if it has no unit or no name.
    """
    unit, name, key = (values.get(each) for each in ("businessunitid", "name", "roleid"))
    if not isinstance(name, str):
        raise ServiceError(service.ROLE_WITHOUT_NAME, "The role has no name.")
    if not isinstance(unit, EntityReference):
        raise ServiceError(service.ROLE_WITHOUT_UNIT, "The role has no business unit.")
    _check_name(context, table, name, unit.id)
    return {
        "roleidunique": str(context.organization.ids()),
        "organizationid": context.caller.organization_id,
        "parentrootroleid": EntityReference("role", str(key)),
        "ismanaged": False,
    }


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check a role's new name. Raises ServiceError 0x80041403 if it is taken, 0x80041407."""
    if before.table.logical_name != "role" or "name" not in values:
        return
    name, unit = values["name"], before["businessunitid"]
    if not isinstance(name, str):
        raise ServiceError(service.ROLE_WITHOUT_NAME, "The role has no name.")
    if isinstance(unit, EntityReference):
        _check_name(context, before.table, name, unit.id, but=before.key)


def _check_name(
    context: Context, table: Table, name: str, unit: Guid, *, but: Guid | None = None
) -> None:
    store, transaction = context.organization.store, context.transaction
    for key in store.named(transaction, table, name):
        standing = store.standing(transaction, table, key)
        if key != but and standing is not None and standing[1] == unit:
            raise ServiceError(
                service.ROLE_EXISTS, f"The business unit has a role with the name '{name}' already."
            )


def check_assignment(context: Context, user: Guid, role: Guid) -> None:
    """Check that the caller may give a user a role.

    Raises ServiceError 0x80041d51 for the platform's own user, 0x80040220 for a role that
    grants more than the caller holds, 0x80048306 for a user beyond the caller's reach.
    """
    users, store = context.table("systemuser"), context.organization.store
    found = store.fetch(context.transaction, users, user, ("accessmode",)) or {}
    if found.get("accessmode") == SUPPORT:
        raise ServiceError(
            service.SUPPORT_USER_ROLES, "The platform's own user cannot be given roles."
        )
    _check_reach_of_user(context, user)
    check_held(context, role)


def check_held(context: Context, role: Guid) -> None:
    """Check that the caller holds all that a role grants. Raises ServiceError 0x80040220."""
    # Inferred: the platform documents that assigning takes the privileges of the role itself.
    _check_held(context, context.organization.grants.of_role(context.transaction, role))


def check_removal(context: Context, user: Guid, role: Guid) -> None:
    """Check that the caller may take a role from a user.

    Raises ServiceError 0x80041d30 for the last enabled user with the role System
    Administrator, 0x80041d64 for an administrator of the tenant who has it.
    """
    _check_reach_of_user(context, user)
    if not is_administrator_role(context, role):
        return
    names = ("applicationid", "azureactivedirectoryobjectid")
    store = context.organization.store
    if is_tenant_administrator(
        context, store.fetch(context.transaction, context.table("systemuser"), user, names) or {}
    ):
        raise ServiceError(
            service.TENANT_ADMINISTRATOR_KEPT,
            "An administrator of the tenant cannot be removed from the System Administrator "
            "security role. Take the directory role away first.",
        )
    check_still_administered(
        context,
        user,
        service.LAST_ADMINISTRATOR_KEPT,
        "A user cannot be removed from the System Administrator Role if they are the only user "
        "that has the role.",
    )


def is_tenant_administrator(context: Context, user: Mapping[str, Value]) -> bool:
    """Tell whether a user, by these columns, is an administrator in the directory."""
    object_id = user.get("azureactivedirectoryobjectid")
    if user.get("applicationid") is not None or not isinstance(object_id, str):
        return False
    person = context.organization.directory.person(UUID(object_id))
    return person is not None and person.administrator and not person.deleted


def check_still_administered(context: Context, user: Guid, fault: Fault, sentence: str) -> None:
    """Check that an enabled user besides this one is System Administrator, if this one is.

    Raises ServiceError with the fault. That disabled users do not count is inferred.
    """
    holders = _administrators(context)
    if user not in holders:
        return
    users, store = context.table("systemuser"), context.organization.store
    for other in holders - {user}:
        found = store.fetch(context.transaction, users, other, ("isdisabled",)) or {}
        if found.get("isdisabled") is not True:
            return
    raise ServiceError(fault, sentence)


def _administrators(context: Context) -> set[Guid]:
    organization, transaction = context.organization, context.transaction
    assigned = organization.associations[ASSIGNMENT]
    keys = organization.store.having(
        transaction, context.table("role"), "roletemplateid", ADMINISTRATOR
    )
    firsts = organization.associations.firsts
    return {user for role in keys for user in firsts(transaction, assigned, role)}


def check_privileges(context: Context, privileges: Sequence[RolePrivilege]) -> None:
    """Check that privileges may be put into a role by the caller.

    Raises ServiceError 0x8004140f for one named twice, 0x80040217 for one that does not exist,
    0x8004140b for a depth it does not have, 0x80040220 for more than the caller holds.
    """
    if len({each.privilege_id for each in privileges}) < len(privileges):
        raise ServiceError(service.PRIVILEGE_TWICE, "A privilege is named more than once.")
    named = [_known(context, each) for each in privileges]
    _check_held(context, named)


def _known(context: Context, asked: RolePrivilege) -> RolePrivilege:
    table, store = context.table("privilege"), context.organization.store
    column = _CAN_BE[asked.depth]
    found = store.fetch(context.transaction, table, asked.privilege_id, ("name", column))
    if found is None:
        raise not_found(table, asked.privilege_id)
    if found[column] is not True:
        raise ServiceError(
            service.INVALID_DEPTH,
            f"The privilege {found['name']} has no depth {asked.depth.label}.",
        )
    return RolePrivilege(asked.privilege_id, asked.depth, str(found["name"]))


def _check_held(context: Context, privileges: Sequence[RolePrivilege]) -> None:
    """Check that the caller holds each privilege as deep. The error's form is inferred."""
    for each in privileges:
        require_privilege(context.caller, each.name, each.privilege_id, least=each.depth)


def _check_reach_of_user(context: Context, user: Guid) -> None:
    """Check that a user exists, is seen, and lies as near as the right to assign roles reaches.

    The platform has a copy of each role in each unit; here that reach stands for the copies'.
    """
    users = context.table("systemuser")
    check_reach(context, users, user, Right.READ)
    reach = require(context.caller, context.table("role"), Right.ASSIGN)
    _, unit = context.organization.store.standing(context.transaction, users, user) or (None, None)
    if not covers(context.caller, context.table("role"), reach, owner=None, unit=unit):
        raise denied(context.caller, Right.ASSIGN, EntityReference("systemuser", user))
