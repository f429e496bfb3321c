"""The verbs of the store, over a record with every type a record may hold."""

import threading
from uuid import UUID

import pytest

from xrm import db
from xrm.db import Violation
from xrm.sts.model import Application, PasswordCredential, Tenant
from xrm.sts.store import APPLICATIONS, CREDENTIALS, TENANTS, Store

ID = UUID("5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")
OTHER = UUID("6f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")
CREDENTIAL = PasswordCredential(ID, OTHER, "abc", "d\0\u00e9\u2028", 1, 2**40, b"\0\xff", b"")
APPLICATION = Application(ID, OTHER, OTHER, "A", enabled=False)
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
