"""Entries and feeds as Atom, and payloads from it (OData 2.0 Atom; RFC 4287)."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from xrm.wire import xml
from xrm.wire.odata2.entries import Entry, Feed, Link, Linked, Payload
from xrm.wire.odata2.kinds import ATOM, DATA, META, RELATED, SCHEME, qualified
from xrm.wire.odata2.xmlforms import DECLARATION, element, text
from xrm.wire.odata4.errors import ODataError

LIMITS = xml.Limits(size=16 * 1024 * 1024, depth=100, elements=100_000)
MAX_DEPTH = 32
_SPACES = f'xmlns:d="{DATA}" xmlns:m="{META}" xmlns="{ATOM}"'
_WRONG = "Error processing request stream. The request content is not a valid {}."


def write_entry(entry: Entry, root: str, updated: str) -> bytes:
    """Return the document of an entry; `updated` is the time, as RFC 3339 has it."""
    head = f'xml:base="{xml.quote(root)}" {_SPACES}'
    return (DECLARATION + "".join(_entry(entry, root, updated, head))).encode()


def write_feed(feed: Feed, root: str, updated: str) -> bytes:
    """Return the document of a feed."""
    head = f'xml:base="{xml.quote(root)}" {_SPACES}'
    return (DECLARATION + "".join(_feed(feed, root, updated, head))).encode()


def _feed(feed: Feed, root: str, updated: str, head: str = "") -> Iterator[str]:
    yield f"<feed {head}>" if head else "<feed>"
    yield f'<title type="text">{text(feed.title)}</title><id>{text(root + feed.path)}</id>'
    yield f"<updated>{updated}</updated>"
    if feed.total is not None:
        yield f"<m:count>{feed.total}</m:count>"
    yield f'<link rel="self" title="{xml.quote(feed.title)}" href="{xml.quote(feed.path)}" />'
    if not feed.entries:
        yield "<author><name /></author>"
    for entry in feed.entries:
        yield from _entry(entry, root, updated)
    if feed.next is not None:
        yield f'<link rel="next" href="{xml.quote(feed.next)}" />'
    yield "</feed>"


def _entry(entry: Entry, root: str, updated: str, head: str = "") -> Iterator[str]:
    yield f"<entry {head}>" if head else "<entry>"
    yield f'<id>{text(root + entry.path)}</id><title type="text">{text(entry.title)}</title>'
    yield f"<updated>{updated}</updated><author><name /></author>"
    yield f'<link rel="edit" title="{entry.kind}" href="{xml.quote(entry.path)}" />'
    for link in entry.links:
        yield from _link(entry, link, root, updated)
    yield f'<category term="{qualified(entry.kind)}" scheme="{SCHEME}" />'
    yield '<content type="application/xml"><m:properties>'
    for item in entry.properties:
        yield element(item)
    yield "</m:properties></content></entry>"


def _link(entry: Entry, link: Link, root: str, updated: str) -> Iterator[str]:
    kind = "feed" if link.many else "entry"
    head = (
        f'<link rel="{RELATED}{link.name}" type="application/atom+xml;type={kind}" '
        f'title="{link.name}" href="{xml.quote(f"{entry.path}/{link.name}")}"'
    )
    if not link.expanded:
        yield f"{head} />"
        return
    yield f"{head}><m:inline>"
    if isinstance(link.inline, Feed):
        yield from _feed(link.inline, root, updated)
    elif link.inline is not None:
        yield from _entry(link.inline, root, updated)
    yield "</m:inline></link>"


def read_xml(body: bytes, charset: str | None = None) -> etree._Element:
    """Return the root element of a body. Raises ODataError."""
    try:
        return xml.parse(body, charset=charset, limits=LIMITS)
    except xml.XmlError as error:
        raise ODataError(f"Error processing request stream. {error}") from error


def read_payload(root: etree._Element) -> Payload:
    """Return the record an entry describes. Raises ODataError."""
    return _read_entry(root, 0)


def _read_entry(node: etree._Element, depth: int) -> Payload:
    if depth > MAX_DEPTH:
        raise ODataError("Error processing request stream. The payload is nested too deeply.")
    if node.tag != f"{{{ATOM}}}entry":
        raise ODataError(_WRONG.format("entry"))
    kind = next(
        (each.get("term") for each in node.iterchildren(f"{{{ATOM}}}category")
         if each.get("scheme") == SCHEME),
        None,
    )  # fmt: skip
    links = dict(_read_links(node, depth))
    return Payload(kind, node.findtext(f"{{{ATOM}}}id") or None, _properties(node), links)


def _properties(node: etree._Element) -> dict[str, Any]:
    holder = node.find(f"{{{ATOM}}}content/{{{META}}}properties")
    if holder is None:
        holder = node.find(f"{{{META}}}properties")
    return {} if holder is None else dict(read_values(holder))


def read_values(holder: etree._Element) -> Iterator[tuple[str, Any]]:
    """Yield the properties an element holds: text, None, or a mapping of members.

    Raises ODataError for one that stands there twice.
    """
    seen: set[str] = set()
    for child in holder.iterchildren(f"{{{DATA}}}*"):
        name = etree.QName(child).localname
        if name in seen:
            raise ODataError(
                f"Error processing request stream. The property '{name[:100]}' stands there twice."
            )
        seen.add(name)
        yield name, read_element(child)


def read_element(node: etree._Element) -> Any:
    """Return what the element of a property says. Raises ODataError."""
    if node.get(f"{{{META}}}null") == "true":
        return None
    if len(node):
        return dict(read_values(node))
    complex_type = (node.get(f"{{{META}}}type") or "Edm.").startswith("Edm.") is False
    return {} if complex_type else node.text or ""


def _read_links(node: etree._Element, depth: int) -> Iterator[tuple[str, Linked]]:
    seen: dict[str, list[Payload]] = {}
    for link in node.iterchildren(f"{{{ATOM}}}link"):
        relation = link.get("rel") or ""
        if not relation.startswith(RELATED):
            continue
        name = relation.removeprefix(RELATED)
        inline = link.find(f"{{{META}}}inline")
        if inline is not None:
            yield name, _inline(inline, depth)
        elif link.get("href"):
            seen.setdefault(name, []).append(Payload(uri=link.get("href")))
    for name, records in seen.items():
        many = len(records) > 1
        yield name, Linked(many, tuple(records))


def _inline(node: etree._Element, depth: int) -> Linked:
    feed = node.find(f"{{{ATOM}}}feed")
    if feed is not None:
        entries = feed.iterchildren(f"{{{ATOM}}}entry")
        return Linked(many=True, records=tuple(_nested(each, depth) for each in entries))
    entry = node.find(f"{{{ATOM}}}entry")
    return Linked(many=False, records=() if entry is None else (_nested(entry, depth),))


def _nested(node: etree._Element, depth: int) -> Payload:
    """Return a record within another, which is a new one: its id is none yet."""
    found = _read_entry(node, depth + 1)
    return Payload(found.kind, None, found.values, found.links)


def read_uri(root: etree._Element) -> str:
    """Return the URL a link's document names. Raises ODataError."""
    if root.tag not in (f"{{{DATA}}}uri", f"{{{META}}}uri"):
        raise ODataError(_WRONG.format("link"))
    return (root.text or "").strip()
