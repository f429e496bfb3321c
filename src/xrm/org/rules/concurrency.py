"""Optimistic concurrency: a write that names a row version must find it."""

from xrm.model.errors import service
from xrm.org.store.records import Row


def check_version(row: Row, version: int | None) -> None:
    """Check a record's row version, where one was named.

    Raises ServiceError 0x80060882 for another version, 0x8006088d for a table that keeps none.
    """
    if version is None:
        return
    if not row.table.optimistic_concurrency:
        raise service.ServiceError(
            service.VERSION_NOT_KEPT,
            "Optimistic concurrency isn't enabled for entity type "
            f"{row.table.logical_name}. The IfVersionMatches value of ConcurrencyBehavior can "
            "only be used if optimistic concurrency is enabled.",
        )
    if row["versionnumber"] != version:
        raise service.ServiceError(
            service.VERSION_MISMATCH,
            "The version of the existing record doesn't match the RowVersion property provided.",
        )
