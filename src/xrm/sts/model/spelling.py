"""Records as JSON, as they are kept and sealed: dataclasses of whatever members are here."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

T = TypeVar("T")


def write_record(record: Any) -> str:
    """Return a record as JSON."""

    def spell(value: Any) -> Any:
        if isinstance(value, tuple):
            return [spell(item) for item in value]
        return value.hex() if isinstance(value, bytes) else value

    values = {item.name: spell(getattr(record, item.name)) for item in fields(record)}
    return orjson.dumps(values).decode()


@cache
def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """Return what makes a value of a type from its JSON, None where JSON has the type itself."""
    if hint is UUID:
        return UUID
    if hint is bytes:
        return bytes.fromhex
    if is_dataclass(hint):
        return lambda value: _record(cast(type[Any], hint), value)
    inner = [kind for kind in get_args(hint) if kind not in (NoneType, Ellipsis)]
    item = _reader(inner[0]) if len(inner) == 1 else None
    if get_origin(hint) is tuple:
        return lambda value: tuple(map(item, value) if item else value)
    if item is None or get_origin(hint) not in (Union, UnionType):
        return None
    return lambda value: None if value is None else item(value)


@cache
def _readers(record: Hashable) -> Mapping[str, Callable[[Any], Any]]:
    hints = get_type_hints(record)
    found = {name: _reader(hint) for name, hint in hints.items()}
    return {name: reader for name, reader in found.items() if reader is not None}


def _record(record: type[T], values: dict[str, Any]) -> T:
    for name, reader in _readers(cast(Hashable, record)).items():
        if name in values:
            values[name] = reader(values[name])
    return record(**values)


def read_record(record: type[T], body: str) -> T:
    """Return the record that `write_record` wrote."""
    return _record(record, orjson.loads(body))
