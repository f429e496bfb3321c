"""The audit: what is kept, what is dropped, what is never in it."""

import threading

import pytest

from xrm.db import StorageError
from xrm.sts import audit as audit_module
from xrm.sts import registration
from xrm.sts.audit import Event, read_events


def test_tokens_refusals_and_registrations_are_kept(fresh):
    fresh.post(fresh.path(), fresh.form())
    fresh.post(fresh.path("v2", "contoso.example"), fresh.form("v2", client_secret="wrong"))
    refused, done, *registered = read_events(fresh.service, limit=10)
    assert (refused.operation, refused.outcome, refused.error) == ("token", "refused", 7000215)
    assert refused.tenant_id == fresh.tenant.tenant_id
    assert (done.outcome, done.error) == ("done", 0)
    assert done.client == str(fresh.application.application_id)
    assert done.resource == "https://localhost:8444/"
    assert done.grant == "client_credentials"
    assert done.peer == "192.0.2.7"
    assert done.time == fresh.clock()
    assert [one.operation for one in registered] == [
        *("secret.add", "application.create", "tenant.create"),
    ]


def test_no_secret_is_in_it(fresh):
    fresh.post(fresh.path(), fresh.form(client_secret="a-wrong-secret-of-mine"))
    fresh.post(fresh.path(), fresh.form())
    text = repr(read_events(fresh.service, limit=10))
    assert "a-wrong-secret-of-mine" not in text
    assert fresh.secret.reveal() not in text


def test_events_of_one_tenant(fresh):
    other = registration.create_tenant(fresh.service, name="Fabrikam", domain="f.example")
    for tenant in (other, other.tenant_id):
        (event,) = read_events(fresh.service, limit=10, tenant=tenant)
        assert event.tenant_id == other.tenant_id
    assert len(read_events(fresh.service, limit=2)) == 2
    assert read_events(fresh.service, limit=0) == []


def test_what_callers_send_is_kept_bounded_and_printable(fresh):
    fresh.post(fresh.path(), fresh.form(client_id="x\r\n\0" + "y" * 5000))
    (event, *_) = read_events(fresh.service, limit=1)
    assert event.client.startswith("x???yyy")
    assert len(event.client) == 256


def test_they_are_written_without_being_asked_for(fresh, reopen):
    fresh.post(fresh.path(), fresh.form())
    fresh.service.close()
    assert read_events(reopen(), limit=1)[0].operation == "token"


def test_the_thread_writes_them(fresh, monkeypatch):
    written = threading.Event()
    write = fresh.service.audit._write

    def noticing(events):
        write(events)
        written.set()

    monkeypatch.setattr(fresh.service.audit, "_write", noticing)
    fresh.service.audit.record(Event(time=1.0, operation="x"))
    assert written.wait(timeout=30)


def test_a_full_queue_drops_and_counts(fresh, monkeypatch):
    monkeypatch.setattr(audit_module, "_MOST_WAITING", 0)
    fresh.service.audit.record(Event(time=1.0, operation="x"))
    assert fresh.service.audit.dropped == 1


def test_a_failed_write_is_counted_and_tokens_go_on(fresh, monkeypatch, caplog):
    fresh.service.audit.flush()

    def failing():
        raise StorageError("disk full")

    monkeypatch.setattr(fresh.database, "write", failing)
    assert fresh.post(fresh.path(), fresh.form()).status == 200
    fresh.service.audit.flush()
    assert fresh.service.audit.dropped == 1
    assert "1 audit entries were lost" in caplog.text
    monkeypatch.undo()


def test_only_the_newest_are_kept(fresh, monkeypatch):
    monkeypatch.setattr(audit_module, "_MOST_KEPT", 2)
    for number in range(5):
        fresh.service.audit.record(Event(time=float(number), operation="x"))
    assert [one.time for one in read_events(fresh.service, limit=10)] == [4.0, 3.0]


def test_an_event_is_immutable():
    with pytest.raises(AttributeError):
        Event(time=1.0, operation="x").error = 2
