"""The command `python -m bench`."""

import argparse
import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path

from bench import bare, exchange, leads, report
from bench.load import Pressure, burst
from bench.machine import Cores, choose_cores, load_average, pinned
from bench.rounds import Name, Work, alternate
from bench.servers import ours
from bench.servers.peers import Peers
from bench.servers.processes import Server

ROOT = Path(__file__).resolve().parent.parent
KEYS = 100
QUIET = 0.5
PARTS = {
    "tokens": ("token", "token v2", ours.BY_CERTIFICATE),
    "certificates": ("token", ours.BY_CERTIFICATE),
    "reads": ("row", "list", "search"),
}


def main() -> None:
    """Measure, print the table and write the page."""
    options = _options()
    busy = load_average()
    if busy > QUIET:
        print(f"The machine is busy (load average {busy:.1f}): expect the figures to scatter.")
    cores = choose_cores()
    cache = Path(os.environ.get("XRM_BENCH_CACHE", Path.home() / ".cache" / "xrm-bench"))
    cache.mkdir(parents=True, exist_ok=True)
    peers = Peers(cache, cores)
    pressure = Pressure(options.seconds, options.connections)
    with pinned(cores.load):
        if options.only != "certificates":
            peers.install()
        with _servers(options, peers, cores, cache) as servers:
            works = _works(options, servers, pressure, cores)
            _check(servers)
            rates = alternate(works, options.rounds, functools.partial(print, flush=True))
            _check(servers)
    print("", report.table(rates), "", report.absolute(rates), sep="\n")
    if options.page:
        conditions = report.Conditions(
            options.rounds, pressure, options.rows, cores, busy, peers.versions()
        )
        report.write_page(options.page, rates, conditions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="length of one burst")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", choices=PARTS, help="one kind of work; no page")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--no-page", dest="page", action="store_const", const=None)
    options = parser.parse_args()
    if options.only:
        options.page = None
    return options


@contextlib.contextmanager
def _servers(
    options: argparse.Namespace, peers: Peers, cores: Cores, cache: Path
) -> Iterator[list[Server]]:
    with contextlib.ExitStack() as stack:
        mine = stack.enter_context(ours.serve(cores, cache))
        servers, keys = [], []
        if options.only in (None, "reads"):
            rows = leads.make(options.rows)
            keys = mine.fill(rows)[:: max(1, options.rows // KEYS)]
            servers.append(stack.enter_context(peers.cap(rows, keys)))
        if options.only in (None, "tokens"):
            servers.append(stack.enter_context(peers.oidc_provider()))
            servers.append(stack.enter_context(peers.mock_server()))
        yield [mine.server(keys), *servers]


def _works(
    options: argparse.Namespace, servers: list[Server], pressure: Pressure, cores: Cores
) -> dict[Name, Work]:
    parts = [options.only] if options.only else PARTS
    kinds = {kind for part in parts for kind in PARTS[part]}
    works: dict[Name, Work] = {}
    if "token" in kinds:
        for name, kind in ((report.SIGNING, "signature"), (report.REDEMPTION, "redemption")):
            works[name] = functools.partial(bare.measure, kind, pressure.seconds, cores)
    for server in servers:
        for kind, asked in server.exchanges.items():
            if kind not in kinds:
                continue
            works[server.name, kind] = functools.partial(
                burst, asked, server.group, pressure, cores
            )
    return works


def _check(servers: list[Server]) -> None:
    for server in servers:
        for asked in server.exchanges.values():
            exchange.ask(asked)


if __name__ == "__main__":
    main()
