"""A running farm and organization, somebody who has a token, and what they send, changed."""

import itertools
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from support.names import environment
from support.old_clients import PYTHON, ask, call, send
from support.old_texts import WSSE, Issued, Place, message, signature, stamp
from support.served import Served, serving

SOAP = "application/soap+xml; charset=utf-8"
_COUNT = itertools.count()


@dataclass(frozen=True)
class Scene:
    """The server, a connection, who asks, and a token of theirs for the organization."""

    served: Served
    http: httpx2.Client
    place: Place
    issued: Issued

    def sent(self, change: Callable[[str], str] = str) -> httpx2.Response:
        """Return the answer to a new WhoAmI, changed."""
        url, text, kind = call(self.place, PYTHON, self.issued)
        return send(self.http, url, change(new_id(text)), kind)

    def asked(self, change: Callable[[str], str] = str, to: str = "") -> httpx2.Response:
        """Return the answer to a request for a token, changed."""
        url, text, kind = ask(self.place, PYTHON)
        return send(self.http, to or url, change(text), kind)

    def shown(self, token: str, secret: bytes = bytes(32)) -> httpx2.Response:
        """Return the farm's answer to who signs in by a token."""
        url = f"{self.place.trust}/13/issuedtokenmixedsymmetricbasic256"
        times = stamp(self.place.moment(), self.place.moment(after=300))
        signed = signature(Issued(token, secret, "_a"), times)
        header = f'<o:Security xmlns:o="{WSSE}">{times}{token}{signed}</o:Security></s:Header>'
        text = ask(self.place, PYTHON)[1]
        text = re.sub(r"<o:Security.*</s:Header>", lambda _: header, text)
        return send(self.http, url, text, SOAP)

    def brought(self, token: str) -> httpx2.Response:
        """Return the organization's answer to who brings a bearer's token."""
        times = stamp(self.place.moment(), self.place.moment(after=300))
        held = f'<o:Security xmlns:o="{WSSE}">{times}{token}</o:Security>'
        return send(self.http, self.place.service, message(self.place, held), SOAP)


def new_id(text: str) -> str:
    """Return a message with an id of its own."""
    return re.sub(r"urn:uuid:[^<]*", f"urn:uuid:{next(_COUNT)}", text, count=1)


@contextmanager
def scenes() -> Iterator[Scene]:
    """Serve an internet-facing deployment, and get a token for its person."""
    arguments = ("--memory", "--port", "0", "--deployment", "ifd")
    with serving(*arguments, environment=environment()) as served:
        context = ssl.create_default_context(cafile=served["ca_bundle"])
        with httpx2.Client(verify=context, timeout=60) as http:
            place = Place(
                trust=f"{served['adfs_url']}/services/trust",
                service=served["organization_service_url"],
                name=served["username"],
                password=served["password"],
                clock=time.time,
            )
            issued = PYTHON.read(send(http, *ask(place, PYTHON)).text)
            yield Scene(served, http, place, issued)
