"""The nine known ways of wrapping a signed assertion (Somorovsky et al., 2012), in either version.

`wrapped(kind, genuine, evil)` returns what is shown in place of the token: one text, or two that
stand beside each other. `evil` says something else and is unsigned.
"""

import copy

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f"{{{DS}}}Signature"
KINDS = range(1, 10)
BESIDE = frozenset({3, 5, 7, 9})
"""The kinds that show two elements."""
_SAME_ID = frozenset({8, 9})


def wrapped(kind: int, genuine: etree._Element, evil: etree._Element) -> list[str]:
    """Return the texts of one kind; neither element is changed."""
    genuine, evil = copy.deepcopy(genuine), copy.deepcopy(evil)
    name = next(name for name in ("ID", "AssertionID") if name in genuine.attrib)
    evil.set(name, str(genuine.get(name)) if kind in _SAME_ID else "_evil")
    if kind == 4:
        evil.append(genuine)
        return [_text(evil)]
    if kind in (3, 9):
        return [_text(evil), _text(genuine)]
    signature = genuine.find(SIGNATURE)
    assert signature is not None
    at = genuine.index(signature)
    genuine.remove(signature)
    if kind == 7:
        genuine.append(signature)
        extensions = etree.Element("Extensions")
        extensions.append(evil)
        return [_text(extensions), _text(genuine)]
    places = {6: at, 8: 0}
    evil.insert(places.get(kind, len(evil)), signature)
    if kind in (1, 6):
        signature.append(genuine)
    elif kind == 8:
        etree.SubElement(signature, f"{{{DS}}}Object").append(genuine)
    elif kind == 2:
        evil.append(genuine)
    else:
        return [_text(evil), _text(genuine)]
    return [_text(evil)]


def _text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)
