"""CreateMultiple, UpdateMultiple, UpsertMultiple and BulkDelete, on both engines."""

import uuid
from decimal import Decimal

import pytest

from support.records import create, entity, exists, many, read, said
from support.rights import ABSENT, ask, holder, refusal
from xrm.model.privileges import Depth
from xrm.model.query import Condition, Order, Query
from xrm.model.values import EntityReference
from xrm.org import keys

NOBODY = "11111111-2222-4333-8444-555555555555"
MESSAGES = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")


@pytest.fixture(scope="module", autouse=True)
def defined(estate):
    keys.define(estate.organization, "account", "contoso_Number", ["accountnumber"])


def number():
    return f"N-{uuid.uuid4().hex[:12]}"


def total(client, table="account"):
    query = Query(table, (f"{table}id",), count=True)
    return ask(client, "RetrieveMultiple", Query=query).total


@pytest.mark.covers("message: CreateMultiple")
def test_records_are_created_in_their_order(client):
    targets = [
        entity("account", name=f"Record {place}", revenue=Decimal(place))
        if place % 2
        else entity("account", name=f"Record {place}")
        for place in range(20)
    ]
    made = ask(client, "CreateMultiple", Targets=targets)
    names = [read(client, "account", key, "name") for key in made]
    assert names == [f"Record {place}" for place in range(20)]
    assert read(client, "account", made[3], "revenue") == 3
    versions = [read(client, "account", key, "versionnumber") for key in made]
    assert len(set(versions)) == 20


def test_a_record_may_point_to_one_before_it(client):
    first = str(uuid.uuid4())
    targets = [
        entity("account", first, name="First"),
        entity("account", name="Second", parentaccountid=EntityReference("account", first)),
        entity(
            "account",
            name="Third",
            related=[many("contact_customer_accounts", entity("contact", lastname="Inner"))],
        ),
    ]
    made = ask(client, "CreateMultiple", Targets=targets)
    assert made[0] == first
    assert read(client, "account", made[1], "parentaccountid").id == first
    query = Query("contact", ("lastname",), Condition("parentcustomerid", "eq", (made[2],)))
    assert [row[0] for row in ask(client, "RetrieveMultiple", Query=query).rows] == ["Inner"]


def test_users_and_units_are_created_as_each_sees_those_before(client):
    unit = read(client, "systemuser", str(client.user_id), "businessunitid")
    name = f"Role {uuid.uuid4()}"
    targets = [entity("role", name=name, businessunitid=unit) for _ in range(2)]
    assert refusal(client, "CreateMultiple", Targets=targets) == (400, "0x80041403")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": "x" * 161}, (400, "0x80044331")),
        ({"industrycode": 999}, (400, "0x8004431a")),
        ({"primarycontactid": EntityReference("contact", NOBODY)}, ABSENT),
    ],
)
def test_nothing_is_kept_if_one_record_is_refused(client, place, values, error):
    before = total(client)
    targets = [entity("account", name="Good") for _ in range(2)]
    targets.insert(place, entity("account", **values))
    assert refusal(client, "CreateMultiple", Targets=targets) == error
    assert total(client) == before
    some = ask(client, "CreateMultiple", Targets=[entity("account", name="A")] * 3)
    changes = [entity("account", key, name="B") for key in some]
    changes[place] = entity("account", some[place], **values)
    for name in ("UpdateMultiple", "UpsertMultiple"):
        assert refusal(client, name, Targets=changes) == error
    assert [read(client, "account", key, "name") for key in some] == ["A"] * 3


def test_keys_that_are_taken(client):
    key, text = str(uuid.uuid4()), number()
    before = total(client)
    twice = [entity("account", key, name="A"), entity("account", key, name="B")]
    status, code, message = said(client, "CreateMultiple", Targets=twice)
    assert (status, code, message) == (412, "0x80040237", "Cannot insert duplicate key.")
    alike = [entity("account", name=name, accountnumber=text) for name in ("A", "B")]
    assert refusal(client, "CreateMultiple", Targets=alike) == (412, "0x80060892")
    assert total(client) == before


