"""One element: its attributes and children, as strictly as the service takes them.

Attributes nobody knows are left aside, as the service does with those of its own designers
(`uiname`, `uitype`); so is text between elements.
"""

import re
from collections.abc import Iterator

from lxml import etree

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.wire.fetchxml.refusals import refused
from xrm.wire.xml import Limits, XmlError, parse

Element = etree._Element
LIMITS = Limits(size=4_000_000, depth=100, elements=50_000, attributes=64, text=2_000_000)
"""How large a question may be; a link or filter more than these allow holds too many anyway."""
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_NUMBER = re.compile(r"\s*\+?(\d{1,10})\s*", re.ASCII)
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST = 2**31


def document(text: str) -> Element:
    """Return the `fetch` element of a document. Raises ServiceError for what is none."""
    if not text.strip():
        raise refused(service.NO_XML)
    # It is no longer in the charset that its declaration names.
    plain = re.sub(r"^\s*<\?xml\s[^>]{0,200}\?>", "", text)
    try:
        root = parse(plain.encode(), charset="utf-8", limits=LIMITS)
    except (XmlError, UnicodeEncodeError) as error:
        raise refused(service.INVALID_XML) from error
    if root.tag != "fetch":
        raise refused(service.INVALID_XML)
    return root


def children(element: Element, known: frozenset[str]) -> Iterator[Element]:
    """Yield the child elements. Raises ServiceError 0x8004111c for a name not known there."""
    for child in element:
        if not isinstance(child.tag, str):
            continue  # a comment
        if child.tag not in known:
            raise refused(service.INVALID_NODE, f"NodeName = {child.tag[:100]}")
        yield child


def required(element: Element, name: str) -> str:
    """Return an attribute. Raises ServiceError 0x8004111e where it is missing."""
    text = element.get(name)
    if not text:
        raise refused(service.ATTRIBUTE_MISSING, f"attribute = {name}")
    return text


def truth(element: Element, name: str, fault: Fault = service.INVALID_TYPE_VALUE) -> bool:
    """Return a yes/no attribute, false where it is absent or empty. Raises `fault`."""
    text = element.get(name)
    if not text:
        return False
    found = _TRUTHS.get(text)
    if found is None:
        raise refused(fault)
    return found


def number(element: Element, name: str) -> int | None:
    """Return a whole number, None where it is absent or empty. Raises ServiceError 0x80041108."""
    text = element.get(name)
    if not text:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None or int(match[1]) >= _MOST:
        raise refused(service.INVALID_TYPE_VALUE, f"{name} = {text[:50]}")
    return int(match[1])


def alias_of(element: Element) -> str:
    """Return an alias, "" where there is none. Raises ServiceError for a character too many."""
    text = element.get("alias", "")
    if text and not _ALIAS.fullmatch(text):
        raise ServiceError(
            service.UNEXPECTED_ARGUMENT,
            f"Invalid character specified for alias: {text[:100]}. Only characters within the "
            "ranges [A-Z], [a-z] or [0-9] or _ are allowed.  The first character may only be in "
            "the ranges [A-Z], [a-z] or _.",
        )
    return text
