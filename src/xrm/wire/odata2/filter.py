"""`$filter` and `$orderby` of version 2: its literals, and `substringof` (OData 2.0 URIs, 4.5).

Literals carry their type: datetime'…', guid'…', 1M, 2L, 0.5d. A literal may stand in
parentheses, and a function may be compared with true or false.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model.query import Condition, Filter, Order, negate
from xrm.wire.odata4 import filter as plain
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Name, Resolve, read_time

_TOKENS = re.compile(
    r"""\s*(?:
      (?P<typed>(?:guid|datetimeoffset|datetime|time|binary|X)'[^']*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[mMdDfFlL]?)(?![\w.])
    | (?P<word>[A-Za-z_][\w.]*(?:/[A-Za-z_][\w.]*)*)
    | (?P<mark>[(),])
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_FUNCTIONS = {"startswith": "begins-with", "endswith": "ends-with", "substringof": "contains"}
_LONGEST = 60
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?Z?", re.ASCII)


def read_filter(text: str, resolve: Resolve) -> Filter:
    """Return what a `$filter` asks. Raises ODataError with the position of a fault."""
    parser = _Parser(text, resolve)
    result = parser.either(0)
    parser.finish()
    return result


def read_order(text: str, resolve: Resolve) -> tuple[Order, ...]:
    """Return what an `$orderby` asks. Raises ODataError with the position of a fault."""
    if "@" in text:
        raise ODataError(f"Syntax error at position {text.index('@')} in '{text[:200]}'.")
    return plain.read_order(text, resolve)


class _Parser(plain.Parser):
    tokens = _TOKENS

    def _function(self, name: str) -> Filter:
        operator = _FUNCTIONS.get(name)
        if operator is None:
            raise ODataError(f"Unknown function '{name[:100]}' at position {self._position}.")
        self._expect("(")
        column: Any = self._operand(*self._take())
        self._expect(",")
        value: Any = self._operand(*self._take())
        self._expect(")")
        if name == "substringof":
            column, value = value, column
        if not isinstance(column, Name) or not isinstance(value, str):
            raise ODataError(
                f"No applicable function found for '{name}' at position {self._position} with the "
                "specified arguments. The functions considered are: bool "
                f"{name}(System.String, System.String)."
            )
        return self._answered(Condition(column.column, operator, (value,), column.via))

    def _answered(self, found: Filter) -> Filter:
        """Return a test as it is compared with true or false, if it is."""
        for word in ("eq", "ne"):
            if self._accept(word):
                _, truth = self._take()
                if truth not in ("true", "false"):
                    self._fail()
                return found if (truth == "true") is (word == "eq") else negate(found)
        return found

    def _operand(self, kind: str, text: str) -> Any:
        if (kind, text) == ("mark", "("):
            inner = self._operand(*self._take())
            self._expect(")")
            return inner
        if kind not in ("typed", "number"):
            return super()._operand(kind, text)
        try:
            return _typed(text) if kind == "typed" else _number(text)
        except (ValueError, ArithmeticError):
            raise ODataError(
                f"Unrecognized literal '{text[:100]}' at position {self._position} in "
                f"'{self._text[:200]}'."
            ) from None


def _number(text: str) -> int | Decimal:
    if len(text) > _LONGEST:
        raise ValueError(text)
    suffix = text[-1].lower()
    digits = text[:-1] if suffix in "mdfl" else text
    if suffix == "l":
        return int(digits)
    whole = suffix not in "mdf" and not any(mark in digits for mark in ".eE")
    return int(digits) if whole else Decimal(digits)


def _typed(text: str) -> Any:
    prefix, _, rest = text.partition("'")
    read = _TYPED.get(prefix.lower())
    if read is None:
        raise ValueError(text)
    return read(rest[:-1])


def _moment(text: str) -> datetime:
    """Return a time without a zone, which is UTC."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return read_time(text.rstrip("Z") + "Z").astimezone(UTC)


def _identifier(text: str) -> UUID:
    inner = text[1:-1] if text[:1] + text[-1:] == "{}" else text
    if len(inner) != 36:
        raise ValueError(text)
    return UUID(inner)


_TYPED: dict[str, Callable[[str], Any]] = {
    "guid": _identifier,
    "datetime": _moment,
    "datetimeoffset": read_time,
}
