"""A running internet-facing server, as clients of old sit before it: see `old_clients`."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx2

from support.old_clients import PYTHON, ask, call, send, who
from support.old_texts import Client, Issued, Place
from xrm.testing import Person, Server

Change = Callable[[str], str]


class Desk:
    """A place, a connection to it, and whom its person is there."""

    def __init__(self, server: Server, http: httpx2.Client, person: Person) -> None:
        self.facts = server.facts
        self.http = http
        self.place = Place(
            trust=f"{self.facts.adfs_url}/services/trust",
            service=self.facts.organization_service_url,
            name=person.username,
            password=person.password.reveal(),
            clock=time.time,
        )
        self.user = who(send(http, *call(self.place, PYTHON, self.issued(PYTHON))))

    def issued(self, client: Client, change: Change | None = None) -> Issued:
        """Return what a client reads of the answer to its request, which may be changed."""
        url, text, kind = ask(self.place, client)
        answer = send(self.http, url, text if change is None else change(text), kind)
        assert answer.status_code == 200, answer.text
        return client.read(answer.text)

    def caller(self, client: Client, issued: Issued, change: Change | None = None) -> str:
        """Return who a service takes the sender for of a message, which may be changed."""
        url, text, kind = call(self.place, client, issued)
        return who(send(self.http, url, text if change is None else change(text), kind))

    def refused(self, **changes: str) -> httpx2.Response:
        """Return the answer to a request of another name or password."""
        return send(self.http, *ask(replace(self.place, **changes), PYTHON))  # type: ignore[arg-type]


@contextmanager
def desks() -> Iterator[Desk]:
    """Start a server, and yield a desk of a person at it."""
    with Server(deployment="ifd") as server:
        context = ssl.create_default_context(cafile=server.facts.ca_bundle)
        with httpx2.Client(verify=context, timeout=60) as http:
            yield Desk(server, http, server.person())
