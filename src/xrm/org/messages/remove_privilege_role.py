"""RemovePrivilegeRole: take a privilege from a role."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import Guid
from xrm.org.context import Context
from xrm.org.messages.add_privileges_role import check_role, mark_changed
from xrm.org.messages.handler import Need


class RemovePrivilegeRole:
    """Remove a privilege. Raises ServiceError 0x80040203 if the role has it not (inferred)."""

    declaration = Declaration(
        "RemovePrivilegeRole",
        "action",
        parameters={"RoleId": "Edm.Guid", "PrivilegeId": "Edm.Guid"},
        bound_to=("role",),
    )
    writes = True

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need Write on roles."""
        return ((context.table("role"), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Take it out."""
        role = check_role(context, message)
        privilege = message.parameters["PrivilegeId"]
        if not context.organization.grants.remove(context.transaction, role.key, privilege):
            name = _name(context, privilege)
            raise service.ServiceError(
                service.INVALID_ARGUMENT, f"The role does not have the privilege {name}."
            )
        mark_changed(context, role)


def _name(context: Context, privilege: Guid) -> str:
    """Return a privilege's name, or the id of one that does not exist."""
    table = context.table("privilege")
    store = context.organization.store
    found = store.fetch(context.transaction, table, privilege, ("name",))
    return str(found["name"]) if found else str(privilege)
