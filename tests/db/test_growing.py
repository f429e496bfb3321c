"""A table that an earlier version made gets the columns it lacks."""

import sqlalchemy as sa

from xrm import db
from xrm.db.types import Integer, String


def tables(*names: str) -> sa.MetaData:
    metadata = sa.MetaData()
    more = [sa.Column(name, Integer, nullable=False, index=True) for name in names]
    sa.Table("thing", metadata, sa.Column("key", String, primary_key=True), *more)
    return metadata


def check(url: str) -> None:
    database = db.open(url, "growing")
    try:
        assert database.create(tables("one")) == frozenset()
        with database.write() as tx:
            tx.run("INSERT INTO thing (key, one) VALUES ('a', 1)")
        assert database.create(tables("one", "two", "three")) == {"thing"}
        assert database.create(tables("one", "two", "three")) == frozenset()
        with database.read() as tx:
            assert tx.rows("SELECT key, one, two, three FROM thing") == [("a", 1, None, None)]
    finally:
        database.close()


def test_on_sqlite(tmp_path):
    check(f"sqlite://{tmp_path}")


def test_on_postgresql(postgres_database):
    check(postgres_database)
