"""Create, Update, Upsert, Delete, Associate, Disassociate as messages, on both engines."""

import uuid

import pytest

from support.records import create, entity, exists, many, one, read, said, update
from support.rights import ABSENT, ask, holder, refusal
from xrm.model.privileges import Depth
from xrm.model.query import Condition, Query
from xrm.model.values import EntityReference

NOBODY = "11111111-2222-4333-8444-555555555555"
PRIMARY = "account_primary_contact"
CHILDREN = "contact_customer_accounts"
PARENT = "account_parent_account"
TASKS = "Account_Tasks"
LEADS = "accountleads_association"
NOT_NESTED = (
    400,
    "0x80060888",
    "Associate of 1:N navigation property with Create of Update is not supported in CRM",
)


def account(key):
    return EntityReference("account", key)


def contact(key):
    return EntityReference("contact", key)


def children(client, table, column, parent):
    """Return the records that point to one by a lookup."""
    key = f"{table}id" if table != "task" else "activityid"
    query = Query(table, (key,), Condition(column, "eq", (parent,)))
    return {row[0] for row in ask(client, "RetrieveMultiple", Query=query).rows}


def paired(client, key):
    """Return the leads that are with an account."""
    return {lead for first, lead in _pairs(client) if first == key}


def _pairs(client):
    organization = client.estate.organization
    with organization.database.read() as transaction:
        return organization.associations.pairs(transaction, organization.associations[LEADS])


def count(client, table):
    key = "activityid" if table == "task" else f"{table}id"
    query = Query(table, (key,), count=True)
    return ask(client, "RetrieveMultiple", Query=query).total


# Create with records inside


def test_what_a_lookup_points_to_is_created_first(client):
    inner = entity("contact", lastname="Inner")
    key = create(client, "account", related=[one(PRIMARY, inner)], name="Outer")
    pointed = read(client, "account", key, "primarycontactid")
    assert pointed.logical_name == "contact"
    assert read(client, "contact", pointed.id, "lastname") == "Inner"


def test_a_collection_is_created_after(client):
    inner = [entity("contact", lastname=name) for name in ("First", "Second")]
    key = create(client, "account", related=[many(CHILDREN, *inner)], name="Outer")
    found = children(client, "contact", "parentcustomerid", key)
    assert sorted(read(client, "contact", each, "lastname") for each in found) == [
        "First",
        "Second",
    ]


def test_pairs_are_created_and_paired(client):
    there = create(client, "lead", lastname="There")
    new = entity("lead", lastname="New")
    records = (new, EntityReference("lead", there))
    key = create(client, "account", related=[many(LEADS, *records)], name="Outer")
    found = paired(client, key)
    assert there in found
    (made,) = found - {there}
    assert read(client, "lead", made, "lastname") == "New"


def test_records_that_are_there_are_put_into_a_collection(client):
    there = create(client, "contact", lastname="There")
    key = create(client, "account", related=[many(CHILDREN, contact(there))], name="Outer")
    assert read(client, "contact", there, "parentcustomerid") == account(key)


def test_records_are_created_at_any_depth(client):
    tasks = [entity("task", subject=f"Task {number}") for number in range(3)]
    person = entity("contact", related=[many("Contact_Tasks", *tasks)], lastname="Middle")
    below = entity("account", related=[one(PRIMARY, person)], name="Below")
    key = create(client, "account", related=[many(PARENT, below)], name="Top")
    (child,) = children(client, "account", "parentaccountid", key)
    middle = read(client, "account", child, "primarycontactid")
    assert len(children(client, "task", "regardingobjectid", middle.id)) == 3


def nested(levels):
    inner = entity("account", name="Deepest")
    for _ in range(levels - 1):
        inner = entity("account", related=[many(PARENT, inner)], name="Level")
    return inner


