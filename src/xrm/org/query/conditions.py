"""Bind conditions: a filter's columns to those of a statement, its literals to parameters."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Protocol

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.operators import COUNTED, ON, OPERATORS, SPANS, fits
from xrm.model.query import ColumnComparison, Condition, Filter, Group, Path
from xrm.model.values import Guid
from xrm.org.query import spans
from xrm.org.query.joins import Joins, known, no_alias
from xrm.org.query.links import Links
from xrm.org.query.literals import MOST, bind_value, incompatible
from xrm.org.query.patterns import MAX_LENGTH, pattern
from xrm.org.query.shape import Joined, Node, Test
from xrm.org.security.caller import Caller
from xrm.org.store.columns import pack_guid, scale
from xrm.wire.odata4.values import edm_type

MAX_CONDITIONS = 500
_TEXT_TESTS = {
    "contains": ("contains", False),
    "not-contains": ("contains", True),
    "begins-with": ("begins-with", False),
    "not-begin-with": ("begins-with", True),
    "ends-with": ("ends-with", False),
    "not-end-with": ("ends-with", True),
    "like": ("like", False),
    "not-like": ("like", True),
}
_FUNCTIONS = {"contains": "contains", "begins-with": "startswith", "ends-with": "endswith"}
_OF_CALLER: dict[str, tuple[str, Callable[[Caller], tuple[Guid, ...]]]] = {
    "eq-userid": ("eq", lambda caller: (caller.user_id,)),
    "ne-userid": ("ne", lambda caller: (caller.user_id,)),
    "eq-businessid": ("eq", lambda caller: (caller.business_unit_id,)),
    "ne-businessid": ("ne", lambda caller: (caller.business_unit_id,)),
    "eq-userteams": ("in-bytes", lambda caller: caller.teams),
    "eq-useroruserteams": ("in-bytes", lambda caller: caller.principals),
}


class Surroundings(Protocol):
    """What a query may ask of its caller; found out when it is asked."""

    def calendar(self) -> spans.Calendar:
        """Return the caller's clock and calendar."""

    def language(self) -> int:
        """Return the language the caller reads."""

    def labels(self, table: Table, column: Column) -> Mapping[int, str]:
        """Return what the values of a choice are called in that language."""


