"""Several writers, one commit: each fails by itself, none is told before, none is lost."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from xrm import db
from xrm.db import Database, StatementTimeout, Violation, budget, sqlite
from xrm.db.counters import last_number
from xrm.db.gathering import Lost
from xrm.server.process import turns as turning
from xrm.server.process.lanes import LaneFull
from xrm.server.process.turns import Turns

METADATA = sa.MetaData()
NOTES = sa.Table("note", METADATA, sa.Column("text", sa.String, primary_key=True))
_PUT = sa.insert(NOTES).values(text=sa.bindparam("text"))
FOREVER = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "INSERT INTO note SELECT 'n' || i FROM n"
)


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = db.open(f"sqlite://{tmp_path}", "notes", durable=False)
    opened.create(METADATA)
    yield opened
    opened.close()


def put(database: Database, text: str) -> None:
    with database.write() as transaction:
        transaction.run(database.compile(_PUT), {"text": text})


def put_half(database: Database) -> None:
    with database.write() as transaction:
        transaction.run(database.compile(_PUT), {"text": "half"})
        raise ZeroDivisionError


def interrupted(database: Database) -> None:
    with budget.timed(0.05), database.write() as transaction:
        transaction.run(FOREVER)


def kept(database: Database) -> list[str]:
    """Return what another connection sees."""
    found: list[str] = []

    def look() -> None:
        with database.read() as transaction:
            found.extend(text for (text,) in transaction.rows("SELECT text FROM note ORDER BY 1"))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found


def test_nothing_is_kept_before_the_end(database):
    with database.gathered():
        put(database, "a")
        put(database, "b")
        assert kept(database) == []
        with database.read() as transaction:
            assert transaction.rows("SELECT count(*) FROM note") == [(2,)]
    assert kept(database) == ["a", "b"]


def test_one_that_fails_is_undone_alone(database):
    with database.gathered():
        put(database, "a")
        with pytest.raises(Violation):
            put(database, "a")
        with pytest.raises(ZeroDivisionError):
            put_half(database)
        put(database, "b")
    assert kept(database) == ["a", "b"]


def test_numbers_of_one_that_fails_are_given_back_alone(database):
    def take(count: int) -> int:
        with database.write() as transaction:
            return transaction.next_number("note", count)

    def take_in_vain() -> None:
        with database.write() as transaction:
            assert transaction.next_number("note", 5) == 3
            raise ZeroDivisionError

    with database.gathered():
        assert take(2) == 1
        with pytest.raises(ZeroDivisionError):
            take_in_vain()
        assert take(1) == 3
    assert last_number(database, "note") == 3
    assert take(1) == 4


def test_what_ends_the_caches_is_kept_at_once(database):
    with database.gathered() as gathering:
        put(database, "a")
        with database.write() as transaction:
            transaction.changed()
        assert gathering.closed
        assert kept(database) == ["a"]
        put(database, "b")
        assert kept(database) == ["a", "b"]


def test_an_interrupted_write_loses_what_was_gathered(database):
    def gather() -> None:
        with database.gathered() as gathering:
            put(database, "a")
            with pytest.raises(StatementTimeout):
                interrupted(database)
            assert gathering.closed

    with pytest.raises(Lost):
        gather()
    assert kept(database) == []


def test_reading_alone_gathers_nothing(database):
    with database.gathered(), database.read() as transaction:
        assert transaction.rows("SELECT count(*) FROM note") == [(0,)]
    put(database, "a")
    assert kept(database) == ["a"]


@pytest.fixture
def turns(database) -> Iterator[Turns]:
    made = Turns("turns", database, waiting=100)
    yield made
    made.close(patience=10)


async def all_of(turns: Turns, *works) -> list[object]:
    gate = threading.Event()
    held = turns.submit(gate.wait)  # so that all of them wait, and come in one turn
    futures = [turns.submit(work) for work in works]
    gate.set()
    await held
    return await asyncio.gather(*futures, return_exceptions=True)


def test_each_writer_gets_its_own_answer(database, turns):
    works = [lambda text=text: put(database, text) for text in ("a", "b", "a", "c")]
    answers = asyncio.run(all_of(turns, *works))
    assert [type(answer) for answer in answers] == [type(None), type(None), Violation, type(None)]
    assert kept(database) == ["a", "b", "c"]


def test_those_beside_an_interrupted_one_are_done_again(database, turns):
    done: list[str] = []

    def noted(text: str) -> str:
        put(database, text)
        done.append(text)
        return text

    works = [lambda: noted("a"), lambda: interrupted(database), lambda: noted("b")]
    answers = asyncio.run(all_of(turns, *works))
    assert (answers[0], type(answers[1]), answers[2]) == ("a", StatementTimeout, "b")
    assert kept(database) == ["a", "b"]
    assert done.count("a") == 2  # once in vain


def test_a_commit_that_fails_is_told_to_all(database, turns, monkeypatch):
    def failing(gathering):
        gathering.transaction.connection.execute("ROLLBACK")
        raise OSError("the disk is full")

    monkeypatch.setattr(sqlite, "_commit", failing)
    works = [lambda: put(database, "a"), lambda: put(database, "b")]
    answers = asyncio.run(all_of_at_once(turns, *works))
    assert {str(answer) for answer in answers} == {"the disk is full"}
    assert kept(database) == []


async def all_of_at_once(turns: Turns, *works) -> list[object]:
    return await asyncio.gather(*map(turns.submit, works), return_exceptions=True)


async def holding(turns: Turns) -> tuple["asyncio.Future[None]", threading.Event]:
    """Have the turns busy until the gate is set."""
    gate, started = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        gate.wait()

    first = turns.submit(hold)
    await asyncio.to_thread(started.wait)
    return first, gate


def test_who_does_not_fit_is_refused_and_who_has_left_is_passed_over(database):
    turns = Turns("turns", database, waiting=2)

    async def play() -> None:
        first, gate = await holding(turns)
        left = turns.submit(lambda: put(database, "left"))
        stays = turns.submit(lambda: put(database, "stays"))
        with pytest.raises(LaneFull):
            turns.submit(lambda: None)
        left.cancel()
        gate.set()
        await first
        await stays

    asyncio.run(play())
    assert turns.close(patience=10)
    assert kept(database) == ["stays"]


def test_closing_cancels_what_waits(database):
    turns = Turns("turns", database, waiting=10)

    async def play() -> None:
        first, gate = await holding(turns)
        waiting = turns.submit(lambda: put(database, "late"))
        closing = asyncio.create_task(asyncio.to_thread(turns.close, patience=10))
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.set()
        await first
        assert await closing
        with pytest.raises(LaneFull):
            turns.submit(lambda: None)

    asyncio.run(play())
    assert kept(database) == []


async def one_answered(turns: Turns, *works) -> list["asyncio.Future[object]"]:
    """Return the works that wait when one writer, alone in its turn, has been answered."""
    first, gate = await holding(turns)
    waiting = [turns.submit(work) for work in works]
    gate.set()
    await first
    return waiting


def test_a_turn_waits_for_those_answered_in_the_last_one(database, turns, monkeypatch):
    monkeypatch.setattr(turning, "PATIENCE_SECONDS", 60.0)
    commits: list[object] = []
    commit = sqlite._commit

    def counted(gathering):
        commits.append(gathering)
        commit(gathering)

    monkeypatch.setattr(sqlite, "_commit", counted)

    async def play() -> None:
        waiting = await one_answered(turns, *(lambda t=text: put(database, t) for text in "ab"))
        await asyncio.gather(*waiting, turns.submit(lambda: put(database, "c")))

    asyncio.run(play())
    assert kept(database) == ["a", "b", "c"]
    assert len(commits) == 2  # of the one, and of the three


def test_a_turn_does_not_wait_for_ever(database, turns):
    async def play() -> None:
        await asyncio.gather(*await one_answered(turns, lambda: put(database, "a")))

    asyncio.run(play())
    assert kept(database) == ["a"]


def test_a_turn_that_waits_does_not_hold_up_closing(database, turns, monkeypatch):
    monkeypatch.setattr(turning, "PATIENCE_SECONDS", 60.0)

    async def play() -> None:
        (late,) = await one_answered(turns, lambda: put(database, "late"))
        assert await asyncio.to_thread(turns.close, patience=10)
        with pytest.raises(asyncio.CancelledError):
            await late

    asyncio.run(play())
    assert kept(database) == []
