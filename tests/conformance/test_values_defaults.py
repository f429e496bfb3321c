"""What a new record holds unasked, and what follows from what is given."""

import pytest

ACCOUNT = {
    "accountratingcode": 1,
    "accountclassificationcode": 1,
    "businesstypecode": 1,
    "customersizecode": 1,
    "territorycode": 1,
    "shippingmethodcode": 1,
    "address2_shippingmethodcode": 1,
    "address2_freighttermscode": 1,
    "address2_addresstypecode": 1,
    "preferredcontactmethodcode": 1,
    "creditonhold": False,
    "marketingonly": False,
    "merged": False,
    "participatesinworkflow": False,
    "followemail": True,
    "donotphone": False,
    "donotemail": False,
    "donotsendmm": False,
    "donotpostalmail": False,
    "donotbulkemail": False,
    "donotbulkpostalmail": False,
    "donotfax": False,
    "statecode": 0,
    "statuscode": 1,
    "address1_addresstypecode": None,
    "address1_shippingmethodcode": None,
    "address1_freighttermscode": None,
    "preferredappointmentdaycode": None,
    "revenue": None,
    "address1_composite": None,
    "createdonbehalfby": None,
}
CONTACT = {
    "customertypecode": 1,
    "territorycode": 1,
    "haschildrencode": 1,
    "preferredappointmenttimecode": 1,
    "isbackofficecustomer": False,
    "educationcode": 1,
    "customersizecode": 1,
    "leadsourcecode": 1,
    "followemail": True,
    "gendercode": None,
    "familystatuscode": None,
    "address1_addresstypecode": None,
}
TASK = {
    "activitytypecode": "task",
    "isregularactivity": True,
    "isbilled": False,
    "isworkflowcreated": False,
    "prioritycode": 1,
    "statuscode": 2,
    "scheduleddurationminutes": None,
}


@pytest.mark.parametrize(
    ("path", "expected"), [("accounts", ACCOUNT), ("contacts", CONTACT), ("tasks", TASK)]
)
def test_a_new_record_has_defaults(client, path, expected):
    key = client.post(path, {}).created
    found = client.get(f"{path}({key})").document
    assert {name: found.get(name) for name in expected} == expected


def test_a_default_yields_to_what_is_given_null_included(client):
    given = {"followemail": False, "territorycode": None, "preferredcontactmethodcode": 2}
    key = client.post("accounts", given).created
    found = client.get(f"accounts({key})").document
    assert {name: found[name] for name in given} == given


@pytest.mark.parametrize(("path", "count"), [("accounts", 2), ("contacts", 3), ("leads", 2)])
def test_each_address_has_an_identifier(client, path, count):
    keys = [client.post(path, {}).created for _ in range(2)]
    names = [f"address{number}_addressid" for number in range(1, count + 1)]
    found = [client.get(f"{path}({key})").document[name] for key in keys for name in names]
    assert len(set(found)) == 2 * count
    assert None not in found


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"stateorprovince": "TX"}, "TX"),
        ({"city": "Seattle"}, "Seattle"),
        (
            {"line1": "601 Union St", "city": "Seattle", "stateorprovince": "WA"},
            "601 Union St\r\nSeattle, WA",
        ),
        (
            {
                "line1": "One",
                "line2": "Two",
                "line3": "Three",
                "city": "Redmond",
                "stateorprovince": "WA",
                "postalcode": "98052",
                "country": "U.S.",
            },
            "One\r\nTwo\r\nThree\r\nRedmond, WA 98052\r\nU.S.",
        ),
        ({"postalcode": "10115", "country": "Germany"}, "10115\r\nGermany"),
    ],
)
@pytest.mark.parametrize("path", ["accounts", "contacts", "leads"])
def test_an_address_is_written_as_one_text(client, path, parts, text):
    key = client.post(path, {f"address1_{part}": word for part, word in parts.items()}).created
    composite = "address1_composite"
    assert client.get(f"{path}({key})", select=composite).document[composite] == text


def test_a_change_of_one_part_rewrites_the_address(client):
    key = client.post("accounts", {"address2_city": "Bonn", "address2_line1": "Am Markt"}).created
    assert client.patch(f"accounts({key})", {"address2_city": "Ulm"}).status == 204
    found = client.get(f"accounts({key})", select="address2_composite").document
    assert found["address2_composite"] == "Am Markt\r\nUlm"
    assert client.patch(f"accounts({key})", {"name": "Other"}).status == 204
    gone = {"address2_city": None, "address2_line1": ""}
    assert client.patch(f"accounts({key})", gone).status == 204
    assert client.get(f"accounts({key})").document["address2_composite"] is None


def test_full_names_follow_their_parts(client):
    key = client.post("contacts", {"firstname": "Ada", "lastname": "Byron"}).created
    names = "fullname,yomifullname"

    def shown():
        found = client.get(f"contacts({key})", select=names).document
        return found["fullname"], found["yomifullname"]

    assert shown() == ("Ada Byron", "Ada Byron")
    assert client.patch(f"contacts({key})", {"yomilastname": "Bairon"}).status == 204
    assert shown() == ("Ada Byron", "Ada Bairon")
    assert client.patch(f"contacts({key})", {"lastname": "Lovelace"}).status == 204
    assert shown() == ("Ada Lovelace", "Ada Bairon")
    cleared = {"firstname": None, "lastname": None, "yomilastname": None}
    assert client.patch(f"contacts({key})", cleared).status == 204
    assert shown() == (None, None)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (None, "2026-03-29T02:00:00Z", 0),
        ("2026-03-29T00:30:00Z", "2026-03-29T02:00:59Z", 90),
        ("2026-03-29T02:00:00+02:00", "2026-03-29T02:00:00Z", 120),
        ("2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", 0),
        ("2026-03-29T02:00:00Z", None, None),
    ],
)
def test_a_task_lasts_from_its_start_to_its_end(client, start, end, minutes):
    times = {"scheduledstart": start, "scheduledend": end}
    created = client.post("tasks", times).created
    changed = client.post("tasks", {"subject": "Later"}).created
    assert client.patch(f"tasks({changed})", times).status == 204
    for key in (created, changed):
        found = client.get(f"tasks({key})", select="scheduleddurationminutes").document
        assert found["scheduleddurationminutes"] == minutes


def test_every_write_raises_the_row_version(client):
    key = client.post("tasks", {"subject": "Count"}).created
    versions = [client.get(f"tasks({key})").document["versionnumber"]]
    for change in ({"subject": "Count"}, {"statecode": 1}, {"subject": None}):
        assert client.patch(f"tasks({key})", change).status == 204
        versions.append(client.get(f"tasks({key})").document["versionnumber"])
    assert versions == sorted(set(versions))
