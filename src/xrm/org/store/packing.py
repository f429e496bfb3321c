"""Packing: how a record's values become one row of SQL columns, bound by place.

What depends on a table and a set of its columns alone is worked out once.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from xrm.model.metadata import Column
from xrm.model.text import fold_all
from xrm.model.values import Value
from xrm.org.store.columns import (
    fold_name,
    is_polymorphic,
    is_same,
    pack_guid,
    pack_new_guid,
    packer,
    type_name,
)


class Packing:
    """The steps from values of some columns, in their order, to a row.

    `names` are the SQL columns of a row: those of the values first, then the fold keys of texts
    and the tables that lookups of several point to. `numbered` is a column that a row is given
    beside its values, whether it is among them or not.
    """

    __slots__ = ("_kinds", "_lookups", "_number", "_packers", "_texts", "names")

    def __init__(self, columns: Sequence[Column], numbered: str | None = None) -> None:
        places = list(enumerate(columns))
        self._lookups = [place for place, column in places if column.is_lookup]
        self._texts = [place for place, column in places if column.is_text]
        self._kinds = [place for place, column in places if is_polymorphic(column)]
        self._packers = [
            (place, _packer(column))
            for place, column in places
            if not (column.is_lookup or column.is_text or is_same(column))
        ]
        names = [column.logical_name for column in columns]
        names += [fold_name(columns[place]) for place in self._texts]
        names += [type_name(columns[place]) for place in self._kinds]
        if numbered is not None and numbered not in names:
            names.append(numbered)
        place = -1 if numbered is None else names.index(numbered)
        self._number = None if numbered is None else slice(place, place + 1)
        self.names = tuple(names)

    def row(self, values: Iterable[Any], number: int | None = None) -> list[Any]:
        """Return a row of values; `number` is what the numbered column holds.

        Raises ServiceError for a number that storage cannot hold exactly.
        """
        cells = list(values)
        for place, pack in self._packers:
            if (value := cells[place]) is not None:
                cells[place] = pack(value)
        if self._texts:
            texts = [cells[place] for place in self._texts]
            keys = iter(fold_all([text for text in texts if text is not None]))
            cells += [None if text is None else next(keys) for text in texts]
        for place in self._kinds:
            value = cells[place]
            cells.append(None if value is None else value.logical_name)
        for place in self._lookups:
            if (value := cells[place]) is not None:
                cells[place] = pack_guid(value.id)
        if self._number is not None:
            cells[self._number] = (number,)
        return cells

    def in_order(self, names: Sequence[str]) -> Callable[[list[Any]], Sequence[Any]]:
        """Return what puts a row into another order of its names."""
        places = [self.names.index(name) for name in names]
        # Of one place alone, itemgetter would make no tuple.
        return itemgetter(*places) if len(places) > 1 else tuple


def stored(column: Column, value: Value) -> dict[str, Any]:
    """Return the SQL columns of one value."""
    packing = Packing((column,))
    return dict(zip(packing.names, packing.row((value,)), strict=True))


def _packer(column: Column) -> Callable[[Any], Any]:
    # Those of new records do not come again, and would drive out those that do.
    return pack_new_guid if column.type == "Uniqueidentifier" else packer(column)
