"""Simple values as text and back: the forms .NET's data contract serializer reads and writes.

Simple types are named as in the contracts; blanks around a value other than text do not count.
"""

import math
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

from xrm.wire.soap.contract import SERIALIZATION, XSD
from xrm.wire.soap.values import Long

_BLANKS = " \t\r\n"
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})", re.ASCII)
_DOUBLE = re.compile(
    r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?", re.ASCII
)
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_HEX = "[0-9a-fA-F]"
_GUID = re.compile(rf"{_HEX}{{32}}|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}")
_ENCLOSED = re.compile(rf"\{{({_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})\}}")
_PARENTHESES = re.compile(rf"\(({_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})\)")
_BYTE = rf"0x({_HEX}{{1,2}})"
_GROUPS = re.compile(
    rf"\{{0x({_HEX}{{1,8}}),0x({_HEX}{{1,4}}),0x({_HEX}{{1,4}}),\{{{','.join([_BYTE] * 8)}\}}\}}"
)
_SIGNIFICANT = Context(prec=29, Emin=-99, Emax=99)
_MOST_DECIMAL = Decimal(2**96 - 1)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INFINITE = {"INF": math.inf, "-INF": -math.inf, "NaN": math.nan}
_BITS = {"byte": (8, True), "unsignedByte": (8, False), "short": (16, True)}
_BITS |= {"unsignedShort": (16, False), "int": (32, True), "unsignedInt": (32, False)}
_BITS |= {"long": (64, True), "unsignedLong": (64, False)}
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
_LONG = frozenset({"unsignedInt", "long", "unsignedLong"})


def _integer(kind: str) -> Callable[[str], int]:
    bits, signed = _BITS[kind]
    least = -(2 ** (bits - 1)) if signed else 0
    most = least + 2**bits
    make: Callable[[int], int] = Long if kind in _LONG else int

    def read(text: str) -> int:
        stripped = text.strip(_BLANKS)
        if not _INTEGER.fullmatch(stripped) or not least <= (number := int(stripped)) < most:
            raise ValueError
        return make(number)

    return read


def _boolean(text: str) -> bool:
    known = _BOOLEANS.get(text.strip(_BLANKS))
    if known is None:
        raise ValueError
    return known


def _decimal(text: str) -> Decimal:
    stripped = text.strip(_BLANKS)
    if not _DECIMAL.fullmatch(stripped):
        raise ValueError
    number = _SIGNIFICANT.create_decimal(stripped)
    if number.copy_abs() > _MOST_DECIMAL:
        raise ValueError
    return number


def _double(text: str) -> float:
    stripped = text.strip(_BLANKS)
    if stripped in _INFINITE:
        return _INFINITE[stripped]
    if not _DOUBLE.fullmatch(stripped) or math.isinf(number := float(stripped)):
        raise ValueError
    return number


def _moment(text: str) -> datetime:
    """Return a moment; one without a zone is taken for UTC, a day for its midnight."""
    found = _MOMENT.fullmatch(text.strip(_BLANKS))
    if found is None:
        raise ValueError
    year, month, day = map(int, found.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    micro = int((found[7] or "").ljust(6, "0")[:6])
    late = hour == 24
    if late and (minute, second, micro) != (0, 0, 0):
        raise ValueError
    moment = datetime(year, month, day, 0 if late else hour, minute, second, micro, tzinfo=UTC)
    return _shifted(moment, timedelta(days=1) if late else -_offset(found[8]))


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError
    size = timedelta(hours=hours, minutes=minutes)
    return -size if zone[0] == "-" else size


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        # As .NET does: the first and the last moment there is are the bounds.
        return _LAST if by > timedelta() else _FIRST


def _guid(text: str) -> UUID:
    stripped = text.strip(_BLANKS)
    if _GUID.fullmatch(stripped):
        return UUID(stripped)
    found = _ENCLOSED.fullmatch(stripped) or _PARENTHESES.fullmatch(stripped)
    if found is not None:
        return UUID(found[1])
    grouped = _GROUPS.fullmatch(stripped)
    if grouped is None:
        raise ValueError
    widths = (8, 4, 4, *(2,) * 8)
    return UUID(
        "".join(part.zfill(width) for part, width in zip(grouped.groups(), widths, strict=True))
    )


def _binary(text: str) -> bytes:
    return b64decode("".join(text.split()), validate=True)


def _text(text: str) -> str:
    return text


READERS: Mapping[str, Callable[[str], Any]] = {
    **{kind: _integer(kind) for kind in _BITS},
    "string": _text,
    "anyURI": _text,
    "char": _text,
    "duration": _text,
    "QName": _text,
    "boolean": _boolean,
    "decimal": _decimal,
    "double": _double,
    "float": _double,
    "dateTime": _moment,
    "guid": _guid,
    "base64Binary": _binary,
}
"""How the text of a simple type is read. Each raises ValueError for what is not of its type."""

NAMESPACES: Mapping[str, str] = {
    kind: SERIALIZATION if kind in ("guid", "char", "duration") else XSD for kind in READERS
}
"""The namespace of each simple type."""

SIMPLE: Mapping[tuple[str, str], str] = {
    **{(namespace, kind): kind for kind, namespace in NAMESPACES.items()},
    (XSD, "anyType"): "anyType",
    (XSD, "duration"): "duration",
}
"""Simple types by namespace and name."""


def _write_boolean(value: bool) -> str:
    return "true" if value else "false"


def write_double(value: float) -> str:
    """Return a double in the shortest form that is read back alike, as .NET spells it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    if value == 0:
        return "0"
    text = repr(value)
    if 1e15 <= abs(value) < 1e16:
        _, digits, exponent = Decimal(text).as_tuple()
        figures = "".join(map(str, digits)).rstrip("0")
        power = len(digits) + int(exponent) - 1
        mantissa = f"{figures[0]}.{figures[1:]}".rstrip(".")
        return f"{'-' if value < 0 else ''}{mantissa}E+{power}"
    return text.removesuffix(".0").upper()


def write_moment(value: datetime) -> str:
    """Return a moment in UTC, its fraction of a second as short as it is."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if value.microsecond else text) + "Z"


def _write_day(value: date) -> str:
    return f"{value.isoformat()}T00:00:00Z"


def _write_decimal(value: Decimal) -> str:
    return f"{value:f}"


def _write_binary(value: bytes) -> str:
    return b64encode(value).decode("ascii")


WRITERS: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    str: ("string", _text),
    bool: ("boolean", _write_boolean),
    int: ("int", str),
    Long: ("long", str),
    float: ("double", write_double),
    Decimal: ("decimal", _write_decimal),
    datetime: ("dateTime", write_moment),
    date: ("dateTime", _write_day),
    UUID: ("guid", str),
    bytes: ("base64Binary", _write_binary),
}
"""The simple type of each type of Python, and how its values are written."""
