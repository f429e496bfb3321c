"""ExecuteMultiple and ExecuteTransaction: what is kept, what is told, what they may hold."""

import uuid

import pytest

from support.estate import Client
from support.records import entity, exists, read
from support.rights import (
    ASSIGNMENT,
    BEYOND,
    INVALID,
    MISSING,
    ask,
    holder,
    identity,
    new_role,
    pair,
    reference,
    refusal,
)
from xrm.model.errors.service import ServiceError, TransactionError
from xrm.model.message import Message
from xrm.model.privileges import Depth
from xrm.model.values import EntityReference
from xrm.org import pipeline
from xrm.org.callers import Identity, OnBehalf

TOO_MANY = (405, "0x80040315")
EVERY = {"ContinueOnError": True, "ReturnResponses": True}


def account(key, **values):
    return Message("Create", {"Target": entity("account", key, **{"name": "A"} | values)})


def several(client, *messages, **settings):
    return ask(client, "ExecuteMultiple", Requests=list(messages), Settings=settings)


def fresh(count):
    return [str(uuid.uuid4()) for _ in range(count)]


def missing():
    target = EntityReference("account", str(uuid.uuid4()))
    return Message("Delete", {"Target": target})


def told(items):
    """Return what became of each: its index and the code of its fault or the name it answers."""
    return [
        (each["RequestIndex"], each["Fault"].fault.hex if each["Fault"] else each["Response"][0])
        for each in items
    ]


@pytest.mark.covers("message: ExecuteMultiple")
@pytest.mark.parametrize(
    ("settings", "expected", "kept"),
    [
        (EVERY, [(0, "Create"), (1, "0x80040217"), (2, "Create")], [True, True]),
        ({"ContinueOnError": True}, [(1, "0x80040217")], [True, True]),
        ({"ReturnResponses": True}, [(0, "Create"), (1, "0x80040217")], [True, False]),
        ({}, [(1, "0x80040217")], [True, False]),
    ],
)
def test_each_message_stands_for_itself(client, settings, expected, kept):
    first, last = fresh(2)
    result = several(client, account(first), missing(), account(last), **settings)
    assert (result["IsFaulted"], told(result["Responses"])) == (True, expected)
    assert [exists(client, "account", key) for key in (first, last)] == kept


@pytest.mark.covers("message: ExecuteMultiple")
def test_answers_are_those_of_the_messages(client):
    (key,) = fresh(1)
    query = Message("WhoAmI")
    result = several(client, account(key), query, **EVERY)
    assert result["IsFaulted"] is False
    assert [each["Response"] for each in result["Responses"]] == [
        ("Create", key),
        ("WhoAmI", ask(client, "WhoAmI")),
    ]
    assert several(client, **EVERY) == {"IsFaulted": False, "Responses": []}
    quiet = ask(client, "ExecuteMultiple", Requests=[query])
    assert quiet == {"IsFaulted": False, "Responses": []}


@pytest.mark.covers("message: ExecuteMultiple")
def test_the_caller_is_admitted_anew_for_each(estate, client):
    lead = {"prvAssignRole": Depth.GLOBAL, "prvReadRole": Depth.GLOBAL}
    user, role = {"prvReadUser": Depth.GLOBAL}, {"prvCreateAccount": Depth.BASIC}
    name = f"Creator {uuid.uuid4()}"
    extra = new_role(estate, name, role | {"prvReadAccount": Depth.BASIC})
    somebody = holder(estate, lead | user)
    ask(client, "Associate", **pair(somebody.user_id, extra, ASSIGNMENT))
    first, second = fresh(2)
    leave = Message("Disassociate", pair(somebody.user_id, extra, ASSIGNMENT))
    result = several(somebody, account(first), leave, account(second), **EVERY)
    assert told(result["Responses"]) == [
        (0, "Create"), (1, "Disassociate"), (2, "0x80040220"),
    ]  # fmt: skip
    assert [exists(client, "account", key) for key in (first, second)] == [True, False]


@pytest.mark.covers("message: ExecuteTransaction")
def test_a_transaction_sees_what_it_has_changed_of_rights(estate, client):
    grants = {"prvAssignRole": Depth.GLOBAL, "prvReadRole": Depth.GLOBAL}
    somebody = holder(estate, grants | {"prvReadUser": Depth.GLOBAL})
    extra = new_role(estate, f"Creator {uuid.uuid4()}", {"prvCreateAccount": Depth.BASIC})
    ask(client, "Associate", **pair(somebody.user_id, extra, ASSIGNMENT))
    keys = fresh(2)
    leave = Message("Disassociate", pair(somebody.user_id, extra, ASSIGNMENT))
    error = faulted(somebody, account(keys[0]), leave, account(keys[1]))
    assert (error.fault.hex, error.request_index) == ("0x80040220", 2)
    assert not any(exists(client, "account", key) for key in keys)
    # It was undone, also for whoever kept rights in mind meanwhile.
    elsewhere = Client(estate.beside(), somebody.token)
    assert elsewhere.post("accounts", {"name": "Still"}).status == 204
    assert somebody.post("accounts", {"name": "Still"}).status == 204


def faulted(client, *messages):
    with pytest.raises(TransactionError) as caught:
        ask(client, "ExecuteTransaction", Requests=list(messages), ReturnResponses=True)
    return caught.value


