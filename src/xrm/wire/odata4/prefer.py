"""The `Prefer` header: what a client would like, and what was applied (RFC 7240; OData 4.0
part 1, 8.2.8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_PAGE_SIZE = 5000
_MOST_PREFERENCES = 50
_PREFERENCE = re.compile(
    r"[\s,;]*(?P<name>[\w.-]+)(?:\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<token>[^\s,;\"]*)))?"
)
_DIGITS = re.compile(r"[0-9]{1,9}")

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True, slots=True)
class Annotations:
    """Which annotations a client would like: `text` as it asked for them."""

    text: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def include(self, name: str) -> bool:
        """Tell whether the annotation of that name is wanted."""
        return _matches(self.wanted, name) and not _matches(self.unwanted, name)


NO_ANNOTATIONS = Annotations("", (), ())


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
    """Return what the lines of `Prefer` say; the first word on a matter counts."""
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
        page_size=_page_size(found.get("odata.maxpagesize", "")),
        annotations=_annotations(found.get("odata.include-annotations", "")),
        continue_on_error="odata.continue-on-error" in found,
    )


def _page_size(text: str) -> int | None:
    return min(int(text), MAX_PAGE_SIZE) or None if _DIGITS.fullmatch(text) else None


def _annotations(text: str) -> Annotations:
    patterns = [part.strip() for part in text.split(",") if part.strip()]
    if not patterns:
        return NO_ANNOTATIONS
    wanted = tuple(each for each in patterns if not each.startswith("-"))
    return Annotations(text, wanted, tuple(each[1:] for each in patterns if each.startswith("-")))


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
        for pattern in patterns
    )
