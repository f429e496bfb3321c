"""Reach: the rows one privilege reaches, as the roles of a user and of its teams add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from xrm.model.privileges import Depth
from xrm.model.values import Guid


@dataclass(frozen=True, slots=True)
class Reach:
    """Every row, or the rows of these owners and of these business units.

    `depth` is the deepest of the grants it is made of. `within` is what the user who acts in
    the caller's name reaches: a row must be in both.
    """

    depth: Depth
    owners: tuple[Guid, ...] = ()
    units: tuple[Guid, ...] = ()
    within: Optional["Reach"] = None

    @property
    def every(self) -> bool:
        """Whether nothing is out of the caller's own reach."""
        return self.depth is Depth.GLOBAL

    def is_as_deep(self, least: Depth) -> bool:
        """Tell whether it was granted at least so deep, to each of both users."""
        return self.depth >= least and (self.within is None or self.within.is_as_deep(least))


EVERY = Reach(Depth.GLOBAL)


def union(reaches: Iterable[Reach]) -> Reach:
    """Return what reaches all that any of these does; there is at least one."""
    found = list(reaches)
    depth = max(each.depth for each in found)
    if depth is Depth.GLOBAL:
        return EVERY
    owners = dict.fromkeys(owner for each in found for owner in each.owners)
    units = dict.fromkeys(unit for each in found for unit in each.units)
    return Reach(depth, tuple(owners), tuple(units))


FEW = 4
MANY = FEW + 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a reach decides the text of a statement; the rest is bound to it.

    `owners` and `units` count those a row may belong to: a few are compared one by one, one or
    MANY as a list. `shared` tells whether rows shared with the caller are to be looked for. A row
    must also be in the scope `within`, where there is one.
    """

    every: bool = True
    owners: int = 0
    units: int = 0
    shared: bool = False
    within: Optional["Scope"] = None


ALL_ROWS = Scope()