def test_records_within_one_are_bounded(client):
    before = count(client, "account")
    ask(client, "Create", Target=nested(32))
    assert refusal(client, "Create", Target=nested(33)) == (400, "0x80040203")
    wide = [entity("contact", lastname="Many") for _ in range(1000)]
    target = entity("account", related=[many(CHILDREN, *wide)], name="Wide")
    assert refusal(client, "Create", Target=target) == (400, "0x80040203")
    assert count(client, "account") == before + 32


@pytest.mark.parametrize(
    "related",
    [
        [many(CHILDREN, entity("contact", lastname="Good"), entity("contact", lastname="x" * 51))],
        [many(CHILDREN, entity("contact", lastname="Good"), contact(NOBODY))],
        [many(LEADS, entity("lead", lastname="Good"), EntityReference("lead", NOBODY))],
        [
            one(PRIMARY, entity("contact", lastname="Good")),
            many(PARENT, entity("account", name="x" * 161)),
        ],
        [many("no_relationship", entity("contact", lastname="Good"))],
        [one(CHILDREN, entity("contact", lastname="Good"))],
        [many("lk_contactbase_createdby", entity("contact", lastname="Good"))],
        [many(CHILDREN, account(NOBODY))],
    ],
)
def test_nothing_is_kept_of_what_fails_in_part(client, related):
    before = [count(client, table) for table in ("account", "contact", "lead")]
    status, _ = refusal(client, "Create", Target=entity("account", related=related, name="Outer"))
    assert status in (400, 404)
    assert [count(client, table) for table in ("account", "contact", "lead")] == before


GRANTS = {
    f"prv{right}{table}": Depth.GLOBAL
    for right in ("Create", "Read", "Write", "Append", "AppendTo")
    for table in ("Account", "Contact", "Lead")
}


@pytest.mark.parametrize(
    ("related", "missing"),
    [
        ([one(PRIMARY, entity("contact", lastname="A"))], "prvCreateContact"),
        ([one(PRIMARY, entity("contact", lastname="A"))], "prvAppendAccount"),
        ([one(PRIMARY, entity("contact", lastname="A"))], "prvAppendToContact"),
        ([many(CHILDREN, entity("contact", lastname="A"))], "prvCreateContact"),
        ([many(CHILDREN, entity("contact", lastname="A"))], "prvAppendContact"),
        ([many(CHILDREN, entity("contact", lastname="A"))], "prvAppendToAccount"),
        ([many(LEADS, entity("lead", lastname="A"))], "prvCreateLead"),
        ([many(LEADS, entity("lead", lastname="A"))], "prvAppendLead"),
        ([many(LEADS, entity("lead", lastname="A"))], "prvAppendAccount"),
        ([many(CHILDREN, entity("contact", lastname="A"))], "prvCreateAccount"),
    ],
)
def test_each_record_within_takes_its_own_rights(estate, client, related, missing):
    target = entity("account", related=related, name="Outer")
    ask(holder(estate, GRANTS), "Create", Target=target)
    less = holder(estate, {name: depth for name, depth in GRANTS.items() if name != missing})
    before = [count(client, table) for table in ("account", "contact", "lead")]
    status, code, message = said(less, "Create", Target=target)
    assert (status, code) == (403, "0x80040220")
    assert f"is missing {missing} privilege" in message
    assert [count(client, table) for table in ("account", "contact", "lead")] == before


# Create, Update, Upsert


@pytest.mark.parametrize("name", ["Create", "Upsert"])
def test_a_key_is_given_or_made(client, name):
    key = str(uuid.uuid4())
    ask(client, name, Target=entity("account", key, name="Given"))
    assert read(client, "account", key, "name") == "Given"


def test_a_key_among_the_values_counts_too(client):
    key = str(uuid.uuid4())
    assert create(client, "account", accountid=key, name="Given") == key
    empty = str(uuid.UUID(int=0))
    assert create(client, "account", accountid=empty, name="Made") != empty
    assert refusal(client, "Create", Target=entity("account", key, name="Again")) == (
        412,
        "0x80040237",
    )


