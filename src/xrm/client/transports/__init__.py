"""HTTP behind two methods: send a request, close. By httpx2; tests and others bring their own.

aio, sync   httpx2 in both worlds; sync is generated from aio
failure     what httpx2 raises, as what this client raises
reaching    names that mean this machine

A transport follows no redirect, keeps no cookie, bounds what it reads, and raises only
TransportError and UnexpectedAnswerError.
"""

from typing import Protocol

from xrm.client.flow import Answer, HttpRequest


class Transport(Protocol):
    """Sends requests. Safe to use from every thread."""

    def send(self, request: HttpRequest) -> Answer:
        """Return the answer. Raises TransportError or UnexpectedAnswerError."""

    def close(self) -> None:
        """Close every connection."""


class AsyncTransport(Protocol):
    """Sends requests from one event loop."""

    async def send(self, request: HttpRequest) -> Answer:
        """Return the answer. Raises TransportError or UnexpectedAnswerError."""

    async def close(self) -> None:
        """Close every connection."""
