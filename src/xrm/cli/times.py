"""Times in words: the date and time in UTC, and how far away that is."""

from datetime import UTC, datetime

from xrm.model.ports import Clock, system_clock

_MINUTE = 60
_UNITS = (
    (365.25 * 86_400, "year"),
    (30.44 * 86_400, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (_MINUTE, "minute"),
)


def distance(seconds: float) -> str:
    """Return a span in words with its direction: "in 58 minutes", "3 days ago", "now"."""
    size = abs(seconds)
    if size < 1:
        return "now"
    words = f"{int(size)} second{'s' * (int(size) != 1)}"
    for length, name in _UNITS:
        # From two of a unit on: "in 90 minutes" says more than "in 1 hour".
        if size >= 2 * length or (length == _MINUTE and size >= length):
            count = round(size / length)
            words = f"{count} {name}{'s' * (count != 1)}"
            break
    return f"in {words}" if seconds > 0 else f"{words} ago"


def moment(when: float | datetime, clock: Clock = system_clock) -> str:
    """Return a time, in seconds since the epoch or aware, as "2026-01-31 12:00:00 UTC (…)"."""
    seconds = when.timestamp() if isinstance(when, datetime) else float(when)
    try:
        written = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{when} (no date)"
    return f"{written} ({distance(seconds - clock())})"


def expiry(end: float, clock: Clock = system_clock) -> str:
    """Return the day something ends, in UTC: "2026-01-31", "expired 2024-01-31" once it has."""
    try:
        day = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return f"{end} (no date)"
    return f"expired {day}" if end <= clock() else day