def test_an_update_of_what_is_not_there(client):
    assert refusal(client, "Update", Target=entity("account", NOBODY, name="A")) == ABSENT
    assert refusal(client, "Update", Target=entity("account", name="A")) == ABSENT


def test_an_update_leaves_the_key_and_what_is_only_read(client):
    key = create(client, "account", name="Before")
    created = read(client, "account", key, "createdon", "createdby")
    update(client, "account", key, accountid=NOBODY, createdon=None, createdby=None, name="After")
    assert read(client, "account", key, "createdon", "createdby") == created
    assert read(client, "account", key, "name") == "After"
    assert not exists(client, "account", NOBODY)


@pytest.mark.parametrize("name", ["Update", "Upsert"])
def test_a_change_takes_no_records_within(client, name):
    key = create(client, "account", name="Outer")
    for related in (
        many(CHILDREN, entity("contact", lastname="A")),
        one(PRIMARY, entity("contact", lastname="A")),
    ):
        target = entity("account", key, related=[related], name="Changed")
        assert said(client, name, Target=target) == NOT_NESTED
    assert read(client, "account", key, "name") == "Outer"


@pytest.mark.covers("message: Upsert")
def test_an_upsert_tells_whether_it_created(client):
    key = str(uuid.uuid4())
    for created, name in ((True, "New"), (False, "Changed")):
        result = ask(client, "Upsert", Target=entity("account", key, name=name))
        assert result == {"RecordCreated": created, "Target": EntityReference("account", key)}
        assert read(client, "account", key, "name") == name


def test_an_upsert_takes_the_right_of_what_it_becomes(estate, client):
    key = create(client, "account", name="There")
    for grant, right, target in (
        ("prvCreateAccount", "prvWriteAccount", entity("account", key, name="A")),
        ("prvWriteAccount", "prvCreateAccount", entity("account", str(uuid.uuid4()), name="A")),
    ):
        status, code, message = said(holder(estate, {grant: Depth.GLOBAL}), "Upsert", Target=target)
        assert (status, code) == (403, "0x80040220")
        assert f"is missing {right} privilege" in message
    near = {"prvCreateAccount": Depth.BASIC, "prvWriteAccount": Depth.BASIC}
    target = entity("account", key, name="A")
    assert refusal(holder(estate, near), "Upsert", Target=target) == (403, "0x80048306")


@pytest.mark.parametrize("name", ["Update", "Delete"])
def test_a_row_version_must_be_the_records(client, name):
    key = create(client, "account", name="Versioned")
    old = read(client, "account", key, "versionnumber")
    update(client, "account", key, name="Newer")
    target = account(key) if name == "Delete" else entity("account", key, name="Newest")
    assert said(client, name, Target=target, RowVersion=old) == (
        412,
        "0x80060882",
        "The version of the existing record doesn't match the RowVersion property provided.",
    )
    new = read(client, "account", key, "versionnumber")
    ask(client, name, Target=target, RowVersion=new)


def test_a_delete_by_version_where_none_is_kept(estate, client):
    table = estate.organization.catalogue["account"]
    object.__setattr__(table, "optimistic_concurrency", False)
    try:
        key = create(client, "account", name="Unversioned")
        assert said(client, "Delete", Target=account(key), RowVersion=1) == (
            400,
            "0x8006088d",
            "Optimistic concurrency isn't enabled for entity type account. The IfVersionMatches "
            "value of ConcurrencyBehavior can only be used if optimistic concurrency is enabled.",
        )
    finally:
        object.__setattr__(table, "optimistic_concurrency", True)


# Associate, Disassociate


def related(relationship, target, *records):
    return {"Target": target, "Relationship": relationship, "RelatedEntities": list(records)}


def test_lookups_are_set_and_cleared(client):
    key = create(client, "account", name="One")
    some = [create(client, "contact", lastname="Many") for _ in range(2)]
    parameters = related(CHILDREN, account(key), *map(contact, some))
    ask(client, "Associate", **parameters)
    ask(client, "Associate", **parameters)
    assert children(client, "contact", "parentcustomerid", key) == set(some)
    ask(client, "Disassociate", **related(CHILDREN, account(key), contact(some[0])))
    assert children(client, "contact", "parentcustomerid", key) == {some[1]}


