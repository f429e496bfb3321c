"""What is sent, and what a sane answer to it is."""

import base64
import http.client
import itertools
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench.leads import COLUMNS, LIST_COLUMNS

ANSWER_TIMEOUT_SECONDS = 20
LIST_SIZE = 50
CITY = "Oslo"

Check = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One kind of request to one origin; the paths are taken in turn.

    `fresh` makes the body where each may be sent only once.
    """

    origin: str
    trusted: Path
    paths: tuple[str, ...]
    check: Check
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    fresh: Callable[[], str] | None = None

    def requests(self, seconds: float) -> list[tuple[str, str]]:
        """Return the paths and bodies of a burst of so many seconds, in the order to send them.

        Bodies that may be sent once are made for as long as the burst will last: the server,
        which has more to do for each on a core like this one, cannot use them up.
        """
        if self.fresh is None:
            return [(path, self.body) for path in self.paths]
        paths, until = itertools.cycle(self.paths), time.monotonic() + seconds
        made = [(next(paths), self.fresh())]
        while time.monotonic() < until:
            made.append((next(paths), self.fresh()))
        return made


def ask(exchange: Exchange) -> None:
    """Send the first and the last path once and check the answers; raise AssertionError if not."""
    where = urlsplit(exchange.origin)
    context = ssl.create_default_context(cafile=str(exchange.trusted))
    connection = http.client.HTTPSConnection(
        where.hostname or "", where.port, context=context, timeout=ANSWER_TIMEOUT_SECONDS
    )
    try:
        requests = exchange.requests(0)
        for path, body in {requests[0], requests[-1]}:
            connection.request(exchange.method, path, body or None, dict(exchange.headers))
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, f"{exchange.origin}{path}: {answer.status} {text[:500]!r}"
            exchange.check(path, json.loads(text))
    finally:
        connection.close()


def token_form(**fields: str) -> tuple[dict[str, str], str]:
    """Return the headers and the body of a client credentials request."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return headers, urlencode({"grant_type": "client_credentials"} | fields)


def check_token(_path: str, answer: dict[str, Any]) -> None:
    """Check that the answer carries an RS256 JWT that lasts."""
    header = answer["access_token"].split(".")[0]
    padded = header + "=" * (-len(header) % 4)
    assert json.loads(base64.urlsafe_b64decode(padded))["alg"] == "RS256"
    assert answer["access_token"].count(".") == 2
    assert int(answer["expires_in"]) > 0


def row_paths(root: str, keys: list[str]) -> tuple[str, ...]:
    """Return one path a key, each asking for all the columns."""
    return tuple(f"{root}leads({key})?$select={','.join(COLUMNS)}" for key in keys)


def check_row(path: str, answer: dict[str, Any]) -> None:
    """Check that the row is the one asked for and whole."""
    assert answer["leadid"] in path
    assert set(COLUMNS) <= set(answer)
    assert answer["lastname"]


def list_path(root: str) -> str:
    """Return the path of fifty rows as they come."""
    return f"{root}leads?$select={','.join(LIST_COLUMNS)}&$top={LIST_SIZE}"


def search_path(root: str) -> str:
    """Return the path of fifty rows out of a filtered, sorted table."""
    wanted = quote(f"address1_city eq '{CITY}' and lastname ge 'C'")
    return f"{list_path(root)}&$filter={wanted}&$orderby=lastname"


def check_list(_path: str, answer: dict[str, Any]) -> None:
    """Check that there are fifty whole rows."""
    assert len(answer["value"]) == LIST_SIZE
    assert all(set(LIST_COLUMNS) <= set(row) for row in answer["value"])


def check_search(path: str, answer: dict[str, Any]) -> None:
    """Check that there are fifty whole rows in order."""
    check_list(path, answer)
    names = [row["lastname"] for row in answer["value"]]
    assert names == sorted(names)
    assert names[0] >= "C"
