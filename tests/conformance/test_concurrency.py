"""What two writers at once may not break, on both engines."""

import threading
import uuid
from contextlib import suppress

import pytest

from support.estate import Client
from xrm.org import administration, provisioning


def at_once(count, work):
    """Run `work(number)` in threads that start together; return the results in order."""
    start, results = threading.Barrier(count), [None] * count

    def run(number):
        start.wait(30)
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_one_of_two_changes_with_the_same_version_wins(estate, client, monkeypatch):
    key = client.post("leads", {"lastname": "Race"}).created
    tag = (("if-match", client.get(f"leads({key})").header("ETag")),)
    meeting = threading.Barrier(2)
    original = estate.organization.store.change

    def change(*arguments):
        with suppress(threading.BrokenBarrierError):
            meeting.wait(0.3)
        return original(*arguments)

    monkeypatch.setattr(type(estate.organization.store), "change", staticmethod(change))
    found = at_once(
        2, lambda number: client.patch(f"leads({key})", {"subject": str(number)}, headers=tag)
    )
    assert sorted(answer.status for answer in found) == [204, 412]
    winner = [answer.status for answer in found].index(204)
    assert client.get(f"leads({key})").document["subject"] == str(winner)


def test_an_application_gets_one_user_even_when_two_ask(estate, client, monkeypatch):
    application_id = estate.register("Race")
    meeting = threading.Barrier(2)
    original = estate.directory.application

    def application(asked):
        with suppress(threading.BrokenBarrierError):
            meeting.wait(0.3)
        return original(asked)

    monkeypatch.setattr(estate.directory, "application", application)
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    record = {
        "applicationid": str(application_id),
        "businessunitid@odata.bind": f"/businessunits({unit})",
    }
    found = at_once(2, lambda _: client.post("systemusers", record).status)
    assert sorted(found) == [204, 412]
    assert len(client.rows("systemusers", filter=f"applicationid eq {application_id}")) == 1


def test_one_of_many_upserts_creates(client):
    key = str(uuid.uuid4())
    record = {"lastname": "Upsert"}
    headers = (("if-none-match", "*"),)
    found = at_once(4, lambda _: client.patch(f"leads({key})", record, headers=headers).status)
    assert sorted(found) == [204, 412, 412, 412]


def test_versions_are_never_given_twice(client):
    made = at_once(4, lambda _: [client.post("leads", {"lastname": "V"}).created for _ in range(5)])
    keys = {key for part in made for key in part}
    rows = client.rows("leads", select="leadid,versionnumber")
    versions = [row["versionnumber"] for row in rows]
    assert len(set(versions)) == len(versions)
    assert keys <= {row["leadid"] for row in rows}


def test_a_role_taken_away_counts_beside_at_once(estate):
    service = estate.user("Salesperson")
    other = Client(estate.beside(), service.token)
    for _ in range(3):
        assert [service.get("leads").status, other.get("leads").status] == [200, 200]
        administration.remove_role(estate.organization, service.user_id, "Salesperson")
        assert [other.get("leads").status, service.get("leads").status] == [403, 403]
        administration.assign_role(other.estate.organization, service.user_id, "Salesperson")


@pytest.mark.parametrize("times", [1, 2])
def test_provisioning_again_changes_nothing(estate, client, times):
    before = [client.rows(name) for name in ("organizations", "roles", "systemusers")]
    for _ in range(times):
        provisioning.provision(
            estate.database,
            organization_id=uuid.uuid4(),
            name="Another",
            clock=estate.clock,
            ids=estate.ids,
        )
    assert [client.rows(name) for name in ("organizations", "roles", "systemusers")] == before