def test_a_lookup_to_another_record_is_left(client):
    here, there = (create(client, "account", name=name) for name in ("Here", "There"))
    key = create(client, "contact", lastname="Pointer", parentcustomerid=account(there))
    ask(client, "Disassociate", **related(CHILDREN, account(here), contact(key)))
    assert read(client, "contact", key, "parentcustomerid") == account(there)


@pytest.mark.covers("message: Associate", "message: Disassociate")
def test_pairs_are_made_once_and_parted_quietly(client):
    key, lead = create(client, "account", name="One"), create(client, "lead", lastname="Other")
    parameters = related(LEADS, EntityReference("lead", lead), account(key))
    ask(client, "Associate", **parameters)
    assert paired(client, key) == {lead}
    assert said(client, "Associate", **parameters) == (
        412,
        "0x80040237",
        "A record with matching key values already exists.",
    )
    for _ in range(2):
        ask(client, "Disassociate", **parameters)
    assert paired(client, key) == set()


@pytest.mark.parametrize(
    ("relationship", "other", "verbs"),
    [
        (CHILDREN, contact(NOBODY), ("Associate",)),
        (LEADS, EntityReference("lead", NOBODY), ("Associate", "Disassociate")),
    ],
)
def test_what_is_related_must_be_there(client, relationship, other, verbs):
    key = create(client, "account", name="One")
    for verb in verbs:
        assert refusal(client, verb, **related(relationship, account(key), other)) == ABSENT


def test_taking_out_what_does_not_exist_is_no_error(client):
    key = create(client, "account", name="One")
    ask(client, "Disassociate", **related(CHILDREN, account(key), contact(NOBODY)))


@pytest.mark.parametrize("verb", ["Associate", "Disassociate"])
@pytest.mark.parametrize(
    ("relationship", "other"),
    [
        ("no_relationship", contact(NOBODY)),
        ("roleprivileges_association", contact(NOBODY)),
        ("lk_accountbase_createdby", account(NOBODY)),
        (CHILDREN, EntityReference("lead", NOBODY)),
        (LEADS, contact(NOBODY)),
        (PRIMARY, account(NOBODY)),
    ],
)
def test_relationships_that_do_not_join(client, verb, relationship, other):
    key = create(client, "account", name="One")
    parameters = related(relationship, account(key), other)
    assert refusal(client, verb, **parameters) == (400, "0x80040203")


@pytest.mark.parametrize(
    ("verb", "missing"),
    [
        ("Associate", "prvWriteContact"),
        ("Associate", "prvAppendContact"),
        ("Associate", "prvAppendToAccount"),
        ("Disassociate", "prvWriteContact"),
        ("Disassociate", "prvAppendToAccount"),
    ],
)
def test_a_lookup_takes_rights_on_both_sides(estate, client, verb, missing):
    key, other = create(client, "account", name="One"), create(client, "contact", lastname="Two")
    if verb == "Disassociate":
        update(client, "contact", other, parentcustomerid=account(key))
    less = holder(estate, {name: depth for name, depth in GRANTS.items() if name != missing})
    parameters = related(CHILDREN, account(key), contact(other))
    status, code, message = said(less, verb, **parameters)
    assert (status, code) == (403, "0x80040220")
    assert f"is missing {missing} privilege" in message


# Delete


def test_pairs_and_shares_go_with_a_record(estate, client):
    key, lead = create(client, "account", name="Goes"), create(client, "lead", lastname="Stays")
    ask(client, "Associate", **related(LEADS, account(key), EntityReference("lead", lead)))
    ask(client, "Delete", Target=account(key))
    assert all(key != first for first, _ in _pairs(client))
    assert exists(client, "lead", lead)
    create(client, "account", accountid=key, name="Again")
    assert paired(client, key) == set()
