"""The benchmark's own arithmetic and checks; no server is loaded here."""

import asyncio
import contextlib
import itertools
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from bench.load import Burst, Pressure
from bench.machine import Cores
from bench.rounds import WARM_UPS, Spread, alternate, ratios
from bench.servers import filling, kept
from bench.servers.peers import CAP

from bench import bare, exchange, generator, leads, records, report
from xrm.server.estate import Estate
from xrm.server.settings import Settings

COUNT = 3_000
MANY = list(leads.make(COUNT))
ROWS = MANY[:60]
SAMPLE = leads.sample(COUNT)
SIDE = records.Side("https://localhost", Path("ca.pem"), "/api/data/v9.2/", {"Accept": "*/*"})


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


def test_many_rows_are_compared_with_few_on_either_side() -> None:
    large = report.at(records.RANGE, 1_000_000)
    rates = {
        (report.OURS, records.RANGE): [1000.0, 1000.0, 1000.0],
        (report.OURS, large): [600.0, 700.0, 900.0],
        (CAP, records.RANGE): [100.0, 100.0, 100.0],
        (CAP, large): [50.0, 50.0, 40.0],
    }
    title = "50 rows of a range of an indexed column"
    growth = report.growth(rates, 1_000_000)
    assert f"| {title} | x0.70 | x0.60 | x0.90 | x0.67, met | x0.50 |" in growth
    assert "insert" not in growth
    pressure, cores = Pressure(1, 1), Cores(None, None)
    conditions = report.Conditions(3, pressure, (10_000, 1_000_000), cores, 0, {})
    parts = report.parts(rates, conditions)
    assert f"| {title}, to @sap/cds | x14.00 | x12.00 | x22.50 |  |" in parts["large_ratios"]
    assert "Data: 10,000 and 1,000,000 leads" in parts["large_conditions"]


