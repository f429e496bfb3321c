"""Opening a database: which URLs and namespaces there are, and what a file holds."""

import sqlite3
import threading
from contextlib import suppress

import pytest
from sqlalchemy import Column, MetaData, Table, bindparam, insert, select

from support.postgres import cluster
from xrm import db
from xrm.db import budget, types

METADATA = MetaData()
THING = Table("thing", METADATA, Column("id", types.Integer, primary_key=True))
NUMBERS = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {}) "
    "SELECT count(*) FROM n"
)


@pytest.fixture
def database(tmp_path):
    opened = db.open(f"sqlite://{tmp_path}", "one")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "a-b", "a b", "a.b", "../a", "a" * 64, "a\n", "\u00e9"]
)
def test_namespaces_that_are_none(tmp_path, name):
    with pytest.raises(ValueError, match="not a namespace"):
        db.open(f"sqlite://{tmp_path}", name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["", "mysql://x", "oracle://x", "/tmp", "file:///x", "sqlite3:///x"]
)
def test_engines_that_are_none(url):
    with pytest.raises(ValueError, match="no engine"):
        db.open(url, "one")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(db.StorageError):
        db.open(f"sqlite://{tmp_path}/nowhere", "one")


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "one.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(db.StorageError):
        db.open(f"sqlite://{tmp_path}", "one")


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(db.StorageError):
        db.open(f"postgresql://postgres@/postgres?host={tmp_path}", "one", connections=1)


def test_a_namespace_is_one_file_that_others_can_read(tmp_path, database):
    database.create(METADATA)
    with database.write() as transaction:
        add = insert(THING).values(id=bindparam("id"))
        transaction.run(database.compile(add), {"id": 7})
    with sqlite3.connect(tmp_path / "one.db") as other:
        assert other.execute("SELECT id FROM thing").fetchall() == [(7,)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_after_closing_the_file_holds_everything(tmp_path, database):
    database.create(METADATA)
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["one.db"]


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_a_commit_is_on_disk_unless_told_otherwise(tmp_path, durable, synchronous):
    opened = db.open(f"sqlite://{tmp_path}", "two", durable=durable)
    with opened.read() as transaction:
        assert transaction.rows("PRAGMA synchronous") == [(synchronous,)]
    opened.close()


def test_closed_databases_open_again_where_they_are_used(database):
    database.create(METADATA)
    database.close()
    with database.read() as transaction:
        assert transaction.rows(database.compile(select(THING.c.id))) == []


def test_steps_are_counted_over_all_statements(database):
    def many():
        with budget.limited(20_000), database.read() as transaction:
            for _ in range(100):
                transaction.rows(NUMBERS.format(100))

    with pytest.raises(db.StepBudgetExceeded):
        many()
    with database.read() as reader:
        assert reader.rows(NUMBERS.format(10_000)) == [(10_000,)]


def test_a_stopped_write_is_taken_back(database):
    database.create(METADATA)
    statement = database.compile(insert(THING).values(id=bindparam("id")))

    def write():
        with budget.limited(5000), database.write() as transaction:
            transaction.run(statement, {"id": 1})
            transaction.rows(NUMBERS.format(100_000))

    with pytest.raises(db.StepBudgetExceeded):
        write()
    with database.read() as transaction:
        assert transaction.rows(database.compile(select(THING.c.id))) == []


def test_the_budget_is_the_threads_own(database):
    results = []

    def other():
        with database.read() as transaction:
            results.append(transaction.rows(NUMBERS.format(10_000)))

    with budget.limited(1):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(60)
    assert results == [[(10_000,)]]


def test_budgets_end_with_their_blocks():
    assert budget.seconds_left() is None
    with budget.limited(1), budget.timed(60):
        assert 0 < (budget.seconds_left() or 0) <= 60
        assert budget.spent()
    with suppress(KeyError), budget.limited(1), budget.timed(60):
        raise KeyError
    assert budget.seconds_left() is None
    assert not budget.out_of_steps()
    assert not budget.spent()


def test_time_stops_a_statement_on_sqlite(database):
    with budget.timed(0.0), pytest.raises(db.StatementTimeout), database.read() as transaction:
        transaction.rows(NUMBERS.format(100_000))


def test_time_stops_a_statement_on_postgresql(postgres_url):
    database = db.open(postgres_url, "timed", connections=1)
    try:
        with budget.timed(0.02), pytest.raises(db.StatementTimeout), database.read() as reader:
            reader.rows("SELECT pg_sleep(30)")
        with database.read() as transaction:
            assert transaction.rows("SELECT 1") == [(1,)]
    finally:
        database.close()


def test_a_pool_without_a_free_connection_is_busy(postgres_url, monkeypatch):
    monkeypatch.setattr("xrm.db.postgres._WAIT_SECONDS", 0.05)
    database = db.open(postgres_url, "pool", connections=1)
    try:
        with database.read(), pytest.raises(db.Busy), database.read():
            pass
        with database.read() as transaction:
            assert transaction.rows("SELECT 1") == [(1,)]
    finally:
        database.close()


def test_a_lost_connection_is_a_storage_error_and_the_next_works():
    with cluster() as url:
        database = db.open(url, "lost", connections=1)
        try:
            with pytest.raises(db.StorageError), database.read() as transaction:
                transaction.rows("SELECT pg_terminate_backend(pg_backend_pid())")
            with database.read() as transaction:
                assert transaction.rows("SELECT 1") == [(1,)]
        finally:
            database.close()
