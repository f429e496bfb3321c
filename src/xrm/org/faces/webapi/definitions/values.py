"""Definition: one document of the catalogue's facts, with what hangs from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union
from uuid import NAMESPACE_OID, uuid5

from xrm.org.faces.webapi.definitions.types import Type

LANGUAGE = 1033

Linked = Union["Definition", Sequence["Definition"], None]


@dataclass(frozen=True, slots=True)
class Definition:
    """What is known of one thing: `values` by property, `links` by navigation property."""

    type: Type
    values: Mapping[str, Any]
    links: Mapping[str, Callable[[], Linked]] = field(default_factory=dict)


def identifier(*names: str) -> str:
    """Return the MetadataId of what bears these names, the same in every organization."""
    return str(uuid5(NAMESPACE_OID, "/".join(("xrm", *names))))


def label(text: str, *names: str, managed: bool = True) -> dict[str, Any]:
    """Return a Label in the base language, of what bears these names; empty without a text."""
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    localized = {
        "Label": text,
        "LanguageCode": LANGUAGE,
        "IsManaged": managed,
        "MetadataId": identifier("label", *names),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [localized], "UserLocalizedLabel": localized}
