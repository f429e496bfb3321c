"""Who asked for what, and what came of it: kept in batches by a thread of its own.

A token is never held up by its entry. Entries wait in a bounded queue for at most a second;
what does not fit or cannot be written is counted. No entry holds a secret or a token.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from xrm.db import Database, StorageError
from xrm.db.types import Integer, String
from xrm.sts.model import Tenant

if TYPE_CHECKING:
    from xrm.sts.service import TokenService

_log = logging.getLogger(__name__)

_WAIT_SECONDS = 0.5
_MOST_WAITING = 20_000
_MOST_KEPT = 100_000
LONGEST = 256
"""How much of a text an entry keeps, in characters; cut it before it waits."""
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. `outcome` is `done` or `refused`; `error` the AADSTS number, 0 for none.

    `time` is in seconds since the epoch. `client` and `resource` are as the caller named them.
    """

    time: float
    operation: str
    outcome: str = "done"
    error: int = 0
    tenant_id: UUID | None = None
    client: str = ""
    resource: str = ""
    grant: str = ""
    peer: str = ""
    correlation_id: str = ""
    trace_id: str = ""


_NAMES = tuple(item.name for item in fields(Event))
_METADATA = sa.MetaData()
_TABLE = sa.Table(
    "audit_event",
    _METADATA,
    sa.Column("number", Integer, primary_key=True),
    *(
        sa.Column(name, Integer if name in ("time", "error") else String, nullable=False)
        for name in _NAMES
    ),
)
sa.Index("audit_event_tenant", _TABLE.c.tenant_id, _TABLE.c.number)


class Audit:
    """The audit of one token service in one process."""

    def __init__(self, database: Database) -> None:
        database.create(_METADATA)
        self._database = database
        self._waiting: deque[Event] = deque()
        self._dropped = 0
        self._awake = threading.Event()
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        names = [column.name for column in _TABLE.c]
        values: dict[str, sa.BindParameter[Any]] = {
            name: sa.bindparam(f"new_{name}") for name in names
        }
        self._insert = database.compile(sa.insert(_TABLE).values(values))
        self._prune = database.compile(
            sa.delete(_TABLE).where(_TABLE.c.number <= sa.bindparam("last"))
        )

    @property
    def dropped(self) -> int:
        """Return how many entries of this process were lost."""
        return self._dropped

    def record(self, event: Event) -> None:
        """Take an entry. Returns at once; a full queue drops the entry and counts it."""
        if len(self._waiting) >= _MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.append(event)
        if self._thread is None:
            self._start()
        if not self._awake.is_set():
            self._awake.set()

    def flush(self) -> None:
        """Write what waits, now."""
        with self._writing:
            while self._waiting:
                count = min(len(self._waiting), 1000)
                self._write([self._waiting.popleft() for _ in range(count)])

    def close(self) -> None:
        """Write what waits and stop."""
        self._closing.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="xrm-audit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._awake.wait()
            self._awake.clear()
            self._closing.wait(_WAIT_SECONDS)
            self.flush()

    def _write(self, events: list[Event]) -> None:
        try:
            with self._database.write() as tx:
                first = tx.next_number("audit", len(events))
                rows = [_values(number, event) for number, event in enumerate(events, first)]
                tx.run_many(self._insert, rows)
                tx.run(self._prune, {"last": first + len(events) - 1 - _MOST_KEPT})
        except StorageError:
            self._dropped += len(events)
            _log.exception("%d audit entries were lost", len(events))


def read_events(
    service: "TokenService", *, limit: int, tenant: Tenant | UUID | None = None
) -> list[Event]:
    """Return the newest entries, newest first, of one tenant or of all."""
    service.audit.flush()
    columns = [_TABLE.c[name] for name in _NAMES]
    statement = sa.select(*columns).order_by(_TABLE.c.number.desc())
    # SQLite's dialect adds an unnamed offset where there is none.
    statement = statement.limit(sa.bindparam("most")).offset(sa.bindparam("skipped"))
    parameters: dict[str, Any] = {"most": max(0, limit), "skipped": 0}
    if tenant is not None:
        tenant_id = tenant.tenant_id if isinstance(tenant, Tenant) else tenant
        statement = statement.where(_TABLE.c.tenant_id == sa.bindparam("of_tenant"))
        parameters["of_tenant"] = str(tenant_id)
    with service.database.read() as tx:
        rows = tx.rows(service.database.compile(statement), parameters)
    return [_event(row) for row in rows]


def _values(number: int, event: Event) -> dict[str, Any]:
    values: dict[str, Any] = {"new_number": number}
    for name in _NAMES:
        value = getattr(event, name)
        values["new_" + name] = _clean(value) if isinstance(value, str) else value
    values["new_time"] = round(event.time * _MICROSECONDS)
    values["new_tenant_id"] = str(event.tenant_id or "")
    return values


def _clean(text: str) -> str:
    if len(text) <= LONGEST and text.isprintable():
        return text
    return "".join(c if c.isprintable() else "?" for c in text[:LONGEST])


def _event(row: tuple[Any, ...]) -> Event:
    values = dict(zip(_NAMES, row, strict=True))
    values["time"] /= _MICROSECONDS
    values["tenant_id"] = UUID(values["tenant_id"]) if values["tenant_id"] else None
    return Event(**values)
