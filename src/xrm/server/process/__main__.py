"""A worker process: orders on standard input, `ready` on standard output, then it serves."""

import asyncio
import os
import socket
import sys
import threading
from typing import Any

import orjson

from xrm.server import tls
from xrm.server.addresses import Place, Urls, certificate_names
from xrm.server.estate import Estate
from xrm.server.process import listening, single
from xrm.server.process.supervisor import READY
from xrm.server.serving import set_up_logging
from xrm.server.settings import Settings


async def _serve(estate: Estate, orders: dict[str, Any]) -> bool:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stopping.set)

    async def started() -> None:
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()

    threading.Thread(target=watch, daemon=True).start()
    places = [Place(**place) for place in orders["places"]]
    names = certificate_names(estate.settings, estate.urls)
    with estate.folder.locked():
        certificate = tls.ensure(estate.folder, names)
    with single.stopped_by_signals(stopping):
        return await single.run(
            estate,
            places=places,
            sockets=[socket.socket(fileno=number) for number in orders["descriptors"]],
            certificate=certificate,
            started=started,
            stopping=stopping,
        )


def main() -> None:
    """Serve as the orders say. It ends at once when done: a thread still busy has had its time."""
    orders = orjson.loads(sys.stdin.buffer.readline())
    settings = Settings.from_plain(orders["settings"])
    set_up_logging(settings)
    listening.raise_file_limit()
    estate = Estate.open(settings, urls=Urls(**orders["urls"]))
    with asyncio.Runner(loop_factory=listening.loop_factory()) as runner:
        answered = runner.run(_serve(estate, orders))
    if answered:
        estate.close()
    else:
        estate.sts.close()
    sys.stderr.flush()
    os._exit(0)


main()
