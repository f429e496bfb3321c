"""AddPrivilegesRole: put privileges into a role."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right, RolePrivilege
from xrm.model.values import Guid
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules.rights.reach import row_within
from xrm.org.rules.system import founding
from xrm.org.rules.system.roles import check_privileges
from xrm.org.rules.values import stamps
from xrm.org.store.records import Row


def check_role(context: Context, message: Message) -> Row:
    """Return the role whose privileges the caller may change.

    Raises ServiceError 0x80040217, 0x80040220 or 0x80048306, or 0x80041d31 for the role System
    Administrator.
    """
    role: Guid = message.parameters["RoleId"]
    row = row_within(context, context.table("role"), role, Right.WRITE)
    founding.check_privileges(context, role)
    return row


def mark_changed(context: Context, role: Row) -> None:
    """Stamp a role as modified now, by the caller."""
    changed = stamps.of_change(context, role, {})
    context.organization.store.change(context.transaction, role.table, role.key, changed)
    context.written.add(role.table.logical_name)


def _privileges(message: Message) -> list[RolePrivilege]:
    try:
        return [RolePrivilege.of(each) for each in message.parameters["Privileges"]]
    except ValueError:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            "An item of 'Privileges' takes a PrivilegeId and a Depth: Basic, Local, Deep or "
            "Global.",
        ) from None


class AddPrivilegesRole:
    """Add privileges to a role; one it has gets the depth given (inferred).

    Raises ServiceError 0x8004140b, 0x8004140f or 0x80040220 for what may not be added.
    """

    declaration = Declaration(
        "AddPrivilegesRole",
        "action",
        parameters={"RoleId": "Edm.Guid", "Privileges": "Collection(RolePrivilege)"},
        bound_to=("role",),
    )
    writes = True

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need Write on roles."""
        return ((context.table("role"), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Put the privileges in."""
        role = check_role(context, message)
        privileges = _privileges(message)
        check_privileges(context, privileges)
        for each in privileges:
            context.organization.grants.put(
                context.transaction, role.key, each.privilege_id, each.depth
            )
        mark_changed(context, role)
