"""What else is XML: a property, links, the service document and errors (OData 2.0 Atom)."""

import re
from collections.abc import Sequence

from xrm.wire import xml
from xrm.wire.odata2.entries import Property
from xrm.wire.odata2.kinds import APP, ATOM, COMPLEX, DATA, META, qualified
from xrm.wire.odata2.values import write_text

DECLARATION = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Return text as it stands in an element; what no XML may hold is replaced."""
    return xml.escape(_NOT_XML.sub("\ufffd", value))


def element(item: Property, *, spaces: str = "") -> str:
    """Return a property as an element of the data's namespace; `spaces` declares namespaces."""
    if item.kind not in COMPLEX:
        return _primitive(item.name, item.kind, item.value, spaces)
    members = COMPLEX[item.kind]
    inner = "".join(
        _primitive(name, members[name], value, "") for name, value in item.value.items()
    )
    return f'<d:{item.name}{spaces} m:type="{qualified(item.kind)}">{inner}</d:{item.name}>'


def _primitive(name: str, kind: str, value: object, spaces: str) -> str:
    typed = "" if kind == "Edm.String" else f' m:type="{kind}"'
    if value is None:
        return f'<d:{name}{spaces}{typed} m:null="true" />'
    written = text(write_text(kind, value))
    # Without it, readers may drop the blanks at both ends.
    kept = ' xml:space="preserve"' if written != written.strip() else ""
    return f"<d:{name}{spaces}{typed}{kept}>{written}</d:{name}>"


def write_property(item: Property) -> bytes:
    """Return the document of one property."""
    spaces = f' xmlns:d="{DATA}" xmlns:m="{META}"'
    return (DECLARATION + element(item, spaces=spaces)).encode()


def write_link(uri: str) -> bytes:
    """Return the document of one link."""
    return f'{DECLARATION}<uri xmlns="{DATA}">{text(uri)}</uri>'.encode()


def write_links(uris: Sequence[str], total: int | None, following: str | None) -> bytes:
    """Return the document of links; `total` counts those of all pages."""
    inner = "".join(f"<uri>{text(uri)}</uri>" for uri in uris)
    count = "" if total is None else f'<m:count xmlns:m="{META}">{total}</m:count>'
    more = "" if following is None else f"<next>{text(following)}</next>"
    return f'{DECLARATION}<links xmlns="{DATA}">{count}{inner}{more}</links>'.encode()


def write_sets(names: Sequence[str], root: str) -> bytes:
    """Return the service document (RFC 5023 8)."""
    collections = "".join(
        f'<collection href="{name}"><atom:title>{name}</atom:title></collection>' for name in names
    )
    return (
        f'{DECLARATION}<service xml:base="{xml.quote(root)}" xmlns:atom="{ATOM}" '
        f'xmlns:app="{APP}" xmlns="{APP}"><workspace><atom:title>Default</atom:title>'
        f"{collections}</workspace></service>"
    ).encode()


def write_error(code: str, message: str) -> bytes:
    """Return the error document."""
    return (
        f'{DECLARATION}<error xmlns="{META}"><code>{text(code)}</code>'
        f'<message xml:lang="en-US">{text(message)}</message></error>'
    ).encode()
