"""Addresses within a record: their identifiers, and each as one text."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


@dataclass(frozen=True, slots=True)
class _Address:
    """One address of a table: its columns, `parts` in the order of PARTS, None where it has none.

    `given` are those of the parts that the table has.
    """

    identifier: str | None
    composite: str | None
    parts: tuple[str | None, ...]
    given: frozenset[str]


def concerns(table: Table) -> bool:
    """Tell whether the records of a table hold addresses."""
    return bool(_addresses(table))


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return identifiers and texts of a new record's addresses."""
    found: Values = {}
    for address in _addresses(table):
        if address.identifier is not None and values.get(address.identifier) is None:
            found[address.identifier] = context.organization.record_ids()
        if address.composite is not None and not address.given.isdisjoint(values):
            found[address.composite] = _text(address, values.get)
    return found


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the texts of the addresses that a change touches."""
    return {
        address.composite: _text(
            address, lambda name: values[name] if name in values else before[name]
        )
        for address in _addresses(before.table)
        if address.composite is not None and not address.given.isdisjoint(values)
    }


@cache
def _addresses(table: Table) -> tuple[_Address, ...]:
    return tuple(
        _address(table, prefix)
        for prefix in ("address1", "address2", "address3")
        if f"{prefix}_city" in table.columns
    )


def _address(table: Table, prefix: str) -> _Address:
    parts = tuple(_known(table, f"{prefix}_{part}") for part in PARTS)
    return _Address(
        _known(table, f"{prefix}_addressid"),
        _known(table, f"{prefix}_composite"),
        parts,
        frozenset(filter(None, parts)),
    )


def _known(table: Table, name: str) -> str | None:
    return name if name in table.columns else None


def _text(address: _Address, value: Callable[[str], Value]) -> str | None:
    """Return an address as the service writes one in the United States, whatever its country."""
    line1, line2, line3, city, region, code, country = [
        str(found) if name is not None and (found := value(name)) else "" for name in address.parts
    ]
    place = _joined(", ", city, _joined(" ", region, code))
    return _joined("\r\n", line1, line2, line3, place, country) or None


def _joined(mark: str, *texts: str) -> str:
    return mark.join(filter(None, texts))
