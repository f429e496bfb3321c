"""Accounts A to E and their contacts, asked for by FetchXML."""

from typing import Any

import pytest

from support.estate import Answer, Client
from support.fetching import document, fetch, filtered, holds
from xrm.wire.http import Headers

MARK = "fetching"
OURS = filtered(holds("accountnumber", "eq", MARK))
BY_NAME = "<order attribute='name'/>"


def covers(*items: str) -> pytest.MarkDecorator:
    """Mark what a test proves of FetchXML."""
    return pytest.mark.covers(*(f"fetch: {item}" for item in items))


def accounts(client: Client) -> dict[str, Any]:
    """Make accounts A to E, and return the keys of the contacts.

    Ann is the contact of A and B, Bob of C; D and E have none.
    """
    keys: dict[str, Any] = {}
    for name, town in (("Ann", "Aachen"), ("Bob", "Bonn")):
        record = {"lastname": name, "jobtitle": town, "annualincome": 7.5}
        keys[name] = client.post("contacts", record).created
    for name, contact, size in (("A", "Ann", 1), ("B", "Ann", 2), ("C", "Bob", 2),
                                ("D", None, 3), ("E", None, None)):  # fmt: skip
        record = {"name": name, "accountnumber": MARK, "numberofemployees": size,
                  "address1_city": "Aachen" if name in "AC" else None}  # fmt: skip
        if contact:
            record["primarycontactid@odata.bind"] = f"/contacts({keys[contact]})"
        assert client.post("accounts", record).status == 204
    return keys


def link(inside: str = "", **attributes: str) -> str:
    """Return a link to the primary contact, some attributes changed; names with `_` for `-`."""
    given = {"name": "contact", "from": "contactid", "to": "primarycontactid"} | attributes
    text = " ".join(f"{name.replace('_', '-')}='{value}'" for name, value in given.items())
    return f"<link-entity {text}>{inside}</link-entity>"


def ask(
    client: Client, inside: str, *, headers: Headers = (), query: str = "", **attributes: Any
) -> Answer:
    """Ask for these accounts."""
    text = document("account", inside + OURS, **attributes)
    return fetch(client, "accounts", text, query, headers=headers)


def names(answer: Answer) -> str:
    """Return the letters of the accounts that came, in order."""
    return "".join(row["name"] for row in answer.rows)
