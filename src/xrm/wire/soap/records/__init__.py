"""Rows of a table to an EntityCollection or an Entity: whole columns are written at once.

A value that is null is not among the attributes. A lookup is an EntityReference whose name is
its formatted text, and therefore has none of its own; other texts are FormattedValues.

rows    what is written, and the parts of an Entity in order
values  the values of columns as attributes, by their types
cells   how texts that all rows share and those of each become lines
"""

from xrm.wire.soap.records.rows import (
    Rows,
    Texts,
    WrittenCollection,
    WrittenEntity,
    entity_pieces,
)
from xrm.wire.soap.records.values import AliasedColumn

__all__ = [
    "AliasedColumn",
    "Rows",
    "Texts",
    "WrittenCollection",
    "WrittenEntity",
    "entity_pieces",
]
