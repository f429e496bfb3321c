"""RetrievePrincipalAccess: the rights that a user or team has on a record."""

from collections.abc import Iterable
from typing import Any

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.grant_access import target_of
from xrm.org.messages.handler import Need
from xrm.org.rules.rights import granting

_EVERYBODY = "organization"


class RetrievePrincipalAccess:
    """Return all rights of a principal: by roles, as owner, by teams and by sharing.

    The caller must be able to read the record and see the principal (inferred). With the
    organization nothing is shared, so that it has no rights.
    """

    declaration = Declaration(
        "RetrievePrincipalAccess",
        "function",
        parameters={"Principal": "EntityReference", "Target": "EntityReference"},
        results={"AccessRights": "AccessRights"},
        bound_to=("systemuser", "team", _EVERYBODY),
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.READ),)

    def run(self, context: Context, message: Message) -> dict[str, Any]:
        """Return them."""
        row = target_of(context, message, Right.READ)
        principal = keys.resolve(context, message.parameters["Principal"])
        mask = 0
        if principal.logical_name != _EVERYBODY:
            granting.check_principal(context, principal)
            mask = granting.access(context, row, principal)
        return {"AccessRights": granting.names_of(mask)}
