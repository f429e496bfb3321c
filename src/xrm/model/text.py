"""The fold key: text as it is compared, sorted, grouped and kept unique.

Case- and width-insensitive, accent-sensitive, trailing blanks ignored, as the service's own
collation is; computed here so that both engines answer alike.
"""

import unicodedata
from collections.abc import Sequence

_MARK = "\x00"
"""No text that is kept holds it."""
_WIDTH = ("<wide>", "<narrow>")


def _narrow(character: str) -> str:
    decomposition = unicodedata.decomposition(character)
    if decomposition.startswith(_WIDTH):
        return "".join(chr(int(point, 16)) for point in decomposition.split()[1:])
    return character


def fold(text: str) -> str:
    """Return the fold key of a text. Two texts are equal to the service if their keys are."""
    if text.isascii():
        return text.lower().rstrip(" ")
    narrowed = "".join(map(_narrow, text))
    return unicodedata.normalize("NFC", narrowed.casefold()).rstrip(" \u3000")


def fold_all(texts: Sequence[str]) -> list[str]:
    """Return the fold keys of texts; those of plain ones are made all at once."""
    whole = _MARK.join(texts)
    blank = " " + _MARK in whole or whole.endswith(" ")
    if blank or not whole.isascii() or whole.count(_MARK) != len(texts) - 1:
        return [fold(text) for text in texts]
    return whole.lower().split(_MARK)
