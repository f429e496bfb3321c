"""`$filter` and `$orderby`: from text to the query model (OData 4.0 part 2, 5.1.1).

One regular expression for tokens, one recursive descent. Column names are resolved by the
caller, so that this module needs no metadata. What the service lacks (arithmetic, `has`, `in`,
functions other than three) is refused with its position.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from xrm.model.query import ColumnComparison, Condition, Filter, Group, Order, negate
from xrm.wire.odata4.errors import ODataError

Resolve = Callable[[str], str]
"""From a property's name in the URL to a column's logical name; raises ODataError."""

MAX_DEPTH = 60
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![\w-])
    | (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)(?![\w-])
    | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])
    | (?P<word>[A-Za-z_@$][\w.@$]*(?:/[A-Za-z_][\w.]*)*)
    | (?P<mark>[(),])
    )\s*""",
    re.VERBOSE,
)
_COMPARISONS = {"eq", "ne", "gt", "ge", "lt", "le"}
_FLIPPED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_FUNCTIONS = {"contains": "contains", "startswith": "begins-with", "endswith": "ends-with"}
_CONSTANTS: dict[str, Any] = {"null": None, "true": True, "false": False}
_END = ("end", "")


class Name(str):
    """A resolved column, told apart from a text literal."""

    __slots__ = ()


def read_filter(text: str, resolve: Resolve) -> Filter:
    """Return what a `$filter` asks. Raises ODataError with the position of a fault."""
    parser = Parser(text, resolve)
    result = parser.either(0)
    parser.finish()
    return result


def read_order(text: str, resolve: Resolve) -> tuple[Order, ...]:
    """Return what an `$orderby` asks. Raises ODataError."""
    orders = []
    for part in text.split(","):
        words = part.split()
        if len(words) not in (1, 2) or (len(words) == 2 and words[1] not in ("asc", "desc")):
            raise ODataError(f"Syntax error at position {len(part)} in '{part.strip()}'.")
        orders.append(Order(resolve(words[0]), words[-1] == "desc" and len(words) == 2))
    if len({order.column for order in orders}) < len(orders):
        raise ODataError("A property has been specified more than once in $orderby.")
    return tuple(orders)


class Parser:
    """The recursive descent; `tokens` is its lexis, for dialects that have more of it."""

    tokens = _TOKEN

    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text = text
        self._resolve = resolve
        self._position = 0
        self._next = self._scan()

    def _fail(self, position: int | None = None) -> NoReturn:
        at = self._position if position is None else position
        raise ODataError(f"Syntax error at position {at} in '{self._text}'.")

    def _scan(self) -> tuple[str, str]:
        if self._position >= len(self._text):
            return _END
        match = self.tokens.match(self._text, self._position)
        if not match:
            if not self._text[self._position :].strip():
                return _END
            self._fail()
        self._position = match.end()
        kind = match.lastgroup or ""
        return kind, match[kind]

    def _take(self) -> tuple[str, str]:
        token = self._next
        if token is _END:
            self._fail()
        self._next = self._scan()
        return token

    def _accept(self, text: str) -> bool:
        kind, found = self._next
        if found == text and kind in ("word", "mark"):
            self._take()
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._fail()

    def finish(self) -> None:
        if self._next is not _END:
            self._fail()

    def either(self, depth: int) -> Filter:
        items = [self._both(depth)]
        while self._accept("or"):
            items.append(self._both(depth))
        return items[0] if len(items) == 1 else Group("or", tuple(items))

    def _both(self, depth: int) -> Filter:
        items = [self._single(depth)]
        while self._accept("and"):
            items.append(self._single(depth))
        return items[0] if len(items) == 1 else Group("and", tuple(items))

    def _single(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise ODataError("The filter is nested too deeply.")
        if self._accept("not"):
            return negate(self._single(depth + 1))
        if self._accept("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        kind, text = self._take()
        if kind == "word" and self._next == ("mark", "("):
            return self._function(text)
        return self._comparison(self._operand(kind, text))

    def _function(self, name: str) -> Filter:
        operator = _FUNCTIONS.get(name)
        if operator is None:
            raise ODataError(f"An unknown function with name '{name}' was found.")
        self._expect("(")
        column = self._operand(*self._take())
        self._expect(",")
        value = self._operand(*self._take())
        self._expect(")")
        if not isinstance(column, Name) or isinstance(value, Name) or not isinstance(value, str):
            raise ODataError(
                f"No function signature for the function with name '{name}' matches the "
                "specified arguments."
            )
        return Condition(str(column), operator, (value,))

    def _comparison(self, left: Any) -> Filter:
        kind, operator = self._take()
        if kind != "word" or operator not in _COMPARISONS:
            self._fail()
        right = self._operand(*self._take())
        if not isinstance(left, Name):
            left, right, operator = right, left, _FLIPPED[operator]
        if not isinstance(left, Name):
            raise ODataError("A comparison needs a property on one side.")
        if isinstance(right, Name):
            return ColumnComparison(str(left), operator, str(right))
        if right is None:
            return self._null_test(str(left), operator)
        return Condition(str(left), operator, (right,))

    def _null_test(self, column: str, operator: str) -> Filter:
        if operator not in ("eq", "ne"):
            raise ODataError("A null value can only be compared with 'eq' or 'ne'.")
        return Condition(column, "null" if operator == "eq" else "not-null")

    def _operand(self, kind: str, text: str) -> Any:
        if kind == "word":
            return _CONSTANTS[text] if text in _CONSTANTS else Name(self._resolve(text))
        if kind == "mark":
            self._fail()
        try:
            return _LITERALS[kind](text)
        except ValueError:
            raise ODataError(f"Unrecognized literal '{text[:100]}'.") from None


def _number(text: str) -> int | Decimal:
    if len(text) > 60:
        raise ValueError(text)
    return Decimal(text) if any(mark in text for mark in ".eE") else int(text)


def read_time(text: str) -> datetime:
    """Return an OData DateTimeOffset as UTC, precise to the microsecond. Raises ValueError."""
    body, fraction = text, ""
    if "." in text:
        head, _, rest = text.partition(".")
        digits = re.match(r"\d+", rest)
        fraction = digits[0] if digits else ""
        body = head + rest[len(fraction) :]
    moment = datetime.fromisoformat(body.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(text)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0") or 0))


_LITERALS: dict[str, Callable[[str], Any]] = {
    "string": lambda text: text[1:-1].replace("''", "'"),
    "guid": UUID,
    "time": read_time,
    "date": date.fromisoformat,
    "number": _number,
}
