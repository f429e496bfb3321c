"""The verbs of the store, over a record with every type a record may hold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from xrm import db
from xrm.db import Violation
from xrm.sts.model import Application, Family, PasswordCredential, Tenant
from xrm.sts.store import APPLICATIONS, CREDENTIALS, FAMILIES, TENANTS, Store

ID = UUID("5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")
OTHER = UUID("6f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")
CREDENTIAL = PasswordCredential(ID, OTHER, "abc", "d\0\u00e9\u2028", 1, 2**40, b"\0\xff", b"")
APPLICATION = Application(ID, OTHER, OTHER, "A", enabled=False)
FAMILY = Family(ID, OTHER, OTHER, OTHER, created=1, ends=100)
TENANT = Tenant(ID, "T", ("a.example", "b.example"))


@pytest.mark.parametrize(
    ("kind", "record"),
    [(CREDENTIALS, CREDENTIAL), (APPLICATIONS, APPLICATION), (TENANTS, TENANT)],
)
def test_a_record_comes_back_as_it_was_put(fresh, kind, record):
    store = fresh.service.store
    with fresh.database.write() as tx:
        store.put(tx, kind, record)
    with fresh.database.read() as tx:
        assert store.get(tx, kind, str(ID)) == record
        assert store.get(tx, kind, "absent") is None


def test_put_replaces_unless_it_must_be_new(fresh):
    store = fresh.service.store
    changed = Application(ID, ID, OTHER, "B")
    with fresh.database.write() as tx:
        store.put(tx, APPLICATIONS, APPLICATION, new=True)
        store.put(tx, APPLICATIONS, changed)
        assert store.get(tx, APPLICATIONS, str(ID)) == changed
        assert store.find(tx, APPLICATIONS, tenant=str(OTHER)) == []
        assert store.find(tx, APPLICATIONS, tenant=str(ID)) == [changed]
    with pytest.raises(Violation), fresh.database.write() as tx:
        store.put(tx, APPLICATIONS, APPLICATION, new=True)


def test_find_without_a_value_finds_all(fresh):
    with fresh.database.read() as tx:
        assert fresh.service.store.find(tx, TENANTS) == [fresh.tenant]


def test_delete_tells_whether_it_was_there(fresh):
    store = fresh.service.store
    with fresh.database.write() as tx:
        store.put(tx, CREDENTIALS, CREDENTIAL)
        assert store.delete(tx, CREDENTIALS, str(ID))
        assert not store.delete(tx, CREDENTIALS, str(ID))


def test_of_many_takers_one_gets_the_record(fresh):
    store = fresh.service.store
    with fresh.database.write() as tx:
        store.put(tx, CREDENTIALS, CREDENTIAL)
    taken = []

    def take():
        with fresh.database.write() as tx:
            taken.append(store.take(tx, CREDENTIALS, str(ID)))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=lambda one: one is None) == [CREDENTIAL, None, None, None]


def test_who_holds_a_record_changes_it_alone(fresh_on_each):
    """Each of four counts a lifetime on, from what the one before has left."""
    store, database = fresh_on_each.service.store, fresh_on_each.database
    barrier = threading.Barrier(4)
    with database.write() as tx:
        store.put(tx, FAMILIES, FAMILY)
        assert store.hold(tx, FAMILIES, str(OTHER)) is None

    def count():
        barrier.wait()
        with database.write() as tx:
            standing = store.hold(tx, FAMILIES, str(ID))
            store.put(tx, FAMILIES, replace(standing, sequence=standing.sequence + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert store.get(tx, FAMILIES, str(ID)) == replace(FAMILY, sequence=4)


def test_a_sweep_leaves_what_has_not_ended_and_what_is_held(fresh_on_each):
    store, database = fresh_on_each.service.store, fresh_on_each.database
    later = replace(FAMILY, family_id=OTHER, ends=FAMILY.ends + 2)
    with database.write() as tx:
        store.put(tx, FAMILIES, FAMILY)
        store.put(tx, FAMILIES, later)
    if database.engine == "postgresql":  # elsewhere there is one writer at a time
        with database.write() as holding:
            store.hold(holding, FAMILIES, str(ID))
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(_sweep, database, store).result() == 0
    assert _sweep(database, store) == 1
    with database.read() as tx:
        assert store.find(tx, FAMILIES) == [later]


def _sweep(database, store):
    with database.write() as tx:
        return store.expire(tx, FAMILIES, FAMILY.ends + 1)


def test_records_of_an_earlier_version_are_found_by_what_they_had_no_column_for(tmp_path):
    database = db.open(f"sqlite://{tmp_path}", "sts")
    body = (
        f'{{"application_id":"{ID}","tenant_id":"{OTHER}","object_id":"{CREDENTIAL.key_id}",'
        '"name":"Old","enabled":true}'
    )
    with database.write() as tx:
        tx.run("CREATE TABLE application (key TEXT PRIMARY KEY, tenant TEXT NOT NULL, body TEXT)")
        values = {"key": str(ID), "tenant": str(OTHER), "body": body}
        tx.run("INSERT INTO application VALUES (:key, :tenant, :body)", values)
    store = Store(database)
    try:
        with database.read() as tx:
            (found,) = store.find(tx, APPLICATIONS, object=str(CREDENTIAL.key_id))
    finally:
        database.close()
    assert found == Application(ID, OTHER, CREDENTIAL.key_id, "Old")
