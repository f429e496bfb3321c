"""Links: the tables a query reaches through lookups, each with what the caller may read of it."""

from typing import Any

from xrm.db import Database
from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.privileges import Right
from xrm.model.query import Path
from xrm.org.query.shape import Link
from xrm.org.security.access import parameters, scope
from xrm.org.security.caller import Caller, require
from xrm.org.security.reach import Scope

MAX_LINKS = 15


def prefix(number: int) -> str:
    """Return what sets apart the parameters of a link."""
    return f"j{number}_"


class Links:
    """The links of one query, one for each distinct path, in the order they are met.

    A path begins at the table asked or at a joined one; joined tables are numbered first.
    `parameters` holds what all their row filters bind.
    """

    def __init__(self, database: Database, catalogue: Catalogue, caller: Caller) -> None:
        self._database = database
        self.catalogue = catalogue
        self.caller = caller
        self._numbers: dict[tuple[int, Path], int] = {}
        self._joined = 0
        self.found: list[Link] = []
        self.parameters: dict[str, Any] = {}

    def number(self, path: Path, start: int = 0) -> int:
        """Return the number of the link a path from a table leads to, its own for no path.

        Raises ServiceError 0x80040220 if the caller may read nothing there, 0x8004430D for
        more links than a query may have.
        """
        if not path:
            return start
        known = self._numbers.get((start, path))
        if known is not None:
            return known
        # Each step is a link, so that a path beyond the bound is not followed at all.
        source = self.number(path[:-1], start) if len(path) <= MAX_LINKS else 0
        number = self._next(len(path))
        hop = path[-1]
        wanted = self.scope(self.catalogue[hop.target], prefix(number))
        self.found.append(Link(source, hop.column, hop.target, wanted))
        self._numbers[start, path] = number
        return number

    def join(self) -> int:
        """Return the number of one more joined table. Raises ServiceError 0x8004430D."""
        number = self._next()
        self._joined += 1
        return number

    def _next(self, steps: int = 1) -> int:
        taken = self._joined + len(self.found)
        if steps > MAX_LINKS or taken >= MAX_LINKS:
            raise service.ServiceError(
                service.TOO_MANY_LINKS,
                "Number of link entities in query exceeded maximum limit.",
            )
        return taken + 1

    def scope(self, target: Table, prefix: str) -> Scope:
        """Return what the caller may read of a table; what that binds bears the prefix.

        Raises ServiceError 0x80040220 if it is nothing.
        """
        reach = require(self.caller, target, Right.READ)
        self.parameters |= parameters(self._database, self.caller, target, reach, prefix=prefix)
        return scope(self.caller, target, reach)

    def array(self, values: list[Any]) -> Any:
        """Return stored values as the one parameter that holds a list."""
        return self._database.array(values)

    def table(self, path: Path, root: Table) -> Table:
        """Return the table whose column stands at the end of a path."""
        return self.catalogue[path[-1].target] if path else root

    def readable(self, name: str) -> Table | None:
        """Return a table the caller may read something of, None if there is none."""
        table = self.catalogue.tables.get(name)
        privilege = None if table is None else table.privileges.get(Right.READ)
        known = privilege is not None and self.caller.reach(privilege.name) is not None
        return table if known else None
