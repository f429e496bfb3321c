"""RetrieveRolePrivilegesRole: what a role grants."""

from collections.abc import Iterable
from dataclasses import replace

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules.rights.reach import check_reach


class RetrieveRolePrivilegesRole:
    """Return the privileges of a role by name, each with its depth and the role's unit."""

    declaration = Declaration(
        "RetrieveRolePrivilegesRole",
        "function",
        parameters={"RoleId": "Edm.Guid"},
        results={"RolePrivileges": "Collection(RolePrivilege)"},
        bound_to=("role",),
    )
    writes = False

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need Read on roles."""
        return ((context.table("role"), Right.READ),)

    def run(self, context: Context, message: Message) -> dict[str, list[dict[str, str]]]:
        """Return the privileges."""
        role, table = message.parameters["RoleId"], context.table("role")
        check_reach(context, table, role, Right.READ)
        organization = context.organization
        _, unit = organization.store.standing(context.transaction, table, role) or (None, None)
        found = organization.grants.of_role(context.transaction, role)
        privileges = [replace(each, business_unit_id=unit or "").spelled() for each in found]
        return {"RolePrivileges": privileges}
