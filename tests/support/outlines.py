"""Documents in outline, to be compared with what was recorded of real services.

    assert outline(answer.text) == ENVELOPE.format(body=…)

A line is an element as it is spelled, prefix and all, with the names of its attributes; those
below it are indented. What stands between elements, and their content, is left out.
"""

from textwrap import dedent, indent

from lxml import etree


def outline(document: str | bytes | etree._Element) -> str:
    """Return a document or an element in outline."""
    text = document.encode() if isinstance(document, str) else document
    root = etree.fromstring(text) if isinstance(text, bytes) else text
    return "\n".join(_lines(root, ""))


def lines(text: str, *within: str) -> str:
    """Return an outline that a test spells out; `within` names what stands around it."""
    found = dedent(text).strip("\n")
    for name in reversed(within):
        found = f"{name}\n{indent(found, '  ')}"
    return found


def below(text: str) -> str:
    """Return an outline as it stands below another element."""
    return indent(text, "  ")


def _lines(element: etree._Element, margin: str) -> list[str]:
    attributes = sorted(_spelled(element, name) for name in element.attrib)
    told = f" [{' '.join(attributes)}]" if attributes else ""
    found = [f"{margin}{_spelled(element, element.tag)}{told}"]
    for child in element:
        found += _lines(child, f"{margin}  ")
    return found


def _spelled(element: etree._Element, tag: str) -> str:
    name = etree.QName(tag)
    if name.namespace is None:
        return name.localname
    if tag == element.tag:
        prefix = element.prefix
    else:
        spaces = {**element.nsmap, "xml": "http://www.w3.org/XML/1998/namespace"}
        prefix = next(key for key, space in spaces.items() if key and space == name.namespace)
    return f"{prefix}:{name.localname}" if prefix else name.localname
