"""Hierarchies: no account, contact or manager stands above itself, however far up."""

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

_LOOP = "Creating this parental association would create a loop in {} hierarchy."
_PARENTS: dict[str, tuple[str, Fault, str]] = {
    "account": ("parentaccountid", service.ACCOUNT_LOOP, _LOOP.format("Accounts")),
    "contact": ("parentcustomerid", service.CONTACT_LOOP, _LOOP.format("Contacts")),
    "systemuser": (
        "parentsystemuserid",
        service.USER_LOOP,
        "You cannot set the selected user as the manager for this user because the selected user "
        "is either already the manager or is in the user's immediate management hierarchy.  "
        "Either select another user to be the manager or do not update the record.",
    ),
}
"""By table: the lookup to the record above, and what is said of a loop."""


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check that a change puts a record under none of those below it.

    A new record has none below it. Raises ServiceError 0x80040507, 0x8004050a or 0x80041d25.
    """
    table = before.table
    name, fault, sentence = _PARENTS.get(table.logical_name, ("", service.UNEXPECTED, ""))
    above: Value = values.get(name)
    seen: set[Guid] = set()
    # A database of an earlier version may hold loops already: none is gone round twice.
    while isinstance(above, EntityReference) and above.id not in seen:
        if above.logical_name != table.logical_name:
            return
        if above.id == before.key:
            raise ServiceError(fault, sentence)
        seen.add(above.id)
        row = context.organization.store.fetch(context.transaction, table, above.id, (name,))
        above = None if row is None else row[name]
