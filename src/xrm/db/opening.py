"""Open a database by its URL: the one list of engines."""

import re
from urllib.parse import urlsplit

from xrm.db.engine import Database

_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,62}")


def open_database(
    url: str,
    namespace: str,
    *,
    durable: bool = True,
    connections: int = 16,
) -> Database:
    """Open one namespace of a database, creating it if it is not there.

    `sqlite:///FOLDER` keeps `FOLDER/namespace.db`; `postgresql://...` keeps a schema.
    `durable=False` lets a commit return before it is on disk. `connections` bounds the pool.
    Raises ValueError for an unknown engine or an unusable namespace, StorageError otherwise.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f"not a namespace: {namespace!r}")
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        from xrm.db.sqlite import SqliteDatabase, file_of

        return SqliteDatabase(file_of(url, namespace), durable=durable)
    if scheme in ("postgresql", "postgres"):
        from xrm.db.postgres import PostgresDatabase

        return PostgresDatabase(url, namespace, durable=durable, connections=connections)
    raise ValueError(f"no engine for {scheme or 'an empty scheme'!r}: sqlite or postgresql")


def drop_database(url: str, namespace: str) -> None:
    """Remove one namespace of a database with all it holds; nothing happens if there is none.

    Raises ValueError as `open_database` does, StorageError if it cannot be removed.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f"not a namespace: {namespace!r}")
    if urlsplit(url).scheme == "sqlite":
        from xrm.db.sqlite import drop
    else:
        from xrm.db.postgres import drop

    drop(url, namespace)
