"""`$filter` and `$orderby`: from text to the query model (OData 4.0 part 2, 5.1.1).

One regular expression for tokens, one recursive descent. Column names are resolved by the
caller, so that this module needs no metadata. What the service lacks (arithmetic, `has`, `in`,
functions other than three) is refused with its position. A parameter alias stands for a literal
or a property; one that is not set is null.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from xrm.model.query import ColumnComparison, Condition, Filter, Group, Order, Path, negate
from xrm.wire.odata4.errors import ODataError

Aliases = Mapping[str, str]
"""The texts of parameter aliases by their names, `@` included."""

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
_NO_ALIASES: Aliases = {}
_ORDER_TOKEN = re.compile(r"[^\s,]+|,")


@dataclass(frozen=True, slots=True)
class Name:
    """A resolved column, and the lookups that lead to its record."""

    column: str
    via: Path = ()


Resolve = Callable[[str], str | Name]
"""From a property's name or path in the URL to a column; raises ODataError."""


def read_filter(text: str, resolve: Resolve, aliases: Aliases = _NO_ALIASES) -> Filter:
    """Return what a `$filter` asks. Raises ODataError with the position of a fault."""
    parser = Parser(text, resolve, aliases)
    result = parser.either(0)
    parser.finish()
    return result


def read_order(text: str, resolve: Resolve, aliases: Aliases = _NO_ALIASES) -> tuple[Order, ...]:
    """Return what an `$orderby` asks. Raises ODataError with the position of a fault."""
    orders = [_one_order(words, resolve, aliases) for words in _order_words(text)]
    if len({(order.column, order.via) for order in orders}) < len(orders):
        raise ODataError("A property has been specified more than once in $orderby.")
    return tuple(orders)


def _order_words(text: str) -> list[list[str]]:
    """Return the words of each item: a property, and perhaps a direction."""
    found: list[list[str]] = [[]]
    for match in _ORDER_TOKEN.finditer(text):
        words, word = found[-1], match[0]
        if word == ",":
            fits = bool(words)
            found.append([])
        else:
            fits = not words or (len(words) == 1 and word in ("asc", "desc"))
            words.append(word)
        if not fits:
            raise _syntax(text, match.end())
    if not found[-1]:
        raise _syntax(text, len(text))
    return found


def _one_order(words: list[str], resolve: Resolve, aliases: Aliases) -> Order:
    name: Any
    if words[0].startswith("@"):
        name = read_alias(words[0], resolve, aliases)
    else:
        name = _named(resolve(words[0]))
    if not isinstance(name, Name):
        raise ODataError("Order By Property must be of type EdmProperty")
    return Order(name.column, words[-1] == "desc" and len(words) == 2, name.via)


def read_alias(name: str, resolve: Resolve, aliases: Aliases) -> Any:
    """Return what a parameter alias stands for: a literal, a Name, or None for null.

    Raises ODataError for a text that is neither, another alias among them.
    """
    text = aliases.get(name)
    if text is None:
        return None
    if text.lstrip().startswith("@"):
        raise _syntax(text, len(text))
    return Parser(text, resolve).whole()


def _named(found: str | Name) -> Name:
    return Name(found) if isinstance(found, str) else found


def _syntax(text: str, position: int) -> ODataError:
    return ODataError(f"Syntax error at position {position} in '{text}'.")


class Parser:
    """The recursive descent; `tokens` is its lexis, for dialects that have more of it."""

    tokens = _TOKEN

    def __init__(self, text: str, resolve: Resolve, aliases: Aliases = _NO_ALIASES) -> None:
        if text.count("'") % 2:
            at = len(text)
            raise ODataError(f"There is an unterminated literal at position {at} in '{text}'.")
        self._text = text
        self._resolve = resolve
        self._aliases = aliases
        self._known: dict[str, Any] = {}
        self._position = 0
        self._next = self._scan()

    def _fail(self) -> NoReturn:
        raise _syntax(self._text, self._position)

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

    def whole(self) -> Any:
        """Return the one operand the text is. Raises ODataError if it is more than that."""
        operand = self._operand(*self._take())
        self.finish()
        return operand

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
            raise ODataError(
                f"An unknown function with name '{name}' was found. This may also be a function "
                "import or a key lookup on a navigation property, which is not allowed."
            )
        self._expect("(")
        column = self._operand(*self._take())
        self._expect(",")
        value = self._operand(*self._take())
        self._expect(")")
        if not isinstance(column, Name) or not isinstance(value, str):
            raise ODataError(
                f"No function signature for the function with name '{name}' matches the "
                f"specified arguments. The function signatures considered are: {name}"
                "(Edm.String Nullable=true, Edm.String Nullable=true)."
            )
        return Condition(column.column, operator, (value,), column.via)

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
            return _columns(left, operator, right)
        if right is None:
            return self._null_test(left, operator)
        return Condition(left.column, operator, (right,), left.via)

    def _null_test(self, name: Name, operator: str) -> Filter:
        if operator not in ("eq", "ne"):
            raise ODataError("A null value can only be compared with 'eq' or 'ne'.")
        return Condition(name.column, "null" if operator == "eq" else "not-null", (), name.via)

    def _operand(self, kind: str, text: str) -> Any:
        if kind == "word":
            return self._word(text)
        if kind == "mark":
            self._fail()
        try:
            return _LITERALS[kind](text)
        except ValueError:
            at, shown = self._position, text[:100]
            raise ODataError(
                f"Unrecognized '{_EDM[kind]}' literal '{shown}' at '{at}' in '{self._text}'."
            ) from None

    def _word(self, text: str) -> Any:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text.startswith("@"):
            if text not in self._known:
                self._known[text] = read_alias(text, self._resolve, self._aliases)
            return self._known[text]
        return _named(self._resolve(text))


def _columns(left: Name, operator: str, right: Name) -> ColumnComparison:
    if left.via != right.via:
        raise ODataError("Only properties of the same row can be compared with each other.")
    return ColumnComparison(left.column, operator, right.column, left.via, right.via)


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
_EDM = {
    "string": "Edm.String",
    "guid": "Edm.Guid",
    "time": "Edm.DateTimeOffset",
    "date": "Edm.Date",
    "number": "Edm.Decimal",
}