@pytest.mark.parametrize("name", MESSAGES)
def test_there_are_targets_and_they_are_of_one_table(client, name):
    assert said(client, name)[1:] == (
        "0x80040203",
        f"Required field 'Targets' is missing for RequestName='{name}'",
    )
    assert said(client, name, Targets=[])[1:] == (
        "0x80040216",
        "System.ArgumentException: The value of the parameter 'Targets' cannot be null or empty.",
    )
    key = create(client, "account", name="One")
    mixed = [entity("account", key, name="A"), entity("contact", NOBODY, lastname="B")]
    status, code, message = said(client, name, Targets=mixed)
    if name == "UpdateMultiple":
        assert (status, code) == (400, "0x80041103")
        assert message == (
            "'account' entity doesn't contain attribute with Name = 'lastname' and NameMapping = "
            "'Platform'"
        )
    else:
        assert (status, code) == (400, "0x80040203")
        assert message.endswith(
            "PlatformName = account while this entity has Platform Name: contact"
        )
    alone = [entity("contact", NOBODY, lastname="B")]
    assert refusal(client, name, Targets=alone, EntityName="account")[0] == 400


@pytest.mark.covers("message: UpdateMultiple")
def test_records_are_changed(client):
    some = ask(client, "CreateMultiple", Targets=[entity("account", name="A")] * 3)
    targets = [entity("account", key, name=f"B{place}") for place, key in enumerate(some)]
    targets.append(entity("account", some[0], telephone1="1"))
    assert ask(client, "UpdateMultiple", Targets=targets) is None
    assert read(client, "account", some[0], "name", "telephone1") == ("B0", "1")
    assert [read(client, "account", key, "name") for key in some] == ["B0", "B1", "B2"]


def test_a_record_that_is_missing_among_those_changed(client):
    key = create(client, "account", name="A")
    targets = [entity("account", key, name="B"), entity("account", NOBODY, name="B")]
    assert said(client, "UpdateMultiple", Targets=targets) == (
        404,
        "0x80040217",
        f"Account With Ids = {NOBODY} Do Not Exist",
    )
    assert read(client, "account", key, "name") == "A"
    assert refusal(client, "UpdateMultiple", Targets=[entity("account", name="B")]) == ABSENT


@pytest.mark.covers("message: UpsertMultiple")
def test_records_are_created_or_changed(client):
    text, key = number(), create(client, "account", name="A")
    new = str(uuid.uuid4())
    targets = [
        entity("account", key, name="B"),
        entity("account", new, name="B"),
        entity("account", keys=(("accountnumber", text),), name="B"),
        entity("account", keys=(("accountnumber", text),), name="C"),
    ]
    results = ask(client, "UpsertMultiple", Targets=targets)
    assert [each["RecordCreated"] for each in results] == [False, True, True, False]
    made = [each["Target"].id for each in results]
    assert made[:2] == [key, new]
    assert made[2] == made[3]
    assert read(client, "account", made[2], "name", "accountnumber") == ("C", text)


def test_a_key_column_among_the_values_too(client):
    text = number()
    target = entity("account", keys=(("accountnumber", text),), accountnumber=text, name="A")
    assert said(client, "UpsertMultiple", Targets=[target]) == (
        400,
        "0x80040216",
        "An unexpected error occurred.",
    )
    create(client, "account", accountnumber=text)
    (result,) = ask(client, "UpsertMultiple", Targets=[target])
    assert result["RecordCreated"] is False
    assert read(client, "account", result["Target"].id, "name") == "A"


@pytest.mark.parametrize("name", MESSAGES)
def test_many_records_take_the_right_of_one(estate, client, name):
    key = create(client, "account", name="A")
    less = holder(estate, {"prvReadAccount": Depth.GLOBAL})
    assert refusal(less, name, Targets=[entity("account", key, name="B")]) == (403, "0x80040220")
    near = {f"prv{right}Account": Depth.BASIC for right in ("Create", "Read", "Write")}
    some = holder(estate, near)
    own = create(some, "account", name="Own")
    targets = [entity("account", own, name="B"), entity("account", key, name="B")]
    if name != "CreateMultiple":
        assert refusal(some, name, Targets=targets) == (403, "0x80048306")
    assert read(client, "account", own, "name") == "Own"