@pytest.mark.covers("message: ExecuteTransaction")
def test_a_transaction_is_kept_whole_or_not_at_all(client):
    keys = fresh(3)
    named = Message("Update", {"Target": entity("account", keys[0], name="B")})
    result = ask(
        client,
        "ExecuteTransaction",
        Requests=[account(keys[0]), named, account(keys[1])],
        ReturnResponses=True,
    )
    assert result == {"Responses": [("Create", keys[0]), ("Update", None), ("Create", keys[1])]}
    assert read(client, "account", keys[0], "name") == "B"
    error = faulted(client, account(keys[2]), missing(), account(keys[2]))
    assert (error.fault.hex, error.request_index) == ("0x80040217", 1)
    error = faulted(client, account(keys[2]), account(keys[2]))
    assert (error.fault.hex, error.request_index) == ("0x80040237", 1)
    assert not exists(client, "account", keys[2])
    quiet = ask(client, "ExecuteTransaction", Requests=[account(keys[2])])
    assert quiet == {"Responses": []}
    assert exists(client, "account", keys[2])


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
def test_what_may_hold_what(client):
    key, other = fresh(2)
    whole = Message("ExecuteTransaction", {"Requests": [account(key)], "ReturnResponses": True})
    several_of = Message("ExecuteMultiple", {"Requests": [account(other)], "Settings": EVERY})
    result = several(client, whole, several_of, Message("WhoAmI"), **EVERY)
    assert told(result["Responses"]) == [
        (0, "ExecuteTransaction"),
        (1, "0x80040315"),
        (2, "WhoAmI"),
    ]
    assert result["Responses"][0]["Response"][1] == {"Responses": [("Create", key)]}
    (late,) = fresh(1)
    for inner in (whole, several_of):
        error = faulted(client, account(late), inner)
        assert (error.fault.hex, error.request_index) == ("0x80040315", 1)
    assert not exists(client, "account", other)
    assert not exists(client, "account", late)


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
@pytest.mark.parametrize("name", ["ExecuteMultiple", "ExecuteTransaction"])
def test_at_most_a_thousand(client, name):
    who = Message("WhoAmI")
    answer = ask(client, name, Requests=[who] * 1000, Settings=EVERY, ReturnResponses=True)
    assert len(answer["Responses"]) == 1000
    with pytest.raises(ServiceError) as caught:
        ask(client, name, Requests=[who] * 1001)
    error = caught.value
    assert (error.fault.status, error.fault.hex) == TOO_MANY
    assert error.message == f"{name} Request batch size exceeds the maximum batch size allowed!"
    assert error.details == {"MaxBatchSize": 1000}
    assert refusal(client, name) == INVALID


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
def test_messages_there_are_not_and_incomplete_ones(client):
    wrong = [Message("NoSuch"), Message("Create"), Message("Delete", {"Target": None})]
    expected = ["0x80040219", "0x80040203", "0x80040203"]
    result = several(client, *wrong, **EVERY)
    assert told(result["Responses"]) == list(enumerate(expected))
    for message, code in zip(wrong, expected, strict=True):
        error = faulted(client, Message("WhoAmI"), message)
        assert (error.fault.hex, error.request_index) == (code, 1)


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
@pytest.mark.parametrize("name", ["ExecuteMultiple", "ExecuteTransaction"])
def test_one_user_acts_in_the_name_of_another_in_each(estate, client, name):
    acting, poor = estate.user("System Administrator", "Delegate"), holder(estate, {})
    rich = estate.user("Salesperson")
    known = identity(acting)

    def run(user, *messages):
        somebody = Identity(known.object_id, known.application_id, OnBehalf(str(user.user_id)))
        message = Message(name, {"Requests": messages, "Settings": {}, "ReturnResponses": True})
        return pipeline.execute(estate.organization, message, somebody)

    key, refused = fresh(2)
    run(rich, account(key))
    found = read(client, "account", key, "createdby", "createdonbehalfby", "ownerid")
    assert found == (reference(rich), reference(acting), reference(rich))
    if name == "ExecuteMultiple":
        assert told(run(poor, account(refused))["Responses"]) == [(0, "0x80040220")]
    else:
        with pytest.raises(TransactionError) as caught:
            run(poor, account(refused))
        assert (caught.value.fault.status, caught.value.fault.hex) == MISSING
    assert not exists(client, "account", refused)


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
@pytest.mark.parametrize("name", ["ExecuteMultiple", "ExecuteTransaction"])
def test_who_has_no_user_runs_nothing(estate, client, name):
    stranger = Identity(str(uuid.uuid4()), str(uuid.uuid4()))
    with pytest.raises(ServiceError) as caught:
        pipeline.execute(estate.organization, Message(name, {"Requests": []}), stranger)
    assert caught.value.fault.hex == "0x80072560"


@pytest.mark.covers("message: ExecuteTransaction", "message: ExecuteMultiple")
@pytest.mark.parametrize("name", ["ExecuteMultiple", "ExecuteTransaction", "Assign", "SetState"])
def test_they_are_not_in_the_web_api(client, name):
    assert client.post(name, {"Requests": []}).error == (404, "0x80060888")
    assert client.get(name).error == (404, "0x80060888")


@pytest.mark.covers("message: ExecuteMultiple")
def test_a_record_out_of_reach_stays_so(estate, client):
    (key,) = fresh(1)
    ask(client, "Create", Target=entity("account", key, name="Hidden"))
    spy = holder(estate, {"prvReadAccount": Depth.BASIC})
    read_it = Message(
        "Retrieve", {"Target": EntityReference("account", key), "ColumnSet": ("name",)}
    )
    (item,) = several(spy, read_it, **EVERY)["Responses"]
    assert (item["Fault"].fault.status, item["Fault"].fault.hex) == BEYOND
    assert "Hidden" not in item["Fault"].message
