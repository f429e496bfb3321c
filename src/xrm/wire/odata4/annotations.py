"""Which annotations a client would like beside what it asked for (OData 4.0 part 1, 8.2.8.4)."""

from dataclasses import dataclass

FORMATTED = "OData.Community.Display.V1.FormattedValue"
ATTRIBUTE_NAME = "OData.Community.Display.V1.AttributeName"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True, slots=True)
class Annotations:
    """Patterns of names, with a `*` at the end or without; `text` is how they were asked for."""

    text: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def include(self, name: str) -> bool:
        """Tell whether the annotation of that name is wanted."""
        return _matches(self.wanted, name) and not _matches(self.unwanted, name)


NO_ANNOTATIONS = Annotations("", (), ())


def read_annotations(text: str) -> Annotations:
    """Return the patterns of a list; one after a minus sign is not wanted."""
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
