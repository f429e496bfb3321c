"""The operators of conditions, one row each: how many values they take, on which types."""

from dataclasses import dataclass
from typing import Literal

Arity = Literal["none", "one", "many"]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the query model by the name FetchXML gives it."""

    name: str
    arity: Arity = "one"
    text_only: bool = False


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
)

OPERATORS = {row.name: row for row in _ROWS}

COMPLEMENT = {
    "eq": "ne",
    "gt": "le",
    "ge": "lt",
    "in": "not-in",
    "null": "not-null",
    "contains": "not-contains",
    "begins-with": "not-begin-with",
    "ends-with": "not-end-with",
}
COMPLEMENT |= {right: left for left, right in COMPLEMENT.items()}
"""What `not` makes of an operator. A complement of equality or of a text test also finds nulls;
that of an order comparison does not (inferred from the SQL the service writes)."""
