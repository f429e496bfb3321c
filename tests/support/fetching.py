"""FetchXML sent to the Web API, and documents of it put together."""

from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from support.estate import Answer, Client
from xrm.wire.http import Headers

ALL: Headers = (("prefer", 'odata.include-annotations="*"'),)
CRM = "@Microsoft.Dynamics.CRM."


def fetch(
    client: Client, path: str, text: str, query: str = "", *, headers: Headers = ()
) -> Answer:
    """Ask a set, or a record's collection, with a FetchXML document."""
    return client.send("GET", path, f"fetchXml={quote(text, safe='')}{query}", headers=headers)


def document(entity: str, inside: str = "", **attributes: Any) -> str:
    """Return a fetch of an entity; names of attributes with `_` for `-`."""
    named = "".join(
        f" {name.replace('_', '-')}={quoteattr(str(value))}" for name, value in attributes.items()
    )
    return f"<fetch{named}><entity name={quoteattr(entity)}>{inside}</entity></fetch>"


def holds(column: str, operator: str, *values: Any, **attributes: str) -> str:
    """Return a condition: one value as attribute, several as elements."""
    named = "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
    head = f"<condition attribute={quoteattr(column)} operator={quoteattr(operator)}{named}"
    if len(values) == 1:
        return f"{head} value={quoteattr(str(values[0]))}/>"
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f"{head}>{inside}</condition>"


def filtered(*items: str, word: str = "and") -> str:
    return f"<filter type='{word}'>{''.join(items)}</filter>"


def selected(*names: str) -> str:
    return "".join(f"<attribute name='{name}'/>" for name in names)
