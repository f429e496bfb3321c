"""Which records follow another where it is assigned or shared: those of which tables, by what."""

from functools import cache
from typing import Literal

from xrm.model.metadata import Catalogue, ManyToOne, Table
from xrm.model.privileges import Right

Behaviour = Literal["cascade_assign", "cascade_share"]
_ALL = "Cascade"
_RIGHTS: dict[Behaviour, Right] = {"cascade_assign": Right.ASSIGN, "cascade_share": Right.SHARE}


def follows(relationship: ManyToOne, behaviour: Behaviour) -> bool:
    """Tell whether the records of a relationship follow the one they refer to."""
    return bool(getattr(relationship, behaviour) == _ALL)


@cache
def followers(
    catalogue: Catalogue, target: str, behaviour: Behaviour
) -> tuple[tuple[Table, str], ...]:
    """Return the tables whose records follow those of a table, each with its lookup."""
    return tuple(
        (table, relationship.column)
        for table in catalogue.tables.values()
        for relationship in table.many_to_one
        if relationship.target == target
        and follows(relationship, behaviour)
        and table.is_user_owned
        and _RIGHTS[behaviour] in table.privileges
        and relationship.column in table.columns
    )
