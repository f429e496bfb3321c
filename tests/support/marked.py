"""Contacts that are told from all others by a mark, and what filters find among them."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from support.estate import Client


def given(client: Client, records: Iterable[Mapping[str, Any]]) -> str:
    """Create contacts with a mark of their own; return the mark."""
    mark = uuid.uuid4().hex[:20]
    for record in records:
        answer = client.post("contacts", {"lastname": "Query", "employeeid": mark} | record)
        assert answer.status == 204, answer.document
    return mark


def find(client: Client, mark: str, text: str, name: str = "jobtitle") -> list[Any]:
    """Return the column of the marked contacts a filter finds, in no order."""
    found = client.column("contacts", name, filter=f"employeeid eq '{mark}' and ({text})")
    return sorted(found, key=lambda value: (value is not None, value))


def quoted(text: str) -> str:
    """Return a text as a literal."""
    return "'" + text.replace("'", "''") + "'"
