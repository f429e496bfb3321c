"""Created and modified, by and on."""

from datetime import datetime
from functools import cache

from xrm.model.metadata import Table
from xrm.model.values import EntityReference, Values
from xrm.org.context import Context
from xrm.org.metadata import miscellaneous_privilege
from xrm.org.security.caller import require_privilege
from xrm.org.store.records import Row

_STAMPS = (
    *("createdon", "createdby", "createdonbehalfby"),
    *("modifiedon", "modifiedby", "modifiedonbehalfby"),
)
OVERRIDE = "prvOverrideCreatedOnCreatedBy"


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return who created a record and when; `overriddencreatedon` tells an earlier time.

    Raises ServiceError 0x80040220 if the caller may not tell one.
    """
    user, acting = _people(context)
    now = context.now()
    earlier = values.get("overriddencreatedon")
    if earlier is not None:
        # The privilege is documented; that its lack is an error, not ignored, is inferred.
        require_privilege(context.caller, OVERRIDE, miscellaneous_privilege(OVERRIDE))
    stamps: Values = {
        "createdon": earlier if isinstance(earlier, datetime) else now,
        "createdby": user,
        "createdonbehalfby": acting,
        "modifiedon": now,
        "modifiedby": user,
        "modifiedonbehalfby": acting,
    }
    if isinstance(earlier, datetime):
        stamps["overriddencreatedon"] = now
    return _held(table, stamps)


def of_change(context: Context, before: Row, _values: Values) -> Values:
    """Return who modified a record and when."""
    user, acting = _people(context)
    stamps: Values = {
        "modifiedon": context.now(),
        "modifiedby": user,
        "modifiedonbehalfby": acting,
    }
    return _held(before.table, stamps)


def _held(table: Table, stamps: Values) -> Values:
    """Return those of the stamps that a table has columns for."""
    if not _lacks_stamps(table):
        return stamps
    return {name: value for name, value in stamps.items() if name in table.columns}


@cache
def _lacks_stamps(table: Table) -> bool:
    return any(name not in table.columns for name in _STAMPS)


def _people(context: Context) -> tuple[EntityReference, EntityReference | None]:
    """Return in whose name a record is written, and who really writes it, if another does."""
    acting = context.caller.acting
    user = EntityReference("systemuser", context.caller.user_id)
    return user, None if acting is None else EntityReference("systemuser", acting.user_id)
