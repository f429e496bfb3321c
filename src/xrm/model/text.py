"""The fold key: text as it is compared, sorted, grouped and kept unique.

Case- and width-insensitive, accent-sensitive, trailing blanks ignored, as the service's own
collation is; computed here so that both engines answer alike.
"""

import unicodedata

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
