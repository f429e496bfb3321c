"""ReplacePrivilegesRole: make a role grant these privileges and no others."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org.context import Context
from xrm.org.messages.add_privileges_role import AddPrivilegesRole, check_role
from xrm.org.messages.handler import Need


class ReplacePrivilegesRole:
    """Replace all privileges of a role; the caller must hold each one given (inferred)."""

    declaration = Declaration(
        "ReplacePrivilegesRole",
        "action",
        parameters={"RoleId": "Edm.Guid", "Privileges": "Collection(RolePrivilege)"},
        bound_to=("role",),
    )
    writes = True

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need Write on roles."""
        return ((context.table("role"), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Empty the role and fill it."""
        role = check_role(context, message)
        context.organization.grants.clear(context.transaction, role.key)
        AddPrivilegesRole().run(context, message)
