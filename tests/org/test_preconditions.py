"""Versions, and upserts: what a request says must be there, on the demonstration records."""

import uuid

import pytest

from support.people import PRIYA, owner_of
from support.rights import ABSENT, BEYOND, DUPLICATE

CONFLICT = (412, "0x80060882")


def etag(client, key):
    answer = client.get(f"leads({key})", select="subject")
    assert answer.header("ETag") == answer.document["@odata.etag"]
    return answer.header("ETag")


def test_a_version_must_be_the_records(admin, lead):
    key = lead(PRIYA)
    where, old = f"leads({key})", etag(admin, key)
    assert admin.patch(where, {"subject": "1"}, headers=(("if-match", old),)).status == 204
    new = etag(admin, key)
    assert new != old
    assert admin.patch(where, {"subject": "2"}, headers=(("if-match", old),)).error == CONFLICT
    assert admin.delete(where, headers=(("if-match", old),)).error == CONFLICT
    assert admin.get(where).document["subject"] == "1"
    assert etag(admin, key) == new
    assert admin.delete(where, headers=(("if-match", new),)).status == 204
    assert admin.get(where).error == ABSENT


@pytest.mark.parametrize(
    "tag", ["5", '"5"', "W/5", 'W/"x"', 'W/"1", W/"2"', "", 'W/"99999999999999999999"', "null"]
)
def test_a_tag_that_cannot_be_read(admin, lead, tag):
    where = f"leads({lead(PRIYA)})"
    headers = (("if-match", tag),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).error == (400, "0x80060888")
    assert admin.delete(where, headers=headers).error == (400, "0x80060888")
    assert admin.get(where).document["subject"] is None


def test_a_tag_no_record_ever_had(admin, lead):
    where = f"leads({lead(PRIYA)})"
    for tag in ('W/"0"', 'W/"9999999999999999999"'):
        headers = (("if-match", tag),)
        assert admin.patch(where, {"subject": "1"}, headers=headers).error == CONFLICT


@pytest.mark.parametrize("tag", ["*", 'W/"1"'])
def test_a_record_that_must_be_there(admin, tag):
    where, headers = f"leads({uuid.uuid4()})", (("if-match", tag),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).error == ABSENT
    assert admin.delete(where, headers=headers).error == ABSENT
    assert admin.get(where).error == ABSENT


def test_an_upsert_creates_or_changes(give, admin):
    service = give("Salesperson")
    key = str(uuid.uuid4())
    where = f"leads({key})"
    for subject in ("First", "Second"):
        answer = service.patch(where, {"subject": subject, "lastname": "Upsert"})
        assert answer.status == 204
        assert answer.header("OData-EntityId").endswith(where)
        found = service.get(where).document
        assert (found["subject"], found["leadid"]) == (subject, key)
    assert owner_of(admin, key)[0] == str(service.user_id)
    headers = (("if-none-match", "*"),)
    answer = service.patch(where, {"subject": "Third"}, headers=headers)
    assert answer.error == DUPLICATE
    assert service.get(where).document["subject"] == "Second"
    assert service.delete(where).status == 204
    assert service.patch(where, {"lastname": "Upsert"}, headers=headers).status == 204
    assert service.delete(where).status == 204


def test_an_upsert_is_no_way_around_rights(give, admin, owned):
    service = give("Salesperson")
    where = f"leads({owned[PRIYA]})"
    assert service.patch(where, {"subject": "Taken"}).error == BEYOND
    assert admin.get(where).document["subject"] != "Taken"


@pytest.mark.parametrize("value", ["null", 'W/"1"', "x", ""])
def test_other_values_of_if_none_match_are_no_precondition(admin, lead, value):
    where = f"leads({lead(PRIYA)})"
    headers = (("if-none-match", value),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).status == 204
    assert admin.get(where, headers=(("if-none-match", "null"),)).status == 200
    assert admin.delete(where, headers=(("if-none-match", "null"),)).status == 204
