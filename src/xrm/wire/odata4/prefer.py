"""The `Prefer` header: what a client would like, and what was applied (RFC 7240; OData 4.0
part 1, 8.2.8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from xrm.wire.odata4.annotations import NO_ANNOTATIONS, Annotations, read_annotations
from xrm.wire.odata4.errors import ODataError

MAX_PAGE_SIZE = 5000
_MOST_PREFERENCES = 50
_PREFERENCE = re.compile(
    r"(?P<name>[\w.-]+)(?:\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<token>[^\s,;\"]*)))?", re.ASCII
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a request prefers; what is not understood is left out."""

    representation: bool = False
    minimal: bool = False
    page_size: int | None = None
    annotations: Annotations = NO_ANNOTATIONS
    continue_on_error: bool = False


NONE = Preferences()


def read_preferences(lines: Iterable[str]) -> Preferences:
    """Return what the lines of `Prefer` say; the first word on a matter counts.

    Raises ODataError for a page size that is no integer.
    """
    found: dict[str, str] = {}
    for line in lines:
        for match in list(_PREFERENCE.finditer(line))[:_MOST_PREFERENCES]:
            value = match["token"] if match["quoted"] is None else match["quoted"]
            found.setdefault(match["name"].lower(), value or "")
    if not found:
        return NONE
    returned = found.get("return", "").lower()
    return Preferences(
        representation=returned == "representation",
        minimal=returned == "minimal",
        page_size=_page_size(found.get("odata.maxpagesize")),
        annotations=read_annotations(found.get("odata.include-annotations", "")),
        continue_on_error="odata.continue-on-error" in found,
    )


def _page_size(text: str | None) -> int | None:
    """Return a page size; one the service does not serve is passed over."""
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise ODataError(
            f"Invalid value '{text[:50]}' for odata.maxpagesize preference header found. The "
            "odata.maxpagesize preference header requires an integer value."
        )
    return size if 0 < (size := int(text)) <= MAX_PAGE_SIZE else None
