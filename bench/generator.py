"""The load generator for machines without wrk: a few kept-alive connections, one after another."""

import asyncio
import itertools
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.exchange import Exchange

NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came; the names of its fields are in lower case."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return the values of the fields of a name."""
        return [value for each, value in self.fields if each == name]


async def drive(
    exchange: Exchange, asked: Sequence[tuple[str, str]], seconds: float, connections: int
) -> tuple[int, int]:
    """Send paths and bodies in turn for so many seconds; return how many were answered, how many
    of them badly.

    Every connection sends one at least, and waits for the answer. Understands answers with a
    Content-Length or in chunks (RFC 9112 6), which is what servers of JSON send.
    """
    requests = itertools.cycle([spell(exchange, *one) for one in asked])
    until = time.monotonic() + seconds
    context = ssl.create_default_context(cafile=str(exchange.trusted))
    counts = await asyncio.gather(
        *(_converse(exchange, context, requests, until) for _ in range(connections))
    )
    return sum(done for done, _ in counts), sum(failed for _, failed in counts)


def spell(exchange: Exchange, path: str, body: str) -> bytes:
    """Return a request as it is sent."""
    fields = {"Host": urlsplit(exchange.origin).netloc, **exchange.headers}
    lines = [f"{exchange.method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("ascii")


async def _converse(
    exchange: Exchange, context: ssl.SSLContext, requests: Iterator[bytes], until: float
) -> tuple[int, int]:
    where = urlsplit(exchange.origin)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, ssl=context)
    done = failed = 0
    try:
        while not done or time.monotonic() < until:
            writer.write(next(requests))
            failed += (await read_answer(reader)).status != exchange.status
            done += 1
    finally:
        writer.close()
    return done, failed


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
    fields = tuple((name.lower(), value) for name, value in pairs)
    status, body = int(head[0].split()[1]), b""
    length = dict(fields).get("content-length")
    if length is not None:
        body = await reader.readexactly(int(length))
    elif status != NO_CONTENT:
        body = await _chunks(reader)
    return Answer(status, fields, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found, size = [], -1
    while size:
        size = int(await reader.readuntil(b"\r\n"), 16)
        found.append((await reader.readexactly(size + 2))[:-2])
    return b"".join(found)