class Conditions:
    """Binds the filters of one query; `parameters` grows with each."""

    def __init__(
        self,
        table: Table,
        engine: str,
        links: Links | None,
        joins: Joins | None,
        surroundings: Surroundings | None,
    ) -> None:
        self._table = table
        self._engine = engine
        self._links = links
        self._joins = joins
        self._surroundings = surroundings
        self.parameters: dict[str, Any] = {}
        self._count = 0

    def node(self, item: Filter, holder: str = "") -> Node:
        """Return a filter as a shape has it; `holder` is the alias of the join that holds it."""
        if isinstance(item, Group):
            return Joined(item.word, tuple(self.node(part, holder) for part in item.items))
        self._count += 1
        if self._count > MAX_CONDITIONS:
            raise service.ServiceError(
                service.TOO_MANY_CONDITIONS,
                "Number of conditions in query exceeded maximum limit.",
            )
        if holder and item.via:
            raise service.ServiceError(
                service.NOT_IMPLEMENTED, "A link entity is filtered by columns of link entities."
            )
        link, table = self.linked(item.via, item.join or holder)
        column = known(table, item.column)
        if isinstance(item, ColumnComparison):
            return self._columns(item, column, link, holder)
        return self._condition(item, column, link)

    def labels(self, table: Table, column: Column) -> Mapping[int, str]:
        """Return what the values of a choice are called in the caller's language."""
        assert self._surroundings is not None
        return self._surroundings.labels(table, column)

    def linked(self, path: Path, alias: str = "") -> tuple[int, Table]:
        """Return the number of the table a path leads to from a join, and the table."""
        start, table = 0, self._table
        if alias:
            if self._joins is None:
                raise no_alias(alias)
            start, table = self._joins[alias]
        if not path:
            return start, table
        assert self._links is not None
        return self._links.number(path, start), self._links.table(path, table)

    def _slot(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return name

    def _condition(self, item: Condition, column: Column, link: int) -> Node:
        if item.operator in ("null", "not-null"):
            return Test(item.column, item.operator, link=link)
        if item.operator in _TEXT_TESTS:
            return self._text(item, column, link)
        if item.operator in ("in", "not-in"):
            return self._listed(item, column, link)
        operator = OPERATORS.get(item.operator)
        if operator is None or not fits(operator, column):
            raise _unfit(item)
        bind = _KINDS.get(item.operator, Conditions._compared)
        return bind(self, item, column, link)

    def _compared(self, item: Condition, column: Column, link: int) -> Test:
        if not item.values:
            raise _bad_value(item)
        value = bind_value(column, item.values[0], item.operator)
        if isinstance(value, Decimal):
            return self._inexact(item, value, link)
        return Test(item.column, item.operator, self._slot(value), link=link)

    def _listed(self, item: Condition, column: Column, link: int) -> Test:
        """Test for one of several values; those that nothing stored equals are left out."""
        bound = [bind_value(column, value, item.operator) for value in item.values]
        exact = [value for value in bound if not isinstance(value, Decimal)]
        kind = "text" if column.is_text else "bytes" if _is_packed(column) else "integer"
        return self._among(item, f"in-{kind}", exact, link)

    def _among(self, item: Condition, operator: str, values: list[Any], link: int) -> Test:
        assert self._links is not None
        slot = self._slot(self._links.array(values))
        return Test(item.column, operator, slot, item.operator == "not-in", link)

    def _inexact(self, item: Condition, value: Decimal, link: int) -> Test:
        """Compare with a number that no stored integer equals."""
        if item.operator in ("eq", "ne"):
            word = "never" if item.operator == "eq" else "always"
            return Test(item.column, word, link=link)
        rounding = ROUND_FLOOR if item.operator in ("gt", "le") else ROUND_CEILING
        nearest = max(-MOST, min(int(value.to_integral_value(rounding)), MOST))
        return Test(item.column, item.operator, self._slot(nearest), link=link)

    def _between(self, item: Condition, column: Column, link: int) -> Node:
        """Test for a range with both its ends, or for what lies outside of it."""
        word, operators = ("and", ("ge", "le"))
        if item.operator == "not-between":
            word, operators = ("or", ("lt", "gt"))
        if len(item.values) != 2:
            raise _bad_value(item)
        ends = (
            replace(item, operator=operator, values=(value,))
            for operator, value in zip(operators, item.values, strict=True)
        )
        return Joined(word, tuple(self._compared(end, column, link) for end in ends))

    def _text(self, item: Condition, column: Column, link: int) -> Test:
        operator, negated = _TEXT_TESTS[item.operator]
        value = item.values[0] if item.values else None
        if not column.is_text or not isinstance(value, str) or "\x00" in value:
            raise _unfit(item) if operator == "like" else _unmatched(_FUNCTIONS[operator])
        if len(value) > MAX_LENGTH and operator == "like":
            raise _bad_value(item)
        if len(value) > MAX_LENGTH:
            raise service.ServiceError(
                service.URI, f"The text to find in '{item.column}' is too long."
            )
        found = pattern(self._engine, operator, value)
        return Test(item.column, found.operator, self._slot(found.text), negated, link)

    def _columns(self, item: ColumnComparison, column: Column, link: int, holder: str) -> Test:
        if item.via != item.other_via:
            raise service.ServiceError(
                service.URI, "Only columns of the same row can be compared with each other."
            )
        other_link, table = self.linked(item.other_via, item.other_join or holder)
        other = known(table, item.other)
        same = column.type == other.type or (column.is_text and other.is_text)
        if not same or column.date_only != other.date_only:
            raise incompatible(edm_type(column), edm_type(other), item.operator)
        if scale(column) != scale(other):
            raise service.ServiceError(
                service.URI,
                f"The columns '{item.column}' and '{item.other}' cannot be compared.",
            )
        return Test(
            item.column, f"{item.operator}-column", item.other, link=link, other_link=other_link
        )

    def _of_caller(self, item: Condition, _column: Column, link: int) -> Test:
        """Test for the caller's own user, teams or business unit."""
        assert self._links is not None
        operator, keys = _OF_CALLER[item.operator]
        packed = [pack_guid(key) for key in keys(self._links.caller)]
        if operator == "in-bytes":
            return self._among(item, operator, packed, link)
        return Test(item.column, operator, self._slot(packed[0]), link=link)

    def _language(self, item: Condition, _column: Column, link: int) -> Test:
        assert self._surroundings is not None
        return Test(item.column, "eq", self._slot(self._surroundings.language()), link=link)

    def _span(self, item: Condition, column: Column, link: int) -> Node:
        """Test for the values within a span of time."""
        assert self._surroundings is not None
        calendar = self._surroundings.calendar()
        try:
            found = _span_of(item, calendar)
            ends = [
                (operator, spans.stored(end, column, calendar))
                for operator, end in zip(("ge", "lt"), found, strict=True)
                if end is not None
            ]
        except (ValueError, OverflowError):
            raise _bad_value(item) from None
        tests = [
            Test(item.column, operator, self._slot(value), link=link) for operator, value in ends
        ]
        if not tests:
            return Test(item.column, "not-null", link=link)
        return tests[0] if len(tests) == 1 else Joined("and", tuple(tests))


def _span_of(item: Condition, calendar: spans.Calendar) -> spans.Span:
    """Return the span a condition is about. Raises ServiceError 0x80041139 or 0x8004110C."""
    takes = OPERATORS[item.operator].takes
    if takes == "column":
        return spans.span(item.operator, calendar)
    value = item.values[0] if item.values else None
    if takes == "date":
        if not isinstance(value, date) or isinstance(value, datetime):
            raise _bad_value(item)
        return spans.on(item.operator, value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad_value(item)
    if value <= 0:
        raise service.ServiceError(
            service.NOT_POSITIVE,
            f"The value of the operator '{item.operator}' must be greater than zero.",
        )
    return spans.span(item.operator, calendar, value)


_KINDS: dict[str, Callable[[Conditions, Condition, Column, int], Node]] = {
    "between": Conditions._between,
    "not-between": Conditions._between,
    "eq-userlanguage": Conditions._language,
    **dict.fromkeys(_OF_CALLER, Conditions._of_caller),
    **dict.fromkeys((*ON, *SPANS, *COUNTED), Conditions._span),
}


def _is_packed(column: Column) -> bool:
    return column.is_lookup or column.type == "Uniqueidentifier"


def _unmatched(name: str) -> service.ServiceError:
    return service.ServiceError(
        service.URI,
        f"No function signature for the function with name '{name}' matches the "
        f"specified arguments. The function signatures considered are: {name}"
        "(Edm.String Nullable=true, Edm.String Nullable=true).",
    )


def _unfit(item: Condition) -> service.ServiceError:
    return service.ServiceError(
        service.CONDITION_OPERATOR,
        f"The condition operator '{item.operator}' is not valid for the column '{item.column}'.",
    )


def _bad_value(item: Condition) -> service.ServiceError:
    return service.ServiceError(
        service.INVALID_VALUE,
        f"The values of the condition '{item.operator}' on '{item.column}' are not valid.",
    )
