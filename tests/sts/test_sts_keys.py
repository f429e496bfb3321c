"""Signing keys: sealed at rest, published ahead, rotated for every process at once."""

import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from xrm import db
from xrm.sts.audit import read_events
from xrm.sts.keys import WrongSealingKey
from xrm.sts.store import SIGNING_KEYS, Store
from xrm.wire import jose

ORGANIZATION = "https://localhost:8444/"


def published(world, document):
    return [key["kid"] for key in document(world.get("/common/discovery/keys"))["keys"]]


def signed_with(world, document):
    answer = world.post(world.path(), world.form())
    return jwt.get_unverified_header(document(answer)["access_token"])["kid"]


def test_the_key_id_is_the_certificates_thumbprint(world, document):
    for key in document(world.get("/common/discovery/keys"))["keys"]:
        der = base64.b64decode(key["x5c"][0])
        thumbprint = base64.urlsafe_b64encode(hashlib.sha1(der).digest()).decode().rstrip("=")
        assert key["kid"] == thumbprint
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(certificate)
        assert certificate.public_key().key_size == 2048


def test_the_first_published_key_signs(world, document):
    assert signed_with(world, document) == published(world, document)[0]


def test_rotation_keeps_old_tokens_verifiable(fresh, document):
    current, upcoming = published(fresh, document)
    token = document(fresh.post(fresh.path(), fresh.form()))["access_token"]
    fresh.service.keys.rotate()
    after = published(fresh, document)
    assert after[0] == upcoming
    assert after[1] not in (current, upcoming)
    assert after[2:] == [current]
    assert signed_with(fresh, document) == upcoming
    keys = {key.kid: key for key in fresh.service.keys.published()}
    assert jose.verify(token, keys.get)["aud"] == ORGANIZATION


DAY = 24 * 3600
SKEW = 300


def stored(service):
    with service.database.read() as tx:
        return {record.kid: record for record in service.store.find(tx, SIGNING_KEYS)}


def statuses(service):
    return sorted(record.status for record in stored(service).values())


@pytest.fixture
def opened(fresh, reopen, tmp_path):
    """Return `opened(**options)`: a service over a database of its own, and its clock."""
    databases = []

    def opening(**options):
        databases.append(db.open(f"sqlite://{tmp_path}", f"other{len(databases)}", durable=False))
        return reopen(databases[-1], **options), fresh.clock

    yield opening
    for database in databases:
        database.close()


@pytest.mark.parametrize(
    ("fixed", "longest"), [(None, 90 * 60), (60, 60), (3 * DAY, 3 * DAY)], ids=str
)
def test_a_retired_key_stays_until_its_last_token_has_ended_and_no_longer(opened, fixed, longest):
    service, clock = opened(token_lifetime=fixed)
    old = service.keys.listing()[0].kid
    clock.now += 1000
    retired = next(one for one in service.keys.rotate() if one.kid == old)
    assert (retired.status, retired.since) == ("retired", int(clock.now))
    assert retired.until == int(clock.now) + longest + SKEW
    clock.now = retired.until
    assert old in [key.kid for key in service.keys.published()]
    assert old in [one.kid for one in service.keys.listing()]
    clock.now += 1
    assert old not in [key.kid for key in service.keys.published()]
    assert old not in [one.kid for one in service.keys.listing()]
    assert old in stored(service)
    service.keys.rotate()
    assert old not in stored(service)
    assert len(service.keys.published()) == 3


def test_a_key_that_is_over_is_removed_at_the_next_opening(fresh, reopen):
    fresh.service.keys.rotate()
    fresh.clock.now += 90 * 60 + SKEW
    reopen()
    assert statuses(fresh.service) == ["current", "next", "retired"]
    fresh.clock.now += 1
    reopen()
    assert statuses(fresh.service) == ["current", "next"]


def test_many_rotations_at_once_keep_every_key_its_full_time(fresh):
    keys, first = fresh.service.keys, fresh.clock.now
    retired = []
    for _ in range(5):
        retired.append(keys.listing()[0].kid)
        keys.rotate()
        fresh.clock.now += 10
    fresh.clock.now = first + 90 * 60 + SKEW
    for count in (5, 4, 3, 2, 1, 0):
        kept = [one.kid for one in keys.listing() if one.status == "retired"]
        assert kept == retired[::-1][:count]
        assert [key.kid for key in keys.published()][2:] == kept
        fresh.clock.now += 1 if count == 5 else 10


def test_the_longest_lifetime_of_any_process_counts(fresh, reopen):
    keys = fresh.service.keys
    reopen(token_lifetime=2 * DAY)
    for _ in range(3):
        old = keys.listing()[0].kid
        (until,) = [one.until for one in keys.rotate() if one.kid == old]
        assert until == int(fresh.clock.now) + 2 * DAY + SKEW


