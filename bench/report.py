"""Spell the figures: a table for the terminal and the page docs/performance.md."""

import contextlib
import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Pressure, tool
from bench.machine import Cores, memory_gib, processor
from bench.rounds import WARM_UPS, Name, Spread, ratios, spread
from bench.servers.ours import BY_CERTIFICATE
from bench.servers.ours import NAME as OURS
from bench.servers.peers import CAP, MOCK_SERVER, OIDC_PROVIDER

SIGNING = ("RSA-2048 signing", "signature")
REDEMPTION = ("bare redemption", "RSA-2048 verified, kept on disk, signed")
OWN_PACKAGES = ("apsw", "cryptography", "granian", "joserfc", "orjson", "uvloop")
_PAGE = Path(__file__).with_name("page.md")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the table: our work over theirs, and the aim where there is one."""

    title: str
    ours: Name
    theirs: Name
    aim: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a reader needs to judge the figures by."""

    rounds: int
    pressure: Pressure
    rows: int
    cores: Cores
    load_before: float
    peers: Mapping[str, str]


COMPARISONS = (
    Comparison("token, v1, to bare signing", (OURS, "token"), SIGNING, 0.60),
    Comparison("token, v2, to bare signing", (OURS, "token v2"), SIGNING),
    Comparison("token by certificate, to bare redemption", (OURS, BY_CERTIFICATE), REDEMPTION),
    Comparison("token by certificate, to one by secret", (OURS, BY_CERTIFICATE), (OURS, "token")),
    Comparison("token, v1, to oidc-provider", (OURS, "token"), (OIDC_PROVIDER, "token"), 2.0),
    Comparison("token, v1, to oauth2-mock-server", (OURS, "token"), (MOCK_SERVER, "token")),
    Comparison("row by key, to @sap/cds", (OURS, "row"), (CAP, "row"), 10.0),
    Comparison("50 rows as they come, to @sap/cds", (OURS, "list"), (CAP, "list"), 3.0),
    Comparison("50 rows filtered and sorted, to @sap/cds", (OURS, "search"), (CAP, "search")),
)


def table(rates: Mapping[Name, Sequence[float]]) -> str:
    """Return the ratios as a Markdown table; comparisons that were not measured are left out."""
    lines = [
        "| xrm's work per CPU second | median | least | greatest | aim |",
        "|---|---:|---:|---:|---:|",
    ]
    for line in COMPARISONS:
        if line.ours in rates and line.theirs in rates:
            found = ratios(rates[line.ours], rates[line.theirs])
            lines.append(f"| {line.title} | {_cells(found)} | {_aim(line, found)} |")
    return "\n".join(lines)


def absolute(rates: Mapping[Name, Sequence[float]]) -> str:
    """Return the medians themselves as a Markdown table."""
    lines = ["| server | work | per CPU second |", "|---|---|---:|"]
    for (server, work), figures in rates.items():
        lines.append(f"| {server} | {work} | {spread(figures).median:,.0f} |")
    return "\n".join(lines)


def write_page(file: Path, rates: Mapping[Name, Sequence[float]], conditions: Conditions) -> None:
    """Write the page with this run's figures and conditions."""
    page = _PAGE.read_text(encoding="utf-8")
    parts = {
        "ratios": table(rates),
        "absolute": absolute(rates),
        "conditions": "\n".join(f"- {line}" for line in _conditions(conditions)),
    }
    for name, text in parts.items():
        page = page.replace("{{" + name + "}}", text)
    file.parent.mkdir(exist_ok=True)
    file.write_text(page, encoding="utf-8")


def _cells(found: Spread) -> str:
    return f"x{found.median:.2f} | x{found.least:.2f} | x{found.greatest:.2f}"


def _aim(line: Comparison, found: Spread) -> str:
    if line.aim is None:
        return ""
    return f"x{line.aim:.2f}, {'met' if found.median >= line.aim else 'missed'}"


def _conditions(conditions: Conditions) -> list[str]:
    cores = conditions.cores
    where = "servers and load shared the only core"
    if cores.server is not None:
        where = f"servers pinned to core {cores.server}, load to core {cores.load}"
    peers = (f"{name} {version}" for name, version in conditions.peers.items())
    pressure = conditions.pressure
    return [
        f"Date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d}.",
        f"Machine: {processor()}, {os.cpu_count()} cores, {memory_gib()} GiB, "
        f"{platform.system()} {platform.release().partition('-')[0]}; {where}; "
        f"load average before the run {conditions.load_before:.1f}.",
        f"Ours: CPython {platform.python_version()}, {', '.join(_own_versions())}.",
        f"Peers: {', '.join(peers)}.",
        f"Load: {tool()}, {pressure.connections} kept-alive TLS connections, "
        f"bursts of {pressure.seconds:g} s; {WARM_UPS} warm-ups and {conditions.rounds} rounds.",
        f"Data: {conditions.rows:,} leads on either side, in SQLite.",
    ]


def _own_versions() -> Iterator[str]:
    for name in OWN_PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield f"{name} {importlib.metadata.version(name)}"
