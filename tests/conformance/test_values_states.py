"""State and status: which pairs there are, and which ways lead from one to another."""

import pytest

PAIRS = [
    # table, given, state and status after it
    ("accounts", {}, (0, 1)),
    ("accounts", {"statecode": 1}, (1, 2)),
    ("accounts", {"statecode": 1, "statuscode": 2}, (1, 2)),
    ("contacts", {"statecode": 1}, (1, 2)),
    ("leads", {"statuscode": 2}, (0, 2)),
    ("leads", {"statecode": 1}, (1, 3)),
    ("leads", {"statecode": 2}, (2, 4)),
    ("leads", {"statecode": 2, "statuscode": 7}, (2, 7)),
    ("opportunities", {"statuscode": 2}, (0, 2)),
    ("opportunities", {"statecode": 0, "statuscode": 2}, (0, 2)),
    ("tasks", {}, (0, 2)),
    ("tasks", {"statuscode": 3}, (0, 3)),
    ("tasks", {"statecode": 1}, (1, 5)),
    ("tasks", {"statecode": 2}, (2, 6)),
    ("transactioncurrencies", {"statecode": 1}, (1, 2)),
]
CURRENCY = {"currencyname": "X", "currencysymbol": "x", "currencyprecision": 2, "exchangerate": 2}


def made(client, path):
    record = CURRENCY | {"isocurrencycode": "XTS"} if path == "transactioncurrencies" else {}
    return client.post(path, record).created


def pair(client, path, key):
    found = client.get(f"{path}({key})", select="statecode,statuscode").document
    return found["statecode"], found["statuscode"]


@pytest.mark.parametrize(("path", "change", "after"), PAIRS)
def test_a_change_of_state_brings_its_status(client, path, change, after):
    key = made(client, path)
    if change:
        assert client.patch(f"{path}({key})", change).status == 204
    assert pair(client, path, key) == after


@pytest.mark.parametrize(
    ("path", "before", "change", "wrong"),
    [
        ("accounts", {}, {"statuscode": 2}, "2 is not a valid status code for state code "
         "AccountState.Active on account with Id {}."),
        ("accounts", {"statecode": 1}, {"statuscode": 1}, "1 is not a valid status code for state "
         "code AccountState.Inactive on account with Id {}."),
        ("tasks", {}, {"statecode": 1, "statuscode": 6}, "6 is not a valid status code for state "
         "code TaskState.Completed on task with Id {}."),
    ],
)  # fmt: skip
def test_a_status_of_another_state_is_refused(client, path, before, change, wrong):
    key = client.post(path, {}).created
    if before:
        assert client.patch(f"{path}({key})", before).status == 204
    stood = pair(client, path, key)
    answer = client.patch(f"{path}({key})", change)
    assert answer.error == (400, "0x80048408")
    assert answer.document["error"]["message"] == wrong.format(key)
    assert pair(client, path, key) == stood


def test_a_record_begins_in_its_first_state(client):
    key = client.post("accounts", {"statecode": 1}).created
    assert pair(client, "accounts", key) == (0, 1)
    answer = client.post("tasks", {"statuscode": 6})
    assert answer.error == (400, "0x80048408")
    text = "6 is not a valid status code for state code TaskState.Open."
    assert answer.document["error"]["message"] == text
    assert client.post("tasks", {"statecode": 2, "statuscode": 6}).error == (400, "0x80048408")
    assert pair(client, "tasks", client.post("tasks", {"statuscode": 7}).created) == (0, 7)


@pytest.mark.parametrize(("state", "word"), [(1, "won"), (2, "lost")])
def test_an_opportunity_is_closed_by_messages_of_its_own(client, state, word):
    key = client.post("opportunities", {"name": "Big"}).created
    answer = client.patch(f"opportunities({key})", {"statecode": state})
    assert answer.error == (400, "0x80100005")
    assert answer.document["error"]["message"] == (
        f"This message can not be used to set the state of opportunity to {word}. In order to set "
        f"state of opportunity to {word}, use the {word} message instead."
    )
    assert pair(client, "opportunities", key) == (0, 1)


def test_a_closed_lead_is_opened_before_it_is_closed_otherwise(client):
    key = client.post("leads", {"lastname": "Tester"}).created
    for state in (1, 0, 2, 0, 1):
        assert client.patch(f"leads({key})", {"statecode": state}).status == 204
    assert client.patch(f"leads({key})", {"statecode": 2}).error == (400, "0x80040519")
    assert pair(client, "leads", key) == (1, 3)


@pytest.mark.parametrize("path", ["accounts", "contacts", "leads", "tasks"])
def test_a_closed_record_may_still_be_changed(client, path):
    key = client.post(path, {}).created
    assert client.patch(f"{path}({key})", {"statecode": 1}).status == 204
    assert client.patch(f"{path}({key})", {"description": "Late"}).status == 204
    assert client.get(f"{path}({key})").document["description"] == "Late"