def test_an_opening_that_changes_nothing_writes_nothing(fresh, reopen, monkeypatch):
    before = stored(fresh.service)
    with fresh.database.read() as tx:
        generation = tx.generation
    with monkeypatch.context() as patch:
        patch.setattr(fresh.database, "write", None)
        # A store looks after its tables in a transaction of its own.
        patch.setattr(fresh.database, "create", lambda metadata: frozenset())
        reopen(token_lifetime=60)
    assert stored(fresh.service) == before
    reopen(token_lifetime=DAY)
    assert {record.longest for record in stored(fresh.service).values()} == {DAY}
    with fresh.database.read() as tx:
        assert tx.generation == generation


def test_a_key_of_unknown_use_is_kept_as_long_as_one_of_this_process(fresh, reopen):
    (old, *_) = fresh.service.keys.listing()
    fresh.service.keys.rotate()
    with fresh.database.write() as tx:
        record = fresh.service.store.get(tx, SIGNING_KEYS, old.kid)
        fresh.service.store.put(tx, SIGNING_KEYS, replace(record, longest=0))
        tx.changed()
    reopened = reopen()
    assert reopened.keys.listing()[2].until == int(fresh.clock.now) + 90 * 60 + SKEW


@pytest.fixture
def slow_reader(monkeypatch):
    """Let whoever reads the keys take its time, so that several surely do at once."""
    find = Store.find

    def finding(self, tx, kind, **by):
        found = find(self, tx, kind, **by)
        if kind is SIGNING_KEYS:
            time.sleep(0.05)
        return found

    monkeypatch.setattr(Store, "find", finding)


@pytest.mark.usefixtures("slow_reader")
def test_rotation_in_many_threads_of_two_services(fresh_on_each, open_over):
    services = [fresh_on_each.service, open_over(fresh_on_each)]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda number: services[number % 2].keys.rotate(), range(8)))
    for states in done:
        assert [one.status for one in states[:2]] == ["current", "next"]
        assert {one.status for one in states[2:]} == {"retired"}
    # Each rotation made another key current.
    assert len({states[0].kid for states in done}) == 8
    assert statuses(fresh_on_each.service) == ["current", "next"] + ["retired"] * 8
    first, second = ([key.kid for key in one.keys.published()] for one in services)
    assert first == second


@pytest.mark.usefixtures("slow_reader")
def test_many_who_open_first_share_one_pair(fresh_on_each, open_over):
    made = stored(fresh_on_each.service)
    with fresh_on_each.database.write() as tx:
        for kid in made:
            fresh_on_each.service.store.delete(tx, SIGNING_KEYS, kid)
        tx.changed()
    with ThreadPoolExecutor(4) as threads:
        services = list(threads.map(lambda _: open_over(fresh_on_each), range(4)))
    assert statuses(fresh_on_each.service) == ["current", "next"]
    assert len({tuple(key.kid for key in one.keys.published()) for one in services}) == 1


def test_rotation_is_in_the_audit(fresh):
    states = fresh.service.rotate_keys()
    (event,) = read_events(fresh.service, limit=1)
    assert (event.operation, event.resource) == ("keys.rotate", states[0].kid)


def test_rotation_reaches_every_process(fresh, reopen, document):
    before = published(fresh, document)
    assert signed_with(fresh, document) == before[0]
    reopen().keys.rotate()
    assert signed_with(fresh, document) == before[1]
    after = published(fresh, document)
    assert after[0] == before[1]
    assert after[1] not in before
    assert after[2:] == before[:1]


def test_a_second_service_uses_the_same_keys(fresh, reopen):
    assert reopen().keys.published() == fresh.service.keys.published()


def test_private_keys_and_secrets_are_not_in_the_database_in_clear(fresh, tmp_path):
    secret = fresh.secret.reveal().encode()
    needles = [secret]
    for _ in range(3):
        with fresh.database.read() as tx:
            key = fresh.service.keys.signing(tx).private_key
        needles.append(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        needles.append(key.private_numbers().p.to_bytes(128, "big"))
        fresh.service.keys.rotate()
    fresh.service.close()
    fresh.database.close()
    content = b"".join(Path(file).read_bytes() for file in tmp_path.iterdir())
    assert b"password_credential" in content
    for needle in needles:
        assert needle not in content
        assert needle.hex().encode() not in content
        assert base64.b64encode(needle) not in content


def test_a_retired_key_has_no_private_half_any_more(fresh):
    (old, *_) = fresh.service.keys.listing()
    assert stored(fresh.service)[old.kid].sealed
    fresh.service.keys.rotate()
    assert {bool(one.sealed) for one in stored(fresh.service).values() if one.kid != old.kid} == {
        True
    }
    assert stored(fresh.service)[old.kid].sealed == b""


def test_another_sealing_key_is_refused_and_changes_nothing(fresh, reopen):
    before = stored(fresh.service)
    with pytest.raises(WrongSealingKey, match="another key"):
        reopen(sealing_key=b"x" * 32, token_lifetime=3 * DAY)
    assert stored(fresh.service) == before
    with pytest.raises(ValueError, match="32 bytes"):
        reopen(sealing_key=b"short")


def test_a_key_does_not_show_its_private_half(fresh):
    with fresh.database.read() as tx:
        key = fresh.service.keys.signing(tx)
    assert "private" not in repr(key)