def test_a_run_leaves_on_the_page_what_it_did_not_measure(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "performance.md"
    report.write_page(page, {"ratios": "| first |", "absolute": "| kept |"})
    assert "Not measured yet." in page.read_text()
    report.write_page(page, {"ratios": "| second |", "growth": "| grown |"})
    text = page.read_text()
    assert "| second |" in text
    assert "| first |" not in text
    assert "| kept |" in text
    assert "| grown |" in text
    assert "{{" not in text


def test_both_sides_get_the_same_rows_at_every_run() -> None:
    assert list(leads.make(COUNT)) == MANY
    assert len({row["leadid"] for row in MANY}) == len({row["fullname"] for row in MANY}) == COUNT
    assert all(set(leads.COLUMNS) <= set(row) for row in MANY)
    assert len({row["owner"] for row in MANY}) == leads.OWNERS
    assert len({row["createdon"][:4] for row in MANY}) == 10
    assert any(row["emailaddress1"] is None for row in MANY)


def test_what_is_asked_for_is_there() -> None:
    by_key = {row["leadid"]: row for row in MANY}
    assert set(SAMPLE.keys) <= set(by_key)
    assert {by_key[key]["owner"] for key in SAMPLE.own} == {0}
    for name in SAMPLE.companies:
        assert sum(row["companyname"] == name for row in MANY) == leads.PER_COMPANY
    times = sorted(row["createdon"] for row in MANY)
    assert SAMPLE.page == COUNT // leads.PAGE_SIZE == 60
    assert SAMPLE.page_start == times[59 * leads.PAGE_SIZE]
    assert min(leads.LEAST, COUNT) // leads.PAGE_SIZE >= 50


def test_what_is_inserted_is_in_no_list() -> None:
    fresh = [json.loads(body) for body in leads.new(5)]
    assert len({row["lastname"] for row in fresh}) == 5
    assert not {row["companyname"] for row in fresh} & set(SAMPLE.companies)
    assert all(row["lastname"] < "C" and row["address1_city"] != records.CITY for row in fresh)


def test_an_update_always_changes_the_lead() -> None:
    asked = records.writes(SIDE, SAMPLE)[records.UPDATE].requests(0)
    sent: dict[str, list[str]] = {}
    for path, body in asked + asked:
        sent.setdefault(path, []).append(body)
    assert len(sent) == len(SAMPLE.own)
    assert all(
        one != other for bodies in sent.values() for one, other in itertools.pairwise(bodies)
    )


def test_writes_want_no_answer_but_that_it_is_done() -> None:
    asked = records.writes(SIDE, SAMPLE, Prefer="return=minimal")
    insert, update = asked[records.INSERT], asked[records.UPDATE]
    assert (insert.method, insert.status, insert.paths) == ("POST", 204, (f"{SIDE.root}leads",))
    assert (update.method, update.status) == ("PATCH", 204)
    assert insert.headers == {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Prefer": "return=minimal",
    }
    assert update.headers == {**insert.headers, "If-Match": "*"}


def _written(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the peer writes it: its times have milliseconds."""
    return row | {"createdon": row["createdon"].replace("Z", ".000Z")}


IN_ORDER = sorted(MANY, key=lambda row: row["createdon"])
YEAR = [row for row in IN_ORDER if row["createdon"].startswith("2016")][: records.LIST_SIZE]
LATER = [row for row in IN_ORDER if row["createdon"].startswith("2017")][: records.LIST_SIZE]
SEARCH = sorted((row for row in MANY if row["lastname"] >= "C"), key=lambda row: row["lastname"])
COMPANY = [row for row in MANY if row["companyname"] == SAMPLE.companies[1]]
PAGE = IN_ORDER[(SAMPLE.page - 1) * leads.PAGE_SIZE :]
READ = records.reads(
    SIDE, SAMPLE, SIDE.ask((records.pages(),), records.check_page(SAMPLE.page_start))
)


@pytest.mark.parametrize(
    ("check", "path", "answer"),
    [
        (
            exchange.check_token,
            "/token",
            {"access_token": "eyJhbGciOiJub25lIn0.e30.", "expires_in": 1},
        ),
        (records.check_row, "leads(other)", ROWS[0]),
        (records.check_row, f"leads({ROWS[0]['leadid']})", {"leadid": ROWS[0]["leadid"]}),
        (records.check_list, "leads", {"value": ROWS[:49]}),
        (records.check_search, "leads", {"value": ROWS[:50]}),
        (records.check_equal, READ[records.EQUAL].paths[1], {"value": COMPANY[1:]}),
        (records.check_equal, READ[records.EQUAL].paths[0], {"value": COMPANY}),
        (records.check_range, "leads", {"value": YEAR[::-1]}),
        (records.check_range, "leads", {"value": LATER}),
        (READ[records.PAGE].check, "leads", {"value": YEAR}),
        (READ[records.COUNT].check, "leads", COUNT - 1),
        (READ[records.COUNT].check, "leads", "many"),
    ],
)
def test_an_answer_that_is_not_sane_is_refused(
    check: exchange.Check, path: str, answer: Any
) -> None:
    with pytest.raises((AssertionError, TypeError)):
        check(path, answer)


@pytest.mark.parametrize("as_written", [dict, _written])
def test_a_sane_answer_passes(as_written: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    def answer(rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {"value": [as_written(row) for row in rows]}

    records.check_row(READ[records.ROW].paths[0], as_written(ROWS[0]))
    records.check_search("leads", answer(SEARCH[: records.LIST_SIZE]))
    records.check_equal(READ[records.EQUAL].paths[1], answer(COMPANY))
    records.check_range("leads", answer(YEAR))
    READ[records.PAGE].check("leads", answer(PAGE))
    READ[records.COUNT].check("leads", COUNT)


def test_data_is_made_once_and_again_when_what_decides_it_changed(tmp_path: Path) -> None:
    decisive = kept.ROOT / "bench" / "leads.py"
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "rows").write_text(str(len(made)))

    def content(*decided_by: Path) -> str:
        with kept.copied(tmp_path, "side-1", decided_by=decided_by, make=make) as folder:
            text = (folder / "rows").read_text()
            (folder / "rows").write_text("changed by the run")
        return text

    assert [content(decisive) for _ in range(2)] == ["1", "1"]
    assert content(decisive, decisive.with_name("load.py")) == "2"
    assert [one.name.rpartition("-")[0] for one in (tmp_path / "data").iterdir()] == ["side-1"]


def test_the_loader_makes_what_requests_would_have_made(tmp_path: Path) -> None:
    count = leads.OWNERS + 5
    filling.fill(tmp_path, count)
    estate = Estate.open(Settings(data=tmp_path))
    try:
        organization = estate.organization
        table = organization.catalogue["lead"]
        wanted = list(leads.make(count))
        with organization.database.read() as transaction:
            found = [
                organization.store.fetch(transaction, table, row["leadid"], tuple(table.columns))
                for row in wanted
            ]
            (indexes,) = transaction.rows(
                "SELECT count(*) FROM sqlite_master WHERE tbl_name = 'lead' AND name LIKE 'ix_%'"
            )[0]
    finally:
        estate.close()
    first, like_it = found[0], found[leads.OWNERS]
    assert first is not None
    assert like_it is not None
    own = set(wanted[0]) | {"overriddencreatedon", "versionnumber"}
    for name in set(first) - own:
        value = first[name]
        is_of_row = name.endswith("_base") or name.endswith("_composite")
        assert is_of_row or like_it[name] == value, name
    assert like_it["fullname"] == wanted[leads.OWNERS]["fullname"]
    assert first["versionnumber"] != like_it["versionnumber"]
    assert len({row["ownerid"] for row in found if row}) == leads.OWNERS
    assert indexes == sum(column.indexed for column in table.columns.values())


ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
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

    async def measure(seconds: float) -> tuple[int, int]:
        async with await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            asked = exchange.Exchange(
                f"https://localhost:{port}",
                trusted,
                ("/a", "/b"),
                exchange.check_token,
                method="POST",
                bodies=("filled in",),
            )
            return await generator.drive(asked, asked.requests(0), seconds=seconds, connections=1)

    # As long as a busy machine needs for more than the handshake.
    for seconds in (0.02, 0.2, 2, 20):
        done, failed = asyncio.run(measure(seconds))
        if done >= 4:
            break
    assert done >= 4
    # All but the first and the last of four.
    assert failed == done // 4 * 2 + max(0, done % 4 - 1)


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
    done, spent = bare.repeat(bare.KINDS[kind](), three_seconds)
    assert done == 2
    assert spent > 0
