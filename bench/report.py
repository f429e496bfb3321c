"""Spell the figures: a table for the terminal and the page docs/performance.md."""

import contextlib
import datetime
import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import claims, people, records, soap
from bench.load import Pressure, tool
from bench.machine import Cores, memory_gib, processor
from bench.rounds import WARM_UPS, Name, Spread, ratios, spread
from bench.servers.ours import BY_CERTIFICATE
from bench.servers.ours import NAME as OURS
from bench.servers.peers import CAP, MOCK_SERVER, OIDC_PROVIDER

ALONE = "xrm's token service alone"
SIGNING = ("RSA-2048 signing", "signature")
REDEMPTION = ("bare redemption", "RSA-2048 verified, kept on disk, signed")
SIGNATURES = ("RSA-2048 signing", "two signatures")
PASSWORD = ("argon2id", "password compared")
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
    rows: tuple[int, ...]
    cores: Cores
    load_before: float
    peers: Mapping[str, str]


# What is measured again with many more rows.
GROWING = (
    records.ROW,
    records.EQUAL,
    records.RANGE,
    records.PAGE,
    records.COUNT,
    records.INSERT,
    records.UPDATE,
)
GROWTH_AIM = 0.67

_TOKENS = (
    Comparison("token, v1, to bare signing", (OURS, "token"), SIGNING, 0.60),
    Comparison("token, v2, to bare signing", (OURS, "token v2"), SIGNING),
    Comparison("token by certificate, to bare redemption", (OURS, BY_CERTIFICATE), REDEMPTION),
    Comparison("token by certificate, to one by secret", (OURS, BY_CERTIFICATE), (OURS, "token")),
    Comparison("token, v1, to oidc-provider", (OURS, "token"), (OIDC_PROVIDER, "token"), 2.0),
    Comparison("token, v1, to oauth2-mock-server", (OURS, "token"), (MOCK_SERVER, "token")),
)
_RECORDS = (
    ("row by key", records.ROW, 10.0),
    ("50 rows as they come", records.LIST, 3.0),
    ("50 rows filtered and sorted", records.SEARCH, None),
    ("25 rows equal in an indexed column", records.EQUAL, None),
    ("50 rows of a range of an indexed column", records.RANGE, None),
    ("page 100 of 50 rows", records.PAGE, None),
    ("number of rows", records.COUNT, None),
    ("insert", records.INSERT, 5.0),
    ("update", records.UPDATE, None),
)
_PEOPLE = (
    Comparison("sign-in by code and PKCE, to bare argon2id", (OURS, people.SIGN_IN), PASSWORD),
    Comparison("without argon2id, to bare signing of two", (OURS, people.UNHASHED), SIGNATURES),
    Comparison(
        "without argon2id, to oidc-provider",
        (OURS, people.UNHASHED),
        (OIDC_PROVIDER, people.SIGN_IN),
    ),
    Comparison("refresh, v2, to bare signing of two", (OURS, people.REFRESH), SIGNATURES),
    *(
        Comparison(f"refresh, v2, to {peer}", (OURS, people.REFRESH), (peer, people.REFRESH))
        for peer in (OIDC_PROVIDER, MOCK_SERVER)
    ),
    Comparison(
        "authorize, signed in, to oidc-provider",
        (OURS, people.SILENT),
        (OIDC_PROVIDER, people.SILENT),
    ),
)
_CLAIMS = (
    Comparison(
        "bearer's SAML token, the service alone, to bare signing",
        (ALONE, claims.BEARER),
        SIGNING,
        0.35,
    ),
    Comparison(
        "encrypted SAML token with a key, the service alone, to bare signing",
        (ALONE, claims.HOLDER),
        SIGNING,
        0.25,
    ),
    Comparison(
        "bearer's SAML token over HTTPS, to bare signing", (OURS, claims.BEARER), SIGNING, 0.35
    ),
    Comparison(
        "encrypted SAML token with a key over HTTPS, to bare signing",
        (OURS, claims.HOLDER),
        SIGNING,
        0.25,
    ),
    Comparison("the same with argon2id, to bare argon2id", (OURS, claims.SIGN_IN), PASSWORD),
    Comparison(
        "SOAP call by claims, to one by access token",
        (OURS, claims.BY_CLAIMS),
        (OURS, claims.BY_ACCESS_TOKEN),
    ),
)
_SOAP = (
    Comparison(
        "SOAP Create, to the Web API's insert", (OURS, soap.CREATE), (OURS, records.INSERT), 0.5
    ),
    Comparison(
        "SOAP RetrieveMultiple, to 50 rows as they come",
        (OURS, soap.RETRIEVE),
        (OURS, records.LIST),
        0.5,
    ),
    Comparison(
        "SOAP RetrieveMultiple, to 50 rows with formatted values",
        (OURS, soap.RETRIEVE),
        (OURS, soap.ANNOTATED),
        0.5,
    ),
)
COMPARISONS = (
    *_TOKENS,
    *_PEOPLE,
    *_CLAIMS,
    *_SOAP,
    *(
        Comparison(f"{title}, to @sap/cds", (OURS, kind), (CAP, kind), aim)
        for title, kind, aim in _RECORDS
    ),
)


