"""Optimistic concurrency: a write that names a row version must find it."""

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Guid
from xrm.org.context import Context


def check_version(context: Context, table: Table, key: Guid, version: int | None) -> None:
    """Check a record's row version, where one was named. Raises ServiceError 0x80060882."""
    if version is None:
        return
    store = context.organization.store
    found = store.fetch(context.transaction, table, key, ("versionnumber",))
    if found is None or found["versionnumber"] != version:
        raise service.ServiceError(
            service.VERSION_MISMATCH,
            "The version of the existing record doesn't match the RowVersion property provided.",
        )
