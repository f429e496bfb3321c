"""PostgreSQL through psycopg 3: a pool of connections, one schema a namespace."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from hashlib import sha256
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import MetaData, Table, bindparam, insert
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from xrm.db import budget
from xrm.db.counters import NONE, Counting
from xrm.db.engine import (
    Busy,
    Insertion,
    Parameters,
    StatementTimeout,
    StorageError,
    Violation,
    statement_text,
)
from xrm.db.gathering import Gathering

_READ: LiteralString = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WAIT_SECONDS = 10.0
_LOCK_MILLISECONDS = 10_000
_EXCLUSIVE_MILLISECONDS = 60_000
_SETUP_LOCK = 0x78726D  # any constant: serialises creation among processes

Connection = psycopg.Connection[tuple[Any, ...]]


def _meaning(error: psycopg.Error) -> StorageError:
    if isinstance(error, psycopg.errors.QueryCanceled):
        return StatementTimeout()
    if isinstance(error, psycopg.errors.IntegrityError):
        return Violation(error.diag.constraint_name or str(error))
    if isinstance(error, PoolTimeout | psycopg.errors.LockNotAvailable):
        return Busy(str(error))
    return StorageError(str(error))


class PostgresTransaction(Counting):
    """One transaction on one pooled connection."""

    __slots__ = ("_connection",)

    take = (
        "INSERT INTO counter VALUES (%(name)s, %(count)s) "
        "ON CONFLICT (name) DO UPDATE SET value = counter.value + %(count)s RETURNING value"
    )
    columns = (
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %(of_table)s"
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def _execute(
        self, statement: str, parameters: Parameters | Sequence[Any]
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            # Statements are compiled from expressions, never from input.
            return self._connection.execute(statement, parameters or None)
        except psycopg.Error as error:
            raise _meaning(error) from error

    def rows(self, statement: str, parameters: Parameters = NONE) -> list[tuple[Any, ...]]:
        """Run a statement and return all of its rows."""
        return self._execute(statement, parameters).fetchall()

    def run(self, statement: str, parameters: Parameters = NONE) -> int:
        """Run a statement and return how many rows it changed."""
        return self._execute(statement, parameters).rowcount

    def insert(self, insertion: Insertion, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, several in one go."""
        if len(rows) == 1:
            self._execute(insertion.text, rows[0])
        else:
            self._run_many(insertion.text, rows)

    def run_many(self, statement: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters, in one go."""
        self._run_many(statement, rows)

    def _run_many(self, statement: str, rows: Sequence[Parameters | Sequence[Any]]) -> None:
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement, rows)
        except psycopg.Error as error:
            raise _meaning(error) from error


class PostgresDatabase:
    """One schema of a PostgreSQL database."""

    engine = "postgresql"
    inline = False

    def __init__(
        self, url: str, namespace: str, *, durable: bool = True, connections: int = 16
    ) -> None:
        self._dialect: Dialect = dialect.dialect()  # type: ignore[no-untyped-call]
        self._by_place: Dialect = dialect.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        self._url, self._namespace = url, namespace
        settings = {
            "search_path": namespace,
            "lock_timeout": str(_LOCK_MILLISECONDS),
            "synchronous_commit": "on" if durable else "off",
            "client_min_messages": "warning",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        try:
            self._set_up(url, namespace)
            self._pool = ConnectionPool(
                url,
                min_size=1,
                max_size=connections,
                open=True,
                timeout=_WAIT_SECONDS,
                kwargs={"options": options, "autocommit": True},
                connection_class=Connection,
            )
        except psycopg.Error as error:
            raise StorageError(f"cannot open PostgreSQL: {error}") from error

    @staticmethod
    def _set_up(url: str, namespace: str) -> None:
        schema = sql.Identifier(namespace)
        statements = (
            "CREATE SCHEMA IF NOT EXISTS {0}",
            "CREATE TABLE IF NOT EXISTS {0}.counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
            "INSERT INTO {0}.counter VALUES ('generation', 1) ON CONFLICT DO NOTHING",
        )
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SETUP_LOCK,))
            connection.execute("SET client_min_messages TO warning")
            for statement in statements:
                connection.execute(sql.SQL(statement).format(schema))

    def compile(self, element: ClauseElement) -> str:
        """Return a statement's text with named parameters."""
        return statement_text(element, self._dialect)

    def insertion(self, table: Table, names: Sequence[str]) -> Insertion:
        """Return the statement that inserts rows of some columns into a table."""
        element = insert(table).values({name: bindparam(name) for name in names})
        compiled = element.compile(dialect=self._by_place)
        return Insertion(str(compiled), tuple(compiled.positiontup or ()))

    def create(self, metadata: MetaData) -> frozenset[str]:
        """Create what is missing of these tables and return which of them have grown.

        One process at a time.
        """
        with self.write() as transaction:
            transaction.rows(f"SELECT pg_advisory_xact_lock({_SETUP_LOCK})")
            grown: frozenset[str] = transaction.create_missing(metadata, self.compile)
        return grown

    def once(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run one reading statement in a snapshot of its own, in one round trip."""
        try:
            with self._pool.connection() as connection, connection.pipeline():
                connection.execute(_READ)
                self._limit(connection)
                cursor = connection.execute(statement, parameters or None)
                connection.execute("COMMIT")
                return cursor.fetchall()
        except psycopg.Error as error:
            raise _meaning(error) from error

    @staticmethod
    def _limit(connection: Connection) -> None:
        seconds = budget.seconds_left()
        if seconds is not None:
            milliseconds = str(int(seconds * 1000) + 1)
            setting = sql.SQL("SET LOCAL statement_timeout = {}").format(milliseconds)
            connection.execute(setting)

    @contextmanager
    def _transaction(self, begin: LiteralString) -> Iterator[PostgresTransaction]:
        try:
            with self._pool.connection() as connection:
                connection.execute(begin)
                self._limit(connection)
                yield from self._bounded(connection)
        except psycopg.Error as error:
            raise _meaning(error) from error

    @staticmethod
    def _bounded(connection: Connection) -> Iterator[PostgresTransaction]:
        try:
            yield PostgresTransaction(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def read(self) -> Any:
        """Open a read-only transaction with one consistent view."""
        return self._transaction(_READ)

    def write(self) -> Any:
        """Open a writing transaction."""
        return self._transaction("BEGIN")

    def gathered(self) -> AbstractContextManager[Gathering]:
        """Gather nothing: here each transaction is kept by its own commit."""
        return nullcontext(Gathering())

    @contextmanager
    def exclusively(self, name: str) -> Iterator[None]:
        """Let one process at a time, on whatever host, do what bears this name.

        The lock is an advisory one of a connection of its own and ends with it. Raises Busy
        after waiting for a minute.
        """
        digest = sha256(f"{self._namespace} {name}".encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        options = f"-c lock_timeout={_EXCLUSIVE_MILLISECONDS}"
        try:
            connection = psycopg.connect(self._url, autocommit=True, options=options)
        except psycopg.Error as error:
            raise _meaning(error) from error
        with closing(connection):
            try:
                connection.execute("SELECT pg_advisory_lock(%s)", (key,))
            except psycopg.Error as error:
                raise _meaning(error) from error
            yield

    def array(self, values: Sequence[Any]) -> list[Any]:
        """Return a list as the driver binds it."""
        return list(values)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def drop(url: str, namespace: str) -> None:
    """Remove a schema with all it holds. Raises StorageError if it cannot be removed."""
    statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(namespace))
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)
    except psycopg.Error as error:
        raise _meaning(error) from error
