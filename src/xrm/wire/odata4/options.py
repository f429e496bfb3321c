"""The query options of a URL (OData 4.0 part 2, 5.1), told from names the service ignores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xrm.wire.odata4.errors import ODataError

MAX_TOP = 5000
_KNOWN = {"$select", "$filter", "$orderby", "$top", "$count", "$skiptoken"}
_REFUSED = {"$skip": "Skip Clause is not supported in CRM"}
_NOT_EMPTY = _KNOWN - {"$select", "$skiptoken"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the query options say, still as text where names must be resolved.

    `aliases` are the parameter aliases by their names, `@` included.
    """

    select: tuple[str, ...] | None = None
    filter: str | None = None
    order: str | None = None
    top: int | None = None
    skiptoken: str | None = None
    count: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)


def read_options(pairs: Iterable[tuple[str, str]]) -> Options:
    """Return the system query options among the pairs of a query.

    Raises ODataError for one that is unknown, repeated, or has a value of the wrong form.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name[:1] not in ("$", "@"):
            continue
        if name[0] == "$" and name not in _KNOWN:
            default = f"The query parameter {name} is not supported."
            raise ODataError(_REFUSED.get(name, default))
        if name in found:
            raise ODataError(
                f"Query option '{name}' was specified more than once, but it must be specified "
                "at most once."
            )
        if not value.strip() and name in _NOT_EMPTY:
            raise ODataError(f"The value for OData query '{name}' cannot be empty.")
        found[name] = value
    return Options(
        select=_names(found["$select"]) if "$select" in found else None,
        filter=found.get("$filter"),
        order=found.get("$orderby"),
        top=_top(found["$top"]) if "$top" in found else None,
        skiptoken=found.get("$skiptoken"),
        count=_truth(found.get("$count", "false")),
        aliases={name: value for name, value in found.items() if name[0] == "@"},
    )


def _names(text: str) -> tuple[str, ...] | None:
    # The official samples end a list with a comma; `*` holds every other name.
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    return None if "*" in names or not names else names


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ODataError(
            f"Invalid value '{text[:50]}' for $count query option found. Valid values are "
            "'true' and 'false'."
        )
    return text == "true"


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ODataError(
            f"Invalid value '{text[:50]}' for $top query option found. The $top query option "
            "requires a non-negative integer value."
        )
    return int(text)
