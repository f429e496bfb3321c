"""The load generator for machines without wrk: a few kept-alive connections, one after another."""

import asyncio
import itertools
import ssl
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from bench.exchange import Exchange

NO_CONTENT = 204


async def drive(
    exchange: Exchange, asked: Sequence[tuple[str, str]], seconds: float, connections: int
) -> tuple[int, int]:
    """Send paths and bodies in turn for so many seconds; return how many were answered, how many
    of them badly.

    Understands answers with a Content-Length or in chunks (RFC 9112 6), which is what servers of
    JSON send.
    """
    requests = itertools.cycle([_spell(exchange, *one) for one in asked])
    until = time.monotonic() + seconds
    context = ssl.create_default_context(cafile=str(exchange.trusted))
    counts = await asyncio.gather(
        *(_converse(exchange, context, requests, until) for _ in range(connections))
    )
    return sum(done for done, _ in counts), sum(failed for _, failed in counts)


def _spell(exchange: Exchange, path: str, body: str) -> bytes:
    lines = [f"{exchange.method} {path} HTTP/1.1", f"Host: {urlsplit(exchange.origin).netloc}"]
    lines += [f"{name}: {value}" for name, value in exchange.headers.items()]
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
        while time.monotonic() < until:
            writer.write(next(requests))
            failed += await _status(reader) != exchange.status
            done += 1
    finally:
        writer.close()
    return done, failed


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    status = int(head[0].split()[1])
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    elif status != NO_CONTENT:
        await _chunks(reader)
    return status


async def _chunks(reader: asyncio.StreamReader) -> None:
    size = -1
    while size:
        size = int(await reader.readuntil(b"\r\n"), 16)
        await reader.readexactly(size + 2)
