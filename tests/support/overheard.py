"""A transport that hears what a client sends, in either world, and a clock both sides share."""

import time
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from xrm.client.flow import Answer, HttpRequest
from xrm.client.transports.aio import AsyncHttpTransport
from xrm.client.transports.sync import HttpTransport

_OPTIONS: dict[str, Any] = {"timeout": 30.0, "proxies": False, "agent": "test"}


@dataclass
class Exchange:
    """One request with its answer."""

    request: HttpRequest
    answer: Answer

    @property
    def sent(self) -> etree._Element:
        """What was sent, as XML."""
        return etree.fromstring(self.request.body)


@dataclass
class Heard:
    """What a client sent, in order."""

    exchanges: list[Exchange] = field(default_factory=list)

    def to(self, part: str) -> list[Exchange]:
        """The exchanges with addresses that hold a text."""
        return [each for each in self.exchanges if part in each.request.url]

    def transport(self, kind: str, verify: Any) -> Any:
        """Return a transport for a kind of client that is heard here."""
        heard = self.exchanges
        if kind == "sync":

            class Listening(HttpTransport):
                def send(self, request: HttpRequest) -> Answer:
                    answer = super().send(request)
                    heard.append(Exchange(request, answer))
                    return answer

            return Listening(verify=verify, **_OPTIONS)

        class AsyncListening(AsyncHttpTransport):
            async def send(self, request: HttpRequest) -> Answer:
                answer = await super().send(request)
                heard.append(Exchange(request, answer))
                return answer

        return AsyncListening(verify=verify, **_OPTIONS)


@dataclass
class MovedClock:
    """The time of this machine, moved."""

    offset: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset
