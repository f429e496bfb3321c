"""SQLite through apsw: one connection a thread, WAL, readers beside one writer."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import apsw
import orjson
from sqlalchemy import MetaData, Table, bindparam, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from xrm.db import budget
from xrm.db.counters import NONE, Counting
from xrm.db.engine import (
    Busy,
    Insertion,
    Parameters,
    StatementTimeout,
    StepBudgetExceeded,
    StorageError,
    Violation,
    statement_text,
)
from xrm.db.gathering import Gathering, Lost

_COUNTERS = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counter VALUES ('generation', 1);
"""
_BUSY_MILLISECONDS = 10_000
_LAST = "SELECT value FROM counter WHERE name = :name"
_KEEP = "INSERT INTO counter VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value"


def _meaning(error: apsw.Error) -> StorageError:
    if isinstance(error, apsw.InterruptError):
        return StepBudgetExceeded() if budget.out_of_steps() else StatementTimeout()
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Busy(str(error))
    if isinstance(error, apsw.ConstraintError):
        return Violation(str(error).rpartition(": ")[2])
    return StorageError(str(error))


class SqliteTransaction(Counting):
    """One transaction on this thread's connection."""

    __slots__ = ("_execute", "_executemany")

    take = (
        "INSERT INTO counter VALUES (:name, :count) "
        "ON CONFLICT (name) DO UPDATE SET value = value + :count RETURNING value"
    )
    columns = "SELECT name FROM pragma_table_info(:of_table)"

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__()
        self._execute = connection.execute
        self._executemany = connection.executemany

    def rows(self, statement: str, parameters: Parameters = NONE) -> list[tuple[Any, ...]]:
        """Run a statement and return all of its rows."""
        try:
            return self._execute(statement, parameters).fetchall()
        except apsw.Error as error:
            raise _meaning(error) from error

    def run(self, statement: str, parameters: Parameters = NONE) -> int:
        """Run a statement and return how many rows it changed."""
        try:
            cursor = self._execute(statement, parameters)
            cursor.fetchall()
            return cursor.connection.changes()
        except apsw.Error as error:
            raise _meaning(error) from error

    def insert(self, insertion: Insertion, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows."""
        self._run_many(insertion.text, rows)

    def run_many(self, statement: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters."""
        self._run_many(statement, rows)

    def _run_many(self, statement: str, rows: Sequence[Any]) -> None:
        try:
            self._executemany(statement, rows)
        except apsw.Error as error:
            raise _meaning(error) from error


class _Gathered(SqliteTransaction):
    """The one transaction of all that is gathered: what they count is written once, at its end.

    Nobody else counts meanwhile, and what a part took is given back where it fails.
    """

    __slots__ = ("connection", "numbers")

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self.connection = connection
        self.numbers: dict[str, int] = {}

    def next_number(self, name: str, count: int = 1) -> int:
        """Take `count` consecutive numbers of a counter and return the first of them."""
        last = self.numbers.get(name)
        if last is None:
            found = self.rows(_LAST, {"name": name})
            last = found[0][0] if found else 0
        self.numbers[name] = last + count
        return last + 1

    def undone(self, numbers: dict[str, int]) -> None:
        """Go on as before a part that failed, with the numbers that were taken then."""
        self.numbers = numbers
        self._generation = None
        self.raised = False

    def commit(self) -> None:
        """Write the counters and keep everything. Raises apsw.Error where nothing is kept."""
        for name, value in self.numbers.items():
            self._execute(_KEEP, {"name": name, "value": value})
        self._execute("COMMIT")


class _Part:
    """One of the writers gathered: `with` it, and what it writes is undone alone if it fails."""

    __slots__ = ("_connection", "_gathering", "_numbers")

    def __init__(self, gathering: Gathering, connection: apsw.Connection) -> None:
        self._gathering = gathering
        self._connection = connection

    def __enter__(self) -> _Gathered:
        execute, gathering = self._connection.execute, self._gathering
        try:
            if gathering.transaction is None:
                execute("BEGIN IMMEDIATE")
                gathering.transaction = _Gathered(self._connection)
            execute("SAVEPOINT gathered")
        except apsw.Error as error:
            raise _meaning(error) from error
        transaction: _Gathered = gathering.transaction
        self._numbers = transaction.numbers.copy()
        return transaction

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            try:
                self._connection.execute("RELEASE gathered")
            except apsw.Error as refused:
                self._undo()
                raise _meaning(refused) from refused
            if self._gathering.transaction.raised:
                self._gathering.closed = True
                _commit(self._gathering)
            return
        self._undo()
        if isinstance(error, apsw.Error):
            raise _meaning(error) from error

    def _undo(self) -> None:
        gathering, connection = self._gathering, self._connection
        # An interrupted write undoes the whole transaction, and all that was gathered.
        gathering.lost = gathering.closed = not connection.in_transaction
        if not gathering.lost:
            connection.execute("ROLLBACK TO gathered")
            connection.execute("RELEASE gathered")
            gathering.transaction.undone(self._numbers)


def _commit(gathering: Gathering) -> None:
    transaction, gathering.transaction = gathering.transaction, None
    if transaction is None:
        return
    try:
        transaction.commit()
    except apsw.Error as error:
        if transaction.connection.in_transaction:
            transaction.connection.execute("ROLLBACK")
        gathering.lost = gathering.closed = True
        raise _meaning(error) from error


class SqliteDatabase:
    """One SQLite file."""

    engine = "sqlite"
    inline = True

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._durable = durable
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._dialect = sqlite.dialect(paramstyle="named")
        self._by_place = sqlite.dialect(paramstyle="qmark")
        self._connection().execute(_COUNTERS).fetchall()

    def _connection(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    def _connect(self) -> apsw.Connection:
        try:
            connection = apsw.Connection(str(self._path), statementcachesize=400)
            connection.set_busy_timeout(_BUSY_MILLISECONDS)
            synchronous = "FULL" if self._durable else "NORMAL"
            connection.execute(
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};"
                "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                "PRAGMA cache_size = -16000; PRAGMA mmap_size = 268435456;"
            ).fetchall()
        except apsw.Error as error:
            raise StorageError(f"cannot open {self._path}: {error}") from error
        connection.set_progress_handler(budget.spent, budget.STEPS_PER_CHECK)
        return connection

    def compile(self, element: ClauseElement) -> str:
        """Return a statement's text with named parameters."""
        return statement_text(element, self._dialect)

    def insertion(self, table: Table, names: Sequence[str]) -> Insertion:
        """Return the statement that inserts rows of some columns into a table."""
        element = insert(table).values({name: bindparam(name) for name in names})
        compiled = element.compile(dialect=self._by_place)
        return Insertion(str(compiled), tuple(compiled.positiontup or ()))

    def create(self, metadata: MetaData) -> frozenset[str]:
        """Create what is missing of these tables and return which of them have grown."""
        with self.write() as transaction:
            grown: frozenset[str] = transaction.create_missing(metadata, self.compile)
        return grown

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[SqliteTransaction]:
        connection = self._connection()
        execute = connection.execute
        try:
            execute(begin)
        except apsw.Error as error:
            raise _meaning(error) from error
        try:
            yield SqliteTransaction(connection)
            execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                execute("ROLLBACK")
            if isinstance(error, apsw.Error):
                raise _meaning(error) from error
            raise

    def once(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run one reading statement in a snapshot of its own and return all of its rows."""
        try:
            return self._connection().execute(statement, parameters).fetchall()
        except apsw.Error as error:
            raise _meaning(error) from error

    def read(self) -> Any:
        """Open a read-only transaction with one consistent view."""
        gathering = self._gathering()
        if gathering is not None and gathering.transaction is not None:
            return nullcontext(gathering.transaction)
        return self._transaction("BEGIN")

    def write(self) -> Any:
        """Open a writing transaction; it waits for another writer up to ten seconds.

        Raises StepBudgetExceeded on the event loop, which no write may hold up.
        """
        budget.leave_the_loop()
        gathering = self._gathering()
        if gathering is None:
            return self._transaction("BEGIN IMMEDIATE")
        return _Part(gathering, self._connection())

    def _gathering(self) -> Gathering | None:
        gathering: Gathering | None = getattr(self._local, "gathering", None)
        return None if gathering is None or gathering.closed else gathering

    @contextmanager
    def gathered(self) -> Iterator[Gathering]:
        """Let what this thread writes within be kept by one commit at the end."""
        gathering = self._local.gathering = Gathering()
        try:
            yield gathering
        finally:
            self._local.gathering = None
            if gathering.lost:
                raise Lost
            _commit(gathering)

    def exclusively(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - one folder
        """Do nothing: the processes that share a file share its folder, and a lock there."""
        return nullcontext()

    def array(self, values: Sequence[Any]) -> str:
        """Return a list as the JSON text `json_each` reads; bytes as hex."""
        items = [item.hex() if isinstance(item, bytes) else item for item in values]
        return orjson.dumps(items).decode()

    def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()


def file_of(url: str, namespace: str) -> Path:
    """Return the file of a namespace in the folder a URL names."""
    return Path(url.removeprefix("sqlite://")) / f"{namespace}.db"


def drop(url: str, namespace: str) -> None:
    """Remove the files of a namespace. Raises StorageError if one cannot be removed."""
    path = file_of(url, namespace)
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot remove {path}: {error}") from error
