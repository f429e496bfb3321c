"""Where it is kept: SQLite (the default) or PostgreSQL. Knows nothing of what is kept.

open(url, namespace)   a Database: one file `namespace.db` in a folder, or one schema; drop
engine                 the two protocols, Database and Transaction, and the errors they raise
sqlite, postgres       the two engines; counters: what their transactions share
gathering              several writers kept by one commit
glance                 one statement that needs no transaction
hints                  what a planner without statistics is told
indexes                unique indexes that come and go
arrays                 lists bound as one parameter, on both engines
budget                 how many steps a statement may take on the event loop

Statements are SQLAlchemy Core elements compiled once (`database.compile`) and run as text on
the driver. To add an engine: one module with both protocols, one line in `open`, its name in
tests/conformance.
"""

from xrm.db.engine import (
    Busy,
    Database,
    Insertion,
    StatementTimeout,
    StepBudgetExceeded,
    StorageError,
    Transaction,
    Violation,
)
from xrm.db.opening import drop_database as drop
from xrm.db.opening import open_database as open  # noqa: A004 - db.open(url) is the verb

__all__ = [
    "Busy",
    "Database",
    "Insertion",
    "StatementTimeout",
    "StepBudgetExceeded",
    "StorageError",
    "Transaction",
    "Violation",
    "drop",
    "open",
]
