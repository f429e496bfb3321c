"""Transactions, counters, violations and arrays: what an engine owes its callers."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint, bindparam, insert, select

from xrm import db
from xrm.db import Database, types
from xrm.db.arrays import one_of

METADATA = MetaData()
THING = Table(
    "thing",
    METADATA,
    Column("id", types.Integer, primary_key=True),
    Column("name", types.String),
    Column("code", types.Bytes),
    Column("size", types.Float),
    UniqueConstraint("name", name="uq_thing_name"),
    Index("ix_thing_code", "code"),
)
ALL = select(THING.c.id, THING.c.name, THING.c.code, THING.c.size).order_by(THING.c.id)
ADD = insert(THING).values({name: bindparam(name) for name in ("id", "name", "code", "size")})
LARGEST = 2**63 - 1


@pytest.fixture
def database(url: str, namespace: str) -> Iterator[Database]:
    opened = db.open(url, namespace, durable=False, connections=4)
    opened.create(METADATA)
    yield opened
    opened.close()


def add(transaction, database, number, name=None, code=None, size=None):
    parameters = {"id": number, "name": name, "code": code, "size": size}
    return transaction.run(database.compile(ADD), parameters)


def everything(database):
    with database.read() as transaction:
        return transaction.rows(database.compile(ALL))


def test_what_is_committed_stays_as_it_was(database):
    rows = [
        (-LARGEST - 1, "", b"", 0.0),
        (0, "a'b\"c\\%_", b"\x00\xff", -1.5),
        (1, "😀 مرحبا ﬁ é", bytes(range(256)), 1.7976931348623157e308),
        (LARGEST, None, None, 5e-324),
    ]
    with database.write() as transaction:
        assert [add(transaction, database, *row) for row in rows] == [1, 1, 1, 1]
    assert everything(database) == rows


def test_an_exception_takes_everything_back(database):
    def fail():
        with database.write() as transaction:
            add(transaction, database, 1)
            transaction.changed()
            transaction.next_number("taken")
            raise KeyError

    with database.read() as transaction:
        generation = transaction.generation
    with pytest.raises(KeyError):
        fail()
    with database.read() as transaction:
        assert transaction.generation == generation
    assert everything(database) == []
    with database.write() as transaction:
        assert transaction.next_number("taken") == 1


def test_a_transaction_sees_its_own_writes_and_others_see_them_at_commit(database, url, namespace):
    other = db.open(url, namespace, connections=2)
    try:
        with database.write() as transaction:
            add(transaction, database, 1)
            assert len(transaction.rows(database.compile(ALL))) == 1
            assert everything(other) == []
        assert len(everything(other)) == 1
    finally:
        other.close()


def test_a_reader_keeps_one_view(database, url, namespace):
    other = db.open(url, namespace, connections=2)
    try:
        with database.read() as reader:
            before = reader.generation
            assert reader.rows(database.compile(ALL)) == []
            with other.write() as writer:
                add(writer, other, 1)
                writer.changed()
            assert reader.rows(database.compile(ALL)) == []
        with database.read() as reader:
            assert reader.generation == before + 1
            assert len(reader.rows(database.compile(ALL))) == 1
    finally:
        other.close()


def test_the_generation_moves_for_other_handles_at_their_next_transaction(database, url, namespace):
    other = db.open(url, namespace, connections=2)
    try:
        with other.read() as transaction:
            first = transaction.generation
        with database.write() as transaction:
            transaction.changed()
            assert transaction.generation == first + 1
        with other.read() as transaction:
            assert transaction.generation == first + 1
        with database.write() as transaction:
            add(transaction, database, 1)
        with other.read() as transaction:
            assert transaction.generation == first + 1
    finally:
        other.close()


@pytest.mark.parametrize("row", [{"id": 1}, {"id": 2, "name": "one"}])
def test_a_broken_constraint_is_a_violation(database, row):
    with database.write() as transaction:
        add(transaction, database, 1, "one")
    with pytest.raises(db.Violation) as caught, database.write() as transaction:
        add(transaction, database, row["id"], row.get("name"))
    assert caught.value.constraint
    assert len(everything(database)) == 1


def test_names_differ_by_case_and_blanks_in_storage(database):
    with database.write() as transaction:
        for number, name in enumerate(["a", "A", "a ", " a", "\u00e4", "a\u0308"]):
            add(transaction, database, number, name)
    assert len(everything(database)) == 6


def test_text_is_ordered_by_code_point(database):
    names = ["B", "a", "Z", "z", "\u00c4", "\uffff", "\U0001f600", " ", "", "_", "-"]
    with database.write() as transaction:
        for number, name in enumerate(names):
            add(transaction, database, number, name)
    statement = database.compile(select(THING.c.name).order_by(THING.c.name))
    with database.read() as transaction:
        assert [name for (name,) in transaction.rows(statement)] == sorted(names)


def test_counters_give_consecutive_blocks(database):
    with database.write() as transaction:
        assert transaction.next_number("one") == 1
        assert transaction.next_number("one") == 2
        assert transaction.next_number("one", 5) == 3
        assert transaction.next_number("two", 3) == 1
        assert transaction.next_number("one") == 8
        assert transaction.next_number("two") == 4


def test_counters_never_give_a_number_twice(database):
    numbers: list[int] = []

    def take() -> None:
        for _ in range(20):
            with database.write() as transaction:
                numbers.append(transaction.next_number("shared", 2))

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(numbers) == list(range(1, 121, 2))


@pytest.mark.parametrize(
    ("kind", "column", "values", "found"),
    [
        ("integer", "id", [], []),
        ("integer", "id", [2, 2, 9, LARGEST], [2]),
        ("text", "name", ["one", "three", "'; DROP TABLE thing; --", '["'], [1, 3]),
        ("bytes", "code", [b"\x01", b"", b"\xff\x00"], [1, 3]),
    ],
)
def test_a_list_is_one_parameter(database, kind, column, values, found):
    with database.write() as transaction:
        add(transaction, database, 1, "one", b"\x01")
        add(transaction, database, 2, "two", b"\x02")
        add(transaction, database, 3, "three", b"\xff\x00")
        add(transaction, database, 4)
    test = one_of(THING.c[column], "list", kind)
    statement = database.compile(select(THING.c.id).where(test).order_by(THING.c.id))
    with database.read() as transaction:
        rows = transaction.rows(statement, {"list": database.array(values)})
    assert [number for (number,) in rows] == found


def test_a_statement_with_a_literal_in_it_is_refused(database):
    with pytest.raises(ValueError, match="literal"):
        database.compile(select(THING.c.id).where(THING.c.name == "hidden"))


def test_creating_again_changes_nothing(database):
    with database.write() as transaction:
        add(transaction, database, 1, "kept")
    database.create(METADATA)
    assert everything(database) == [(1, "kept", None, None)]


def test_namespaces_are_apart(database, url, namespace):
    other = db.open(url, f"{namespace}_b", durable=False, connections=2)
    try:
        other.create(METADATA)
        with database.write() as transaction:
            add(transaction, database, 1)
            transaction.changed()
            transaction.next_number("one")
        assert everything(other) == []
        with other.write() as transaction:
            assert transaction.next_number("one") == 1
    finally:
        other.close()


def test_a_statement_that_makes_no_sense_is_a_storage_error(database):
    with pytest.raises(db.StorageError), database.read() as transaction:
        transaction.rows("SELECT nothing FROM nowhere")
    assert everything(database) == []


def test_each_thread_may_use_the_same_database(database):
    with database.write() as transaction:
        add(transaction, database, 1)
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(len(everything(database)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == [1, 1, 1, 1]


def test_a_writer_that_waits_too_long_is_told_busy(database, url, namespace, monkeypatch):
    if database.engine == "sqlite":
        monkeypatch.setattr("xrm.db.sqlite._BUSY_MILLISECONDS", 50)
    else:
        monkeypatch.setattr("xrm.db.postgres._LOCK_MILLISECONDS", 50)
    other = db.open(url, namespace, connections=2)
    try:
        with database.write() as transaction:
            transaction.next_number("held")
            with pytest.raises(db.Busy), other.write() as waiting:
                waiting.next_number("held")
        with other.write() as transaction:
            assert transaction.next_number("held") == 2
    finally:
        other.close()
