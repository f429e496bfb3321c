"""Optimistic concurrency: a write that names a row version must find it."""

from xrm.model.errors import service
from xrm.org.store.records import Row


def check_version(row: Row, version: int | None) -> None:
    """Check a record's row version, where one was named. Raises ServiceError 0x80060882."""
    if version is not None and row["versionnumber"] != version:
        raise service.ServiceError(
            service.VERSION_MISMATCH,
            "The version of the existing record doesn't match the RowVersion property provided.",
        )
