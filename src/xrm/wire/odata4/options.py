"""The query options of a URL (OData 4.0 part 2, 5.1), told from names the service ignores."""

from collections.abc import Iterable
from dataclasses import dataclass

from xrm.wire.odata4.errors import ODataError

MAX_TOP = 5000
_KNOWN = {"$select", "$filter", "$orderby", "$top", "$count", "$skiptoken"}
_LATER = {"$expand", "$apply"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the query options say, still as text where names must be resolved."""

    select: tuple[str, ...] | None = None
    filter: str | None = None
    order: str | None = None
    top: int | None = None
    skiptoken: str | None = None


def read_options(pairs: Iterable[tuple[str, str]]) -> Options:
    """Return the system query options among the pairs of a query.

    Raises ODataError for one that is unknown, repeated, or has a value of the wrong form.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if not name.startswith("$"):
            continue
        if name in _LATER or name not in _KNOWN:
            raise ODataError(f"The query parameter {name} is not supported.")
        if name in found:
            raise ODataError(
                f"Query option '{name}' was specified more than once, but it must be specified "
                "at most once."
            )
        found[name] = value
    if "$count" in found:
        raise ODataError("The query parameter $count is not supported.")
    return Options(
        select=_names(found["$select"]) if "$select" in found else None,
        filter=found.get("$filter"),
        order=found.get("$orderby"),
        top=_top(found["$top"]) if "$top" in found else None,
        skiptoken=found.get("$skiptoken"),
    )


def _names(text: str) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in text.split(","))
    return None if names in (("*",), ("",)) else names


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ODataError(
            f"Invalid value '{text[:50]}' for $top query option found. The $top query option "
            "requires a non-negative integer value."
        )
    return int(text)
