"""A list bound as one parameter, so that a statement's text does not depend on its length."""

from typing import Any, Literal

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement

Kind = Literal["text", "integer", "bytes"]


class OneOf(ColumnElement[bool]):
    """`column IN (the list bound to name)`; build it with `one_of`."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str, kind: Kind) -> None:
        self.column = column
        self.items: BindParameter[Any] = bindparam(name)
        self.kind = kind


def one_of(column: ColumnElement[Any], name: str, kind: Kind) -> OneOf:
    """Return the test that a column equals one item of the list bound to `name`.

    The list itself is bound as `database.array(values)`.
    """
    return OneOf(column, name, kind)


@compiles(OneOf, "sqlite")
def _sqlite(element: OneOf, compiler: Any, **kw: Any) -> str:
    item = "unhex(value)" if element.kind == "bytes" else "value"
    column = compiler.process(element.column, **kw)
    items = compiler.process(element.items, **kw)
    return f"{column} IN (SELECT {item} FROM json_each({items}))"  # noqa: S608 - no input in it


@compiles(OneOf, "postgresql")
def _postgresql(element: OneOf, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} = ANY({compiler.process(element.items, **kw)})"