def test_a_record_given_away_is_out_of_reach_for_those_after_it(estate, client):
    rights = ("Create", "Read", "Write", "Append", "AppendTo", "Assign")
    some = holder(
        estate,
        {f"prv{right}Account": Depth.BASIC for right in rights} | {"prvReadUser": Depth.GLOBAL},
    )
    other = EntityReference("systemuser", str(estate.user("Salesperson").user_id))
    given, first, second = (create(some, "account", name="Own") for _ in range(3))
    pointed = EntityReference("account", given)
    targets = [
        entity("account", first, parentaccountid=pointed),
        entity("account", given, ownerid=other),
    ]
    after = entity("account", second, parentaccountid=pointed)
    assert refusal(some, "UpdateMultiple", Targets=[*targets, after]) == (403, "0x80048306")
    ask(some, "UpdateMultiple", Targets=targets)
    assert read(client, "account", given, "ownerid") == other


# BulkDelete


def named(text, **more):
    return Query("account", ("name",), Condition("name", "eq", (text,)), **more)


def bulk(client, *queries, **more):
    parameters = {"QuerySet": list(queries), "JobName": "Clean up"} | more
    return ask(client, "BulkDelete", **parameters)


@pytest.mark.covers("message: BulkDelete")
def test_what_queries_find_is_deleted(client):
    one, other, kept = (str(uuid.uuid4()) for _ in range(3))
    targets = [entity("account", name=text) for text in (one, one, other, kept)]
    made = ask(client, "CreateMultiple", Targets=targets)
    result = bulk(client, named(one), named(other))
    assert set(result) == {"JobId"}
    assert uuid.UUID(result["JobId"])
    assert [exists(client, "account", key) for key in made] == [False, False, False, True]


def test_more_than_one_page_is_deleted(client):
    text = str(uuid.uuid4())
    ask(client, "CreateMultiple", Targets=[entity("account", name=text)] * 1003)
    top = named(text, top=2, orders=(Order("createdon"),))
    bulk(client, top)
    left = ask(client, "RetrieveMultiple", Query=named(text, count=True, size=1))
    assert left.total == 1001
    bulk(client, named(text, orders=(Order("name"),), size=10, count=True))
    assert ask(client, "RetrieveMultiple", Query=named(text)).rows == []


def test_what_may_not_be_deleted_is_left_whole(estate, client):
    """A cascade that meets a record out of reach undoes only its own row's deletion."""
    text = str(uuid.uuid4())
    rights = {"prvBulkDelete": Depth.GLOBAL, "prvReadAccount": Depth.GLOBAL} | {
        f"prv{right}{table}": Depth.BASIC
        for right in ("Create", "Delete", "Append", "AppendTo")
        for table in ("Account", "Contact")
    }
    some = holder(estate, rights)
    own = [create(some, "account", name=text) for _ in range(3)]
    foreign = create(client, "account", name=text)
    parent = EntityReference("account", own[1])
    inside = create(some, "contact", lastname="Own", parentcustomerid=parent)
    beyond = create(client, "contact", lastname="Not own", parentcustomerid=parent)
    bulk(some, named(text))
    assert [exists(client, "account", key) for key in (*own, foreign)] == [
        False,
        True,
        False,
        True,
    ]
    assert exists(client, "contact", inside)
    assert read(client, "contact", beyond, "parentcustomerid") == parent


@pytest.mark.parametrize("missing", ["prvBulkDelete", "prvReadAccount", "prvDeleteAccount"])
def test_bulk_deletion_takes_its_rights(estate, client, missing):
    text = str(uuid.uuid4())
    key = create(client, "account", name=text)
    rights = ("prvBulkDelete", "prvReadAccount", "prvDeleteAccount")
    less = holder(estate, {name: Depth.GLOBAL for name in rights if name != missing})
    status, code, message = said(less, "BulkDelete", QuerySet=[named(text)], JobName="Clean up")
    assert (status, code) == (403, "0x80040220")
    assert f"is missing {missing} privilege" in message
    assert exists(client, "account", key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"QuerySet": []}, "0x80040203"),
        ({"QuerySet": None}, "0x80040203"),
        ({"JobName": ""}, "0x80048457"),
        ({"JobName": None}, "0x80048457"),
    ],
)
def test_a_job_has_a_name_and_queries(client, change, code):
    parameters = {"QuerySet": [named("x")], "JobName": "Clean up"} | change
    assert refusal(client, "BulkDelete", **parameters) == (400, code)
