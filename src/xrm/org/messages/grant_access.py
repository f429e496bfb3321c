"""GrantAccess: share a record with a user or team."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import EntityReference
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import not_supported
from xrm.org.rules.rights import granting
from xrm.org.rules.rights.reach import row_within
from xrm.org.store.records import Row

PARAMETERS = {"Target": "EntityReference", "PrincipalAccess": "PrincipalAccess"}


def needs(context: Context, message: Message, right: Right) -> tuple[Need, ...]:
    """Return the right needed on the table of the target, whose records are shared.

    Raises ServiceError 0x80040800 for a table whose records are not.
    """
    table = context.table(message.parameters["Target"].logical_name)
    if Right.SHARE not in table.privileges:
        raise not_supported(message, table)
    return ((table, right),)


def target_of(context: Context, message: Message, right: Right) -> Row:
    """Return the target, which a right of the caller reaches. Raises ServiceError."""
    target = keys.resolve(context, message.parameters["Target"])
    return row_within(context, context.table(target.logical_name), target.id, right)


def access_of(context: Context, message: Message) -> tuple[EntityReference, int]:
    """Return the principal and the rights of a PrincipalAccess.

    Raises ServiceError 0x80040203 if either is missing or no such thing.
    """
    given = message.parameters["PrincipalAccess"]
    principal, names = given.get("Principal"), given.get("AccessMask")
    if principal is None or names is None:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, "A PrincipalAccess takes a Principal and an AccessMask."
        )
    return keys.resolve(context, principal), granting.mask_of(names)


class GrantAccess:
    """Share a record beside what is shared of it already (inferred).

    It takes the right to share it and every right that is given. Raises ServiceError as
    `granting.check_sharee` does.
    """

    declaration = Declaration("GrantAccess", "action", parameters=PARAMETERS)
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Share on the record's table."""
        return needs(context, message, Right.SHARE)

    def run(self, context: Context, message: Message) -> None:
        """Share it."""
        row = target_of(context, message, Right.SHARE)
        principal, mask = access_of(context, message)
        granting.check_given(context, row, mask)
        granting.check_sharee(context, row, principal)
        found = context.organization.shares.find(context.transaction, row.reference, principal)
        granting.set_share(context, row, principal, mask | (found.own if found else 0))
