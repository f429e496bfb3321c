"""RetrieveUserPrivileges: what a user's roles and its teams' roles grant."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import RolePrivilege
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.metadata import privilege_ids
from xrm.org.rules.rights import granting


class RetrieveUserPrivileges:
    """Return a user's privileges by name, each as deep as the deepest grant.

    The caller must see the user, as it sees itself (inferred). Raises ServiceError 0x80040217,
    or 0x80040225 for a disabled user.
    """

    declaration = Declaration(
        "RetrieveUserPrivileges",
        "function",
        parameters={"UserId": "Edm.Guid"},
        results={"RolePrivileges": "Collection(RolePrivilege)"},
        bound_to=("systemuser",),
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: `run` checks that the caller sees the user."""
        return ()

    def run(self, context: Context, message: Message) -> dict[str, list[dict[str, str]]]:
        """Return them."""
        user = EntityReference("systemuser", message.parameters["UserId"])
        granting.check_principal(context, user)
        who = granting.rights_holder(context, user)
        unit, ids = who.business_unit_id, privilege_ids()
        found = [
            RolePrivilege(ids[name], reach.depth, name, unit).spelled()
            for name, reach in sorted(who.reaches.items())
        ]
        return {"RolePrivileges": found}
