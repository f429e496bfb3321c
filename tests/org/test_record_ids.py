"""Keys of new records: each later than those before it, in the order they are stored and shown."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.estate import CountedIds, MovableClock
from xrm.org.store.columns import pack_guid
from xrm.org.store.identifiers import RecordIds

PER_MILLISECOND = 2**14
SHIFTS = {
    "stands still": [0.0] * 5,
    "goes on": [0.001, 1.0, 86_400.0],
    "goes back": [5.0, -3600.0, -0.001, 0.0, 10.0],
}


@pytest.mark.parametrize("shifts", SHIFTS.values(), ids=SHIFTS)
def test_keys_rise_whatever_the_clock_does(shifts):
    clock = MovableClock()
    fresh = RecordIds(clock, CountedIds("keys"))
    keys = [fresh()]
    for shift in shifts:
        clock.now += shift
        keys += [fresh(), fresh()]
    assert [pack_guid(key) for key in keys] == sorted({pack_guid(key) for key in keys})


def test_more_keys_than_a_millisecond_has_room_for():
    fresh = RecordIds(MovableClock(), CountedIds("keys"))
    keys = [pack_guid(fresh()) for _ in range(PER_MILLISECOND + 2)]
    assert keys == sorted(set(keys))


def test_the_time_is_in_the_last_six_bytes_of_a_custom_uuid():
    clock = MovableClock()
    clock.now = 1_700_000_000.123
    key = uuid.UUID(RecordIds(clock, CountedIds("keys"))())
    assert (key.version, key.variant) == (8, uuid.RFC_4122)
    assert key.node == 1_700_000_000_123


def test_threads_share_one_sequence():
    fresh = RecordIds(MovableClock(), CountedIds("keys"))
    with ThreadPoolExecutor(4) as threads:
        parts = list(threads.map(lambda _: [pack_guid(fresh()) for _ in range(500)], range(4)))
    assert all(part == sorted(part) for part in parts)
    assert len({key for part in parts for key in part}) == 2000


def test_records_stand_in_the_order_of_their_creation(estate):
    client = estate.user("System Administrator")
    made = [client.post("contacts", {"lastname": "Row"}).created for _ in range(5)]
    named = {"filter": "lastname eq 'Row'", "orderby": "contactid"}
    assert client.column("contacts", "contactid", **named) == made
