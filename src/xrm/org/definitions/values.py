"""Definition: one document of the catalogue's facts, with what hangs from it, and its labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union
from uuid import NAMESPACE_OID, uuid5

from xrm.org.definitions.types import Type
from xrm.org.metadata.languages import BASE, Language

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


@dataclass(frozen=True, slots=True)
class Wording:
    """What labels are told in: an organization's languages, the base one first; the reader's."""

    languages: tuple[Language, ...]
    reader: Language

    def label(
        self, text: Callable[[Language], str | None], *names: str, managed: bool = True
    ) -> dict[str, Any]:
        """Return a Label of what bears these names, whose `text` a language gives.

        It is empty without a text. The user's is of the base language where theirs has none.
        """
        told = {
            language.lcid: _localized(written, language, names, managed=managed)
            for language in self.languages
            if (written := text(language))
        }
        own = told.get(self.reader.lcid) or told.get(BASE)
        return {"LocalizedLabels": list(told.values()), "UserLocalizedLabel": own}


def _localized(
    text: str, language: Language, names: tuple[str, ...], *, managed: bool
) -> dict[str, Any]:
    own = () if language.is_base else (str(language.lcid),)
    return {
        "Label": text,
        "LanguageCode": language.lcid,
        "IsManaged": managed,
        "MetadataId": identifier("label", *names, *own),
        "HasChanged": None,
    }