def at(kind: str, rows: int) -> str:
    """Name a kind of work done with so many rows."""
    return f"{kind}, {rows:,} rows"


def parts(rates: Mapping[Name, Sequence[float]], conditions: Conditions) -> dict[str, str]:
    """Return what a run has to say, by the parts of the page."""
    conditions_text = "\n".join(f"- {line}" for line in _conditions(conditions))
    if len(conditions.rows) == 1:
        found = {"ratios": table(rates, COMPARISONS)}
        return {**found, "absolute": absolute(rates), "conditions": conditions_text}
    return {
        "large_ratios": table(rates, _among(conditions.rows[1])),
        "growth": growth(rates, conditions.rows[1]),
        "large_absolute": absolute(rates),
        "large_conditions": conditions_text,
    }


def _among(rows: int) -> Iterator[Comparison]:
    """Yield the comparisons with the peer at so many rows."""
    for title, kind, aim in _RECORDS:
        name = at(kind, rows)
        yield Comparison(f"{title}, to @sap/cds", (OURS, name), (CAP, name), aim)


def table(
    rates: Mapping[Name, Sequence[float]], comparisons: Iterable[Comparison] = COMPARISONS
) -> str:
    """Return the ratios as a Markdown table; comparisons that were not measured are left out."""
    lines = [
        "| xrm's work per CPU second | median | least | greatest | aim |",
        "|---|---:|---:|---:|---:|",
    ]
    for line in comparisons:
        if line.ours in rates and line.theirs in rates:
            found = ratios(rates[line.ours], rates[line.theirs])
            lines.append(f"| {line.title} | {_cells(found)} | {_aim(line.aim, found)} |")
    return "\n".join(lines)


def growth(rates: Mapping[Name, Sequence[float]], rows: int) -> str:
    """Return the work done with many rows over that with few, on both sides, as a table."""
    lines = [
        f"| work per CPU second at {rows:,} rows | xrm | least | greatest | aim | @sap/cds |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for title, kind, _ in _RECORDS:
        names = [(server, name) for server in (OURS, CAP) for name in (at(kind, rows), kind)]
        if all(name in rates for name in names):
            mine, theirs = (ratios(rates[names[n]], rates[names[n + 1]]) for n in (0, 2))
            cells = f"{_cells(mine)} | {_aim(GROWTH_AIM, mine)} | x{theirs.median:.2f}"
            lines.append(f"| {title} | {cells} |")
    return "\n".join(lines)


def absolute(rates: Mapping[Name, Sequence[float]]) -> str:
    """Return the medians themselves as a Markdown table."""
    lines = ["| server | work | per CPU second |", "|---|---|---:|"]
    for (server, work), figures in rates.items():
        median = spread(figures).median
        lines.append(f"| {server} | {work} | {median:,.{0 if median >= 10 else 1}f} |")
    return "\n".join(lines)


def write_page(file: Path, found: Mapping[str, str]) -> None:
    """Write the page with these parts; those that were not measured stay as they are there."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""

    def part(match: re.Match[str]) -> str:
        name = match[1]
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        text = found.get(name)
        if text is None:
            text = before.partition(start)[2].partition(end)[0].strip() or "Not measured yet."
        return f"{start}\n{text}\n{end}"

    file.parent.mkdir(exist_ok=True)
    page = _PAGE.read_text(encoding="utf-8")
    file.write_text(re.sub(r"\{\{(\w+)\}\}", part, page), encoding="utf-8")


def _cells(found: Spread) -> str:
    return f"x{found.median:.2f} | x{found.least:.2f} | x{found.greatest:.2f}"


def _aim(aim: float | None, found: Spread) -> str:
    if aim is None:
        return ""
    return f"x{aim:.2f}, {'met' if found.median >= aim else 'missed'}"


def _conditions(conditions: Conditions) -> list[str]:
    cores = conditions.cores
    rows = " and ".join(f"{count:,}" for count in conditions.rows)
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
        f"Data: {rows} leads on either side, in SQLite.",
    ]


def _own_versions() -> Iterator[str]:
    for name in OWN_PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield f"{name} {importlib.metadata.version(name)}"
