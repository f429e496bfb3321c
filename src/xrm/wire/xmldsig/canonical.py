"""Texts of the canonical form, for who writes it straight away (Exclusive XML C14N 1.0).

What is put together of them, with attributes in order and every element closed by a tag of its
own, is signed as it is: no tree is built for it, and none is canonicalized.
"""

import re

_PLAIN = re.compile(r"[ !#-%'-;=?-~]*")
"""What stands for itself anywhere: most texts of a token, found by one look."""
_ALLOWED = re.compile("[\t\n\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)


def text(value: str) -> str:
    """Return what stands in an element. Raises ValueError for a character that XML has not."""
    return value if _PLAIN.fullmatch(value) else _spelled(value, _IN_TEXT)


def attribute(value: str) -> str:
    """Return what stands in an attribute. Raises ValueError for a character that XML has not."""
    return value if _PLAIN.fullmatch(value) else _spelled(value, _IN_ATTRIBUTE)


def _spelled(value: str, references: dict[int, str]) -> str:
    if _ALLOWED.fullmatch(value) is None:
        raise ValueError("A character of the text cannot stand in XML.")
    return value.translate(references)
