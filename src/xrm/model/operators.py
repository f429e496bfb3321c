"""The operators of conditions, one row each: how many values they take, on which types."""

from dataclasses import dataclass
from typing import Literal

from xrm.model.metadata import Column

Arity = Literal["none", "one", "two", "many"]
Takes = Literal["column", "count", "date"]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the query model by the name FetchXML gives it.

    Its values are of the column's type, or a count of units of time (a whole number), or a date.
    """

    name: str
    arity: Arity = "one"
    text_only: bool = False
    takes: Takes = "column"
    date_only: bool = False


ON = ("on", "on-or-before", "on-or-after")
"""Operators about the day of a moment, in the caller's time zone."""
SPANS = (
    "yesterday",
    "today",
    "tomorrow",
    "last-seven-days",
    "next-seven-days",
    *(
        f"{which}-{unit}"
        for which in ("last", "this", "next")
        for unit in ("week", "month", "year")
    ),
)
"""Operators about a span of time that follows from the clock alone."""
COUNTED = (
    *(
        f"{which}-x-{unit}"
        for which in ("last", "next")
        for unit in ("hours", "days", "weeks", "months", "years")
    ),
    *(f"olderthan-x-{unit}" for unit in ("minutes", "hours", "days", "weeks", "months", "years")),
)
"""Operators about so many units of time before or after now."""

_ROWS = (
    Operator("eq"),
    Operator("ne"),
    Operator("gt"),
    Operator("ge"),
    Operator("lt"),
    Operator("le"),
    Operator("in", arity="many"),
    Operator("not-in", arity="many"),
    Operator("null", arity="none"),
    Operator("not-null", arity="none"),
    Operator("contains", text_only=True),
    Operator("not-contains", text_only=True),
    Operator("begins-with", text_only=True),
    Operator("not-begin-with", text_only=True),
    Operator("ends-with", text_only=True),
    Operator("not-end-with", text_only=True),
    Operator("like", text_only=True),
    Operator("not-like", text_only=True),
    Operator("between", arity="two"),
    Operator("not-between", arity="two"),
    Operator("eq-userid", arity="none"),
    Operator("ne-userid", arity="none"),
    Operator("eq-userteams", arity="none"),
    Operator("eq-useroruserteams", arity="none"),
    Operator("eq-businessid", arity="none"),
    Operator("ne-businessid", arity="none"),
    Operator("eq-userlanguage", arity="none"),
    *(Operator(name, takes="date", date_only=True) for name in ON),
    *(Operator(name, arity="none", date_only=True) for name in SPANS),
    *(Operator(name, takes="count", date_only=True) for name in COUNTED),
)

OPERATORS = {row.name: row for row in _ROWS}

_RANGED = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money", "DateTime"})
_WHOLE = frozenset({"Integer", "BigInt", "Picklist"})
_ABOUT = {
    "eq-userid": "systemuser",
    "ne-userid": "systemuser",
    "eq-userteams": "team",
    "eq-useroruserteams": "team",
    "eq-businessid": "businessunit",
    "ne-businessid": "businessunit",
}
"""What a column must be about for an operator: a lookup to that table, or its key."""


def fits(operator: Operator, column: Column) -> bool:
    """Tell whether an operator may be asked of a column of this type.

    Comparisons and lists are left to the types of their values.
    """
    if operator.text_only:
        return column.is_text
    if operator.date_only:
        return column.type == "DateTime"
    if operator.arity == "two":
        return column.type in _RANGED
    if operator.name == "eq-userlanguage":
        return column.type in _WHOLE
    about = _ABOUT.get(operator.name)
    if about is None:
        return True
    return column.type == "Uniqueidentifier" or (column.is_lookup and about in column.targets)


COMPLEMENT = {
    "eq": "ne",
    "gt": "le",
    "ge": "lt",
    "in": "not-in",
    "null": "not-null",
    "contains": "not-contains",
    "begins-with": "not-begin-with",
    "ends-with": "not-end-with",
    "like": "not-like",
    "between": "not-between",
    "eq-userid": "ne-userid",
    "eq-businessid": "ne-businessid",
}
COMPLEMENT |= {right: left for left, right in COMPLEMENT.items()}
"""What `not` makes of an operator; the others cannot be negated, as the service has it.

A complement of equality or of a text test also finds nulls; that of an order comparison does not
(inferred from the SQL the service writes)."""
