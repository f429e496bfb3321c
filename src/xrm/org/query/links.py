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

MAX_LINKS = 15


def prefix(number: int) -> str:
    """Return what sets apart the parameters of a link."""
    return f"j{number}_"


class Links:
    """The links of one query, one for each distinct path, in the order they are met.

    `parameters` holds what their row filters bind.
    """

    def __init__(self, database: Database, catalogue: Catalogue, caller: Caller) -> None:
        self._database = database
        self._catalogue = catalogue
        self._caller = caller
        self._numbers: dict[Path, int] = {}
        self.found: list[Link] = []
        self.parameters: dict[str, Any] = {}

    def number(self, path: Path) -> int:
        """Return the number of the link a path leads to, zero for no path.

        Raises ServiceError 0x80040220 if the caller may read nothing there, 0x8004430D for
        more links than a query may have.
        """
        if not path:
            return 0
        known = self._numbers.get(path)
        if known is not None:
            return known
        # Each step is a link, so that a path beyond the bound is not followed at all.
        source = self.number(path[:-1]) if len(path) <= MAX_LINKS else 0
        if len(path) > MAX_LINKS or len(self.found) >= MAX_LINKS:
            raise service.ServiceError(
                service.TOO_MANY_LINKS,
                "Number of link entities in query exceeded maximum limit.",
            )
        hop = path[-1]
        target = self._catalogue[hop.target]
        reach = require(self._caller, target, Right.READ)
        wanted = scope(self._caller, target, reach)
        self.found.append(Link(source, hop.column, hop.target, wanted))
        number = self._numbers[path] = len(self.found)
        self.parameters |= parameters(
            self._database, self._caller, target, reach, prefix=prefix(number)
        )
        return number

    def array(self, values: list[Any]) -> Any:
        """Return stored values as the one parameter that holds a list."""
        return self._database.array(values)

    def table(self, path: Path, root: Table) -> Table:
        """Return the table whose column stands at the end of a path."""
        return self._catalogue[path[-1].target] if path else root

    def readable(self, name: str) -> Table | None:
        """Return a table the caller may read something of, None if there is none."""
        table = self._catalogue.tables.get(name)
        privilege = None if table is None else table.privileges.get(Right.READ)
        known = privilege is not None and self._caller.reach(privilege.name) is not None
        return table if known else None
