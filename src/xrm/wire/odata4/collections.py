"""`$filter` of services that ask about collections: `in`, `any`, and names in any letter case.

`emails/any(e:e eq 'x')` becomes the plain condition on `emails`, and a path inside the lambda
the path below it: whoever evaluates says that one element is enough. A complement, which `not`
makes, then means that no element is like it.
"""

import re
from typing import Any

from xrm.model.query import Condition, Filter, Group
from xrm.wire.odata4 import filter as plain
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Resolve

_MOST_VALUES = 15
_ANY = "/any"
_INSIDE = ("eq", "begins-with", "ends-with")


def read_collection_filter(text: str, resolve: Resolve) -> Filter:
    """Return what a `$filter` asks. Raises ODataError with the position of a fault."""
    parser = _Parser(text, resolve)
    result = parser.either(0)
    parser.finish()
    return result


class _Parser(plain.Parser):
    tokens = re.compile(plain.Parser.tokens.pattern.replace("[(),]", "[(),:]"), re.VERBOSE)

    _inside = False

    def _function(self, name: str) -> Filter:
        if name.lower().endswith(_ANY):
            return self._any(name[: -len(_ANY)])
        return super()._function(name.lower())

    def _any(self, collection: str) -> Filter:
        if self._inside:
            raise ODataError("'any' inside 'any' is not supported.")
        self._expect("(")
        kind, variable = self._take()
        if kind != "word" or "/" in variable:
            self._fail()
        self._expect(":")
        outer = self._resolve

        def inside(name: str) -> str | plain.Name:
            head, slash, rest = name.partition("/")
            if head != variable:
                raise ODataError(f"Could not find a property named '{name[:100]}'.")
            return outer(collection + slash + rest)

        # The variable is the only name there: a lambda of this dialect holds one comparison.
        self._resolve, self._inside = inside, True
        found = self._single(plain.MAX_DEPTH)
        self._resolve, self._inside = outer, False
        self._expect(")")
        if not isinstance(found, Condition) or found.operator not in _INSIDE:
            raise ODataError("Inside 'any' one comparison is supported: eq, startsWith, endsWith.")
        return found

    def _comparison(self, left: Any) -> Filter:
        if self._next != ("word", "in"):
            return super()._comparison(left)
        if not isinstance(left, plain.Name):
            self._fail()
        self._take()
        self._expect("(")
        values = [self._operand(*self._take())]
        while self._accept(","):
            values.append(self._operand(*self._take()))
        self._expect(")")
        if len(values) > _MOST_VALUES:
            raise ODataError(f"Too many values in an 'in' clause: {_MOST_VALUES} at most.")
        items = tuple(Condition(left.column, "eq", (value,)) for value in values)
        return items[0] if len(items) == 1 else Group("or", items)
