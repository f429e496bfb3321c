"""Moments of WS-Security and WS-Trust: seconds since 1970 on our side, xsd:dateTime on the wire."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from xrm.wire.soap.lexical import READERS

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_REFUSAL = "It is not a moment."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""The first and the last moment there is, in milliseconds since 1970."""


def read_moment(text: str) -> float:
    """Return the moment in seconds since 1970; one without a zone is taken for UTC.

    A second has up to seven digits after its point, of which six count. Raises ValueError.
    """
    stripped = text.strip(" \t\r\n")
    if _FORM.fullmatch(stripped) is None:
        raise ValueError(_REFUSAL)
    try:
        # Nearly all are in UTC; what else there is, and the end of a day, takes longer to read.
        plain = stripped.endswith("Z") and "T24" not in stripped
        moment: datetime = (datetime.fromisoformat if plain else READERS["dateTime"])(stripped)
    except ValueError:
        raise ValueError(_REFUSAL) from None
    return moment.timestamp()


def write_moment(seconds: float) -> str:
    """Return seconds since 1970 in UTC, to the millisecond, as .NET writes them.

    What is beyond the years 1 to 9999 becomes the first or the last moment of these.
    """
    count = min(max(round(seconds * 1000), _FIRST), _LAST)
    second, rest = divmod(count, 1000)
    return f"{_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=256)  # a message says the same moments several times
def _second(count: int) -> str:
    return (_EPOCH + timedelta(seconds=count)).replace(tzinfo=None).isoformat()
