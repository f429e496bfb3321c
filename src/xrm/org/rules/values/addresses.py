"""Addresses within a record: their identifiers, and each as one text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


@dataclass(frozen=True, slots=True)
class _Address:
    identifier: str | None
    composite: str | None
    parts: Mapping[str, str]


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return identifiers and texts of a new record's addresses, empty for tables without."""
    found: Values = {}
    for address in _addresses(table):
        if address.identifier is not None and values.get(address.identifier) is None:
            found[address.identifier] = context.organization.record_ids()
        if address.composite is not None and not address.parts.keys().isdisjoint(values):
            found[address.composite] = _text(address, values.get)
    return found


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the texts of the addresses that a change touches."""
    return {
        address.composite: _text(
            address, lambda name: values[name] if name in values else before[name]
        )
        for address in _addresses(before.table)
        if address.composite is not None and not address.parts.keys().isdisjoint(values)
    }


@cache
def _addresses(table: Table) -> tuple[_Address, ...]:
    return tuple(
        _Address(
            _known(table, f"{prefix}_addressid"),
            _known(table, f"{prefix}_composite"),
            {f"{prefix}_{part}": part for part in PARTS if f"{prefix}_{part}" in table.columns},
        )
        for prefix in ("address1", "address2", "address3")
        if f"{prefix}_city" in table.columns
    )


def _known(table: Table, name: str) -> str | None:
    return name if name in table.columns else None


def _text(address: _Address, value: Callable[[str], Value]) -> str | None:
    """Return an address as the service writes one in the United States, whatever its country."""
    has = {part: str(found) for name, part in address.parts.items() if (found := value(name))}
    region = _joined(" ", has, "stateorprovince", "postalcode")
    has["place"] = ", ".join(filter(None, (has.get("city"), region)))
    return _joined("\r\n", has, "line1", "line2", "line3", "place", "country") or None


def _joined(mark: str, has: Mapping[str, str], *parts: str) -> str:
    return mark.join([text for part in parts if (text := has.get(part))])
