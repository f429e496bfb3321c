"""XML from strangers: read within limits, without entities, DTDs or anything outside the text."""

import ctypes
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from lxml import etree


class XmlError(ValueError):
    """What was sent is not XML, or is more than is read of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read.

    `size` is in bytes, `attribute_size` and `text` in characters of one value; `attributes` are
    those of one element, `depth` counts elements in one another, `namespaces` the declarations
    that one element can look up.
    """

    size: int = 16 * 1024 * 1024
    depth: int = 100
    elements: int = 500_000
    attributes: int = 64
    attribute_size: int = 64 * 1024
    namespaces: int = 100
    text: int = 10_000_000


LIMITS = Limits()
"""For requests."""
ANSWERS = Limits(size=256 * 1024 * 1024, elements=10_000_000)
"""For the answers of a service one has signed in to."""

CHARSETS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
"""The charsets that are read, with Python's names of them."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARATION = re.compile(
    rb"<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:\"1\.0\"|'1\.0')"
    rb"(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:\"([\w.-]{1,40})\"|'([\w.-]{1,40})'))?"
    rb"(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:\"(?:yes|no)\"|'(?:yes|no)'))?"
    rb"[ \t\r\n]*\?>"
)
_VALUE = re.compile(rb"=[ \t\r\n]*[\"']")
_BLANK = re.compile(rb"[ \t\r\n]*")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_QUOTED = re.compile('[&<>"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_NAMES_FOR = 1024 * 1024
"""How much is parsed in a thread, in bytes, before its table of names is let go."""
_CHECKS: dict[Limits, tuple[tuple[etree.XPath, str], ...]] = {}


def parse(data: bytes, *, charset: str | None = None, limits: Limits = LIMITS) -> etree._Element:
    """Return the root element of a document, without its comments. Raises XmlError.

    `charset` is that of the content type; the document must be in it (RFC 7303 3.2). Without
    one the document's own word counts. Neither a DTD nor a processing instruction is taken
    (SOAP 1.2 5).
    """
    if len(data) > limits.size:
        raise XmlError("The document is too large.")
    text = _encoded(data, charset)
    _check_prolog(text)
    tags, equals = text.count(b"<"), text.count(b"=")
    if tags > 2 * limits.elements + 1000:
        raise XmlError("The document has too many elements.")
    if equals > limits.elements < len(_VALUE.findall(text)):
        raise XmlError("The document has too many attributes.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        recover=False,
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError(_reason(error)) from None
    finally:
        _names.parsed(len(text))
    if b"<?" in text:
        _check_instructions(root)
    _check_tree(root, limits, ((tags + 1) // 2, equals, len(text), len(text)))
    if text.count(b"xmlns") > limits.namespaces:
        _check_namespaces(root, limits.namespaces)
    return root


class _Names(threading.local):
    """The names this thread was sent.

    lxml has one table of names for each thread and never takes one out: strangers who send new
    names would fill the memory. Documents keep the table they were read with, so the thread can
    be given another. There is no way to say so but to take it from where lxml keeps it.
    """

    size = 0

    def parsed(self, size: int) -> None:
        """Let the table go if much was parsed since the last time."""
        self.size += size
        if self.size > _NAMES_FOR:
            self.size = 0
            place = ctypes.cast(_thread_state(), ctypes.py_object).value
            place.pop("_ParserDictionaryContext", None)


_thread_state = ctypes.pythonapi.PyThreadState_GetDict
_thread_state.restype = ctypes.c_void_p  # as an object it would be let go of, and is only lent
_names = _Names()


def _reason(error: Exception) -> str:
    return f"The document is not well-formed: {str(error)[:200]}"


def _encoded(data: bytes, charset: str | None) -> bytes:
    """Return the document in UTF-8, without its mark and its declaration."""
    stated = None if charset is None else charset.strip().strip('"').lower()
    mark, codec = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    wanted = "utf-8" if stated is None else CHARSETS.get(stated)
    if stated is None and codec:
        wanted = codec
    if wanted is None:
        raise XmlError(f"The charset '{(stated or '')[:40]}' is not supported.")
    if wanted == "utf-16":
        wanted = codec if codec.startswith("utf-16") else "utf-16-be"
    if codec and codec != wanted:
        raise XmlError("The document is not in the charset that was stated.")
    body = data[len(mark) :]
    try:
        text = body if wanted == "utf-8" else body.decode(wanted).encode()
    except UnicodeError:
        raise XmlError("The document is not in the charset that was stated.") from None
    return _undeclared(text, wanted)


def _undeclared(text: bytes, codec: str) -> bytes:
    if not text.startswith(b"<?xml") or text[5:6] not in (b" ", b"\t", b"\r", b"\n"):
        return text
    found = _DECLARATION.match(text)
    if found is None:
        raise XmlError("The XML declaration is not valid.")
    named = (found[1] or found[2] or b"").decode("ascii", "replace").lower()
    if named and CHARSETS.get(named, "?").split("-")[:2] != codec.split("-")[:2]:
        raise XmlError("The XML declaration names another charset than the document is in.")
    return text[found.end() :]


def _check_prolog(text: bytes) -> None:
    """Refuse a DTD before anything of it is read."""
    place = 0
    while True:
        found = _BLANK.match(text, place)
        place = place if found is None else found.end()
        if text.startswith(b"<!--", place):
            end = text.find(b"-->", place)
            if end < 0:
                raise XmlError("The document is not well-formed: a comment has no end.")
            place = end + 3
            continue
        if text.startswith((b"<!", b"<?"), place):
            raise XmlError("Processing instructions and DTDs are not supported.")
        return


def _checks(limits: Limits) -> tuple[tuple[etree.XPath, str], ...]:
    known = _CHECKS.get(limits)
    if known is None:
        rows = (
            ("/*" * (limits.depth + 1), "Elements are nested too deeply."),
            (f"//*[count(@*) > {limits.attributes}]", "An element has too many attributes."),
            (f"//@*[string-length() > {limits.attribute_size}]", "An attribute is too long."),
            (f"//text()[string-length() > {limits.text}]", "A text is too long."),
        )
        known = tuple((etree.XPath(f"boolean({path})"), text) for path, text in rows)
        _CHECKS[limits] = known
    return known


def _check_instructions(root: etree._Element) -> None:
    # Not by XPath: libxml2 compares each of these nodes with all it has found before.
    instructions = chain(root.iter(etree.PI), root.itersiblings(etree.PI))
    if next(instructions, None) is not None:
        raise XmlError("Processing instructions are not supported.")


def _check_tree(root: etree._Element, limits: Limits, bounds: tuple[int, int, int, int]) -> None:
    """Refuse what goes beyond the limits.

    `bounds` are the most there can be in a document of its size: of what is nested, attributes
    of one element, characters of an attribute, of a text. What cannot be is not looked for.
    """
    most = (limits.depth, limits.attributes, limits.attribute_size, limits.text)
    for (check, text), bound, limit in zip(_checks(limits), bounds, most, strict=True):
        if bound > limit and check(root):
            raise XmlError(text)


def _check_namespaces(root: etree._Element, most: int) -> None:
    """Refuse more declarations than may be looked up: each lookup passes all of them."""
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        depth += 1 if event == "start-ns" else -1
        if depth > most:
            raise XmlError("Too many namespaces are declared.")


def _reference(found: re.Match[str]) -> str:
    character = found[0]
    return _NAMED.get(character) or f"&#x{ord(character):X};"


def is_plain(text: str) -> bool:
    """Tell whether a text stands in an element as it is."""
    if text.isprintable() and "&" not in text and "<" not in text and ">" not in text:
        return True
    return _SPECIAL.search(text) is None


def escape(text: str) -> str:
    """Return text as it stands in an element.

    A character that XML has not is written as a reference all the same, as .NET does.
    """
    return text if is_plain(text) else _SPECIAL.sub(_reference, text)


def quote(text: str) -> str:
    """Return text as it stands in an attribute, within its quotation marks."""
    return _QUOTED.sub(_reference, text)
