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
from urllib.parse import urlencode, urlsplit

ANSWER_TIMEOUT_SECONDS = 20

Check = Callable[[str, Any], None]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One kind of request to one origin; the paths and the bodies are taken in turn.

    `fresh` makes the body where each may be sent only once. `status` is what a sane answer has;
    `check` looks at its content as `read` gives it, and only where there is one; of a redirect,
    at its address. Answers that take as long as a burst are waited for (`slow`).
    """

    origin: str
    trusted: Path
    paths: tuple[str, ...]
    check: Check
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    bodies: tuple[str, ...] = ("",)
    fresh: Callable[[], str] | None = None
    status: int = 200
    read: Callable[[bytes], Any] = json.loads
    slow: bool = False

    def requests(self, seconds: float) -> list[tuple[str, str]]:
        """Return the paths and bodies of a burst of so many seconds, in the order to send them.

        Bodies that may be sent once are made for as long as the burst will last: the server,
        which has more to do for each on a core like this one, cannot use them up.
        """
        if self.fresh is None:
            paths, bodies = itertools.cycle(self.paths), itertools.cycle(self.bodies)
            longest = max(len(self.paths), len(self.bodies))
            return list(itertools.islice(zip(paths, bodies, strict=False), longest))
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
            said = f"{exchange.origin}{path}: {answer.status} {text[:500]!r}"
            assert answer.status == exchange.status, said
            redirected = 300 <= answer.status < 400
            content = exchange.read(text) if text and not redirected else None
            exchange.check(path, answer.getheader("location") if redirected else content)
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
