"""Registration of certificates."""

import datetime
from uuid import UUID

import pytest

from support import certificates
from support.credentials import signed
from xrm.sts import registration as r
from xrm.sts.audit import read_events
from xrm.sts.model import Application

START = 1_800_000_000
DAY = 24 * 3600
SOME_ID = UUID("5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")


def on(number):
    return datetime.datetime.fromtimestamp(START, datetime.UTC) + datetime.timedelta(number)


def test_a_certificate_keeps_its_times(fresh, pair):
    made = r.add_certificate(fresh.service, fresh.application, pair.der, description="night job")
    assert made.certificate == pair.der
    assert made.thumbprint == pair.sha1
    assert made.application_id == fresh.application.application_id
    assert (made.start, made.end) == (1_577_836_800, 4_733_510_400)  # 2020 to 2120
    assert made.description == "night job"
    assert pair.der.hex() not in repr(made)
    assert r.list_certificates(fresh.service, fresh.application) == [made]
    (event, *_) = read_events(fresh.service, limit=1)
    assert event.operation == "certificate.add"
    assert event.client == str(fresh.application.application_id)


def test_of_a_pem_file_only_the_first_certificate_is_kept(fresh, tmp_path, pair, stranger):
    text = pair.pem() + stranger.certificate_pem
    made = r.add_certificate(fresh.service, fresh.application, text)
    assert made.certificate == pair.der
    fresh.service.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert pair.der.hex().encode() in kept
    assert pair.key_pem()[30:90] not in kept
    numbers = pair.private_key.private_numbers()
    assert f"{numbers.d:x}".encode() not in kept


def test_a_long_description_is_shortened(fresh, pair):
    made = r.add_certificate(fresh.service, fresh.application, pair.der, description="x" * 91)
    assert made.description == "x" * 90


@pytest.mark.parametrize(
    ("start", "end", "member"),
    [
        (1_577_836_800 - 1, None, "startDateTime"),
        (4_733_510_400, None, "startDateTime"),
        (None, 4_733_510_400 + 1, "endDateTime"),
        (START + DAY, START + DAY, "endDateTime"),
        (None, START, "endDateTime"),
    ],
)
def test_times_outside_the_certificates_own_are_refused(fresh, pair, start, end, member):
    with pytest.raises(r.RegistrationError) as caught:
        r.add_certificate(fresh.service, fresh.application, pair.der, start=start, end=end)
    assert (caught.value.kind, caught.value.member) == ("invalid", member)
    assert r.list_certificates(fresh.service, fresh.application) == []


def test_an_expired_certificate_is_refused(fresh):
    old = certificates.make("old", first=on(-2), last=on(-1))
    with pytest.raises(r.RegistrationError, match="end date"):
        r.add_certificate(fresh.service, fresh.application, old.der)


@pytest.mark.parametrize(
    "junk",
    [
        "nothing",
        "text",
        "cut",
        "longer",
        "a key alone",
        "an empty block",
        "too large",
    ],
)
def test_what_is_no_certificate_is_refused(fresh, pair, junk):
    given = {
        "nothing": b"",
        "text": b"certificate",
        "cut": pair.der[:-1],
        "longer": pair.der + b"\0",
        "a key alone": pair.key_pem(),
        "an empty block": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "too large": pair.certificate_pem + b" " * 65536,
    }[junk]
    with pytest.raises(r.RegistrationError) as caught:
        r.add_certificate(fresh.service, fresh.application, given)
    assert caught.value.member == "key"


def test_a_certificate_stands_once_in_an_application(fresh, pair):
    r.add_certificate(fresh.service, fresh.application, pair.der)
    with pytest.raises(r.RegistrationError) as caught:
        r.add_certificate(fresh.service, fresh.application, pair.certificate_pem)
    assert caught.value.kind == "taken"
    other = r.create_application(fresh.service, fresh.tenant, name="Other")
    r.add_certificate(fresh.service, other, pair.der)
    assert len(r.list_certificates(fresh.service, other)) == 1


def test_several_are_listed_the_first_to_end_first(fresh, pair, stranger):
    late = r.add_certificate(fresh.service, fresh.application, pair.der)
    early = r.add_certificate(fresh.service, fresh.application, stranger.der, end=START + DAY)
    assert r.list_certificates(fresh.service, fresh.application) == [early, late]


@pytest.mark.parametrize("how", ["key id", "KEY ID", "sha1", "SHA1", "sha256"])
def test_removed_by_key_id_or_thumbprint(fresh, pair, document, how):
    made = r.add_certificate(fresh.service, fresh.application, pair.der)
    name = {
        "key id": made.key_id,
        "KEY ID": str(made.key_id).upper(),
        "sha1": pair.sha1.lower(),
        "SHA1": f" {pair.sha1} ",
        "sha256": pair.sha256,
    }[how]
    assert r.remove_certificate(fresh.service, fresh.application, name) == made
    assert r.list_certificates(fresh.service, fresh.application) == []
    answer = fresh.post(fresh.path(), fresh.asserting(signed(pair, fresh.claims())))
    assert document(answer)["error_codes"] == [700026]


def test_what_is_not_there_cannot_be_removed(fresh, pair, stranger):
    other = r.create_application(fresh.service, fresh.tenant, name="Other")
    made = r.add_certificate(fresh.service, other, pair.der)
    for name in (made.key_id, pair.sha1, stranger.sha1, "", "x"):
        with pytest.raises(r.RegistrationError) as caught:
            r.remove_certificate(fresh.service, fresh.application, name)
        assert caught.value.kind == "absent"
    assert r.list_certificates(fresh.service, other) == [made]


def test_an_application_that_is_not_there(fresh, pair):
    absent = Application(SOME_ID, fresh.tenant.tenant_id, SOME_ID, "Absent")
    with pytest.raises(r.RegistrationError, match="no application") as caught:
        r.add_certificate(fresh.service, absent, pair.der)
    assert caught.value.kind == "absent"


def test_another_process_takes_a_new_certificate_at_the_next_request(fresh, reopen, pair):
    assert fresh.post(fresh.path(), fresh.form()).status == 200
    r.add_certificate(reopen(), fresh.application, pair.der)
    answer = fresh.post(fresh.path(), fresh.asserting(signed(pair, fresh.claims())))
    assert answer.status == 200
