"""The benchmark's own arithmetic and checks; no server is loaded here."""

import asyncio
import contextlib
import itertools
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from bench.load import Burst
from bench.rounds import WARM_UPS, Spread, alternate, ratios
from bench.servers.peers import CAP

from bench import bare, exchange, generator, leads, report

MANY = leads.make(100)
ROWS = MANY[:60]


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([10, 30, 80], [10, 10, 20]) == Spread(least=1, median=3, greatest=4)


def test_rounds_alternate_and_warm_ups_do_not_count() -> None:
    order: list[str] = []

    def work(name: str, done: int) -> Burst:
        order.append(name)
        return Burst(done=done, cpu_seconds=2)

    works = {(name, "row"): lambda name=name: work(name, len(name)) for name in ("a", "bb")}
    rates = alternate(works, 3, lambda _line: None)
    assert rates == {("a", "row"): [0.5] * 3, ("bb", "row"): [1.0] * 3}
    assert len(order) == 2 * (WARM_UPS + 3)
    assert order[-4:] == ["bb", "a", "a", "bb"]


def test_the_table_says_whether_an_aim_was_met() -> None:
    rates = {
        (report.OURS, "row"): [900.0, 1000.0],
        (CAP, "row"): [100.0, 100.0],
        (report.OURS, "list"): [400.0, 400.0],
        (CAP, "list"): [100.0, 100.0],
    }
    table = report.table(rates)
    assert "| x9.50 | x9.00 | x10.00 | x10.00, missed |" in table
    assert "| x4.00 | x4.00 | x4.00 | x3.00, met |" in table
    assert "oidc-provider" not in table


def test_both_sides_get_the_same_rows_at_every_run() -> None:
    assert leads.make(100) == MANY
    assert len({row["leadid"] for row in ROWS}) == 60
    assert all(set(leads.COLUMNS) <= set(row) for row in ROWS)
    assert leads.FILLED_IN.isdisjoint(leads.writable(ROWS[0]))


@pytest.mark.parametrize(
    ("check", "path", "answer"),
    [
        (
            exchange.check_token,
            "/token",
            {"access_token": "eyJhbGciOiJub25lIn0.e30.", "expires_in": 1},
        ),
        (exchange.check_row, "leads(other)", ROWS[0]),
        (exchange.check_row, f"leads({ROWS[0]['leadid']})", {"leadid": ROWS[0]["leadid"]}),
        (exchange.check_list, "leads", {"value": ROWS[:49]}),
        (exchange.check_search, "leads", {"value": ROWS[:50]}),
    ],
)
def test_an_answer_that_is_not_sane_is_refused(
    check: exchange.Check, path: str, answer: dict[str, object]
) -> None:
    with pytest.raises(AssertionError):
        check(path, answer)


def test_a_sane_answer_passes() -> None:
    exchange.check_row(f"leads({ROWS[0]['leadid']})", ROWS[0])
    found = sorted((row for row in MANY if row["lastname"] >= "C"), key=lambda row: row["lastname"])
    exchange.check_search("leads", {"value": found[: exchange.LIST_SIZE]})


ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
]


def test_the_generator_counts_answers_and_failures(tmp_path: Path) -> None:
    authority = trustme.CA()
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # However many a quick machine asks for: the client is the one to leave.
        with contextlib.suppress(asyncio.IncompleteReadError):
            for answer in itertools.cycle(ANSWERS):
                await reader.readuntil(b"\r\n\r\nfilled in")
                writer.write(answer)
        writer.close()

    async def measure() -> tuple[int, int]:
        async with await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            asked = exchange.Exchange(
                f"https://localhost:{port}",
                trusted,
                ("/a", "/b"),
                exchange.check_list,
                method="POST",
                body="filled in",
            )
            return await generator.drive(asked, asked.requests(0), seconds=0.02, connections=1)

    done, failed = asyncio.run(measure())
    assert done >= 3
    assert failed == (done + 1) // 3


@pytest.fixture
def three_seconds(monkeypatch: pytest.MonkeyPatch) -> float:
    """Have a second pass at each look at the clock; return a span of three looks."""
    monkeypatch.setattr(time, "monotonic", itertools.count().__next__)
    return 3


def test_a_body_that_may_be_sent_once_is_made_for_each_request(three_seconds: float) -> None:
    numbers = itertools.count()
    paths = ("/a", "/b")
    asked = exchange.Exchange("https://localhost", Path("ca.pem"), paths, exchange.check_token)
    assert asked.requests(three_seconds) == [("/a", ""), ("/b", "")]
    made = replace(asked, fresh=lambda: str(next(numbers))).requests(three_seconds)
    assert made == [("/a", "0"), ("/b", "1"), ("/a", "2")]


@pytest.mark.parametrize("kind", bare.KINDS)
def test_a_bare_baseline_is_done_and_costs(kind: str, three_seconds: float) -> None:
    done, spent = bare.repeat(kind, three_seconds)
    assert done == 2
    assert spent > 0
