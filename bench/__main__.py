"""The command `python -m bench`."""

import argparse
import contextlib
import functools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import bare, claims, exchange, inside, leads, people, records, report, soap
from bench.exchange import Exchange
from bench.load import Pressure, burst
from bench.machine import Cores, choose_cores, load_average, pinned
from bench.people import SignIn
from bench.rounds import Name, Work, alternate
from bench.servers import claims as federated
from bench.servers import ours
from bench.servers import people as persons
from bench.servers.peers import Peers
from bench.servers.processes import Server

ROOT = Path(__file__).resolve().parent.parent
QUIET = 0.5
SMALL, LARGE, LARGE_IN_CI = 10_000, 1_000_000, 50_000
TOKENS = ("token", "token v2", ours.BY_CERTIFICATE)
PARTS = {
    "tokens": TOKENS,
    "certificates": ("token", ours.BY_CERTIFICATE),
    "people": people.KINDS,
    "claims": claims.KINDS,
    "reads": records.READS,
    "writes": records.WRITES,
    "records": records.READS + records.WRITES,
    "soap": (records.LIST, records.INSERT, *soap.KINDS),
}
WITHOUT_PEERS = ("certificates", "claims")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run measures: kinds of work, and how many leads the servers hold."""

    kinds: frozenset[str]
    sizes: tuple[int, ...]

    @property
    def wants_tokens(self) -> bool:
        """Whether tokens are measured, by secret at least."""
        return "token" in self.kinds

    @property
    def wants_people(self) -> bool:
        """Whether people sign in."""
        return people.SIGN_IN in self.kinds

    @property
    def wants_claims(self) -> bool:
        """Whether people sign in by claims."""
        return claims.SIGN_IN in self.kinds

    @property
    def wants_records(self) -> bool:
        """Whether records are."""
        return not self.kinds.isdisjoint(PARTS["records"])


def main() -> None:
    """Measure, print the tables and write the page."""
    options = _options()
    busy = load_average()
    if busy > QUIET:
        print(f"The machine is busy (load average {busy:.1f}): expect the figures to scatter.")
    cores = choose_cores()
    cache = Path(os.environ.get("XRM_BENCH_CACHE", Path.home() / ".cache" / "xrm-bench"))
    cache.mkdir(parents=True, exist_ok=True)
    plan = _plan(options)
    peers = Peers(cache, cores)
    pressure = Pressure(options.seconds, options.connections)
    with pinned(cores.load):
        if options.only not in WITHOUT_PEERS:
            peers.install()
        with _servers(plan, peers, cores, cache) as servers:
            works = _works(plan, servers, pressure, cores)
            _check(servers)
            rates = alternate(works, options.rounds, functools.partial(print, flush=True))
            _check(servers)
    conditions = report.Conditions(
        options.rounds, pressure, plan.sizes, cores, busy, peers.versions()
    )
    parts = report.parts(rates, conditions)
    print("", *parts.values(), sep="\n\n")
    if options.page:
        report.write_page(options.page, parts)


def _options() -> argparse.Namespace:
    large = LARGE_IN_CI if os.environ.get("CI") else LARGE
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of one burst")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rows", type=int, default=SMALL, help=f"leads, {SMALL:,} unless told")
    parser.add_argument(
        "--large",
        type=int,
        nargs="?",
        const=large,
        metavar="ROWS",
        help=f"measure records only, at --rows and at so many leads, {large:,} unless told",
    )
    parser.add_argument("--only", choices=PARTS, help="some kinds of work; no page")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--no-page", dest="page", action="store_const", const=None)
    options = parser.parse_args()
    if options.only:
        options.page = None
    if min(options.rows, options.large or options.rows) < leads.LEAST:
        parser.error(f"at least {leads.LEAST:,} rows are wanted")
    return options


def _plan(options: argparse.Namespace) -> Plan:
    if options.only:
        kinds = set(PARTS[options.only])
    else:
        every = TOKENS + people.KINDS + claims.KINDS + PARTS["records"] + soap.KINDS
        kinds = set(report.GROWING if options.large else every)
    sizes = (options.rows, options.large) if options.large else (options.rows,)
    return Plan(frozenset(kinds), sizes)


@contextlib.contextmanager
def _servers(plan: Plan, peers: Peers, cores: Cores, cache: Path) -> Iterator[list[Server]]:
    with contextlib.ExitStack() as stack:
        servers: list[Server] = []
        if plan.wants_people:
            servers.append(stack.enter_context(persons.serve(cores, cache)))
        if plan.wants_claims:
            servers.append(stack.enter_context(federated.serve(cores, cache)))
        if plan.wants_tokens and not plan.wants_records:
            served = stack.enter_context(ours.serve(cores, cache))
            servers.append(_at(plan.sizes[0], served.server(served.tokens()), plan))
        if plan.wants_records:
            for count in plan.sizes:
                sample = leads.sample(count)
                served = stack.enter_context(ours.with_leads(cores, cache, count))
                mine = served.server(served.tokens() | served.records(sample) | served.soap())
                theirs = stack.enter_context(peers.cap(sample))
                servers += [_at(count, mine, plan), _at(count, theirs, plan)]
        if plan.wants_people or plan.kinds >= set(TOKENS):
            for peer in (peers.oidc_provider(), peers.mock_server()):
                servers.append(_at(plan.sizes[0], stack.enter_context(peer), plan))
        yield servers


def _at(count: int, server: Server, plan: Plan) -> Server:
    """Return a server with the work of this plan, named by the number of rows if that is large."""
    asked = {kind: asked for kind, asked in server.exchanges.items() if kind in plan.kinds}
    if count != plan.sizes[0]:
        asked = {report.at(kind, count): each for kind, each in asked.items()}
    return replace(server, exchanges=asked)


def _works(
    plan: Plan, servers: Sequence[Server], pressure: Pressure, cores: Cores
) -> dict[Name, Work]:
    works: dict[Name, Work] = {}
    for name, kind in _limits(plan).items():
        works[name] = functools.partial(bare.measure, kind, pressure.seconds, cores)
    for kind in inside.KINDS if plan.wants_claims else ():
        alone = functools.partial(bare.measure, module=inside.__name__)
        works[report.ALONE, kind] = functools.partial(alone, kind, pressure.seconds, cores)
    for server in servers:
        for kind, asked in server.exchanges.items():
            works[server.name, kind] = _work(asked, server.group, pressure, cores)
    return works


def _limits(plan: Plan) -> dict[Name, str]:
    """Return the bare work that what is measured cannot do without."""
    limits: dict[Name, str] = {}
    if plan.wants_tokens:
        limits |= {report.SIGNING: "signature", report.REDEMPTION: "redemption"}
    if plan.wants_people:
        limits |= {report.SIGNATURES: "signatures", report.PASSWORD: "password"}
    if plan.wants_claims:
        limits |= {report.SIGNING: "signature", report.PASSWORD: "password"}
    return limits


def _work(asked: Exchange | SignIn, group: int, pressure: Pressure, cores: Cores) -> Work:
    if isinstance(asked, SignIn):
        return functools.partial(people.burst, asked, group, pressure, cores)
    return functools.partial(burst, asked, group, pressure, cores)


def _check(servers: Sequence[Server]) -> None:
    for server in servers:
        for asked in server.exchanges.values():
            if isinstance(asked, SignIn):
                people.check(asked)
            else:
                exchange.ask(asked)


if __name__ == "__main__":
    main()
