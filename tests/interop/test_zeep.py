"""zeep, a SOAP client written by others, works with records over both bindings."""

from uuid import uuid4

import pytest
from zeep import Client, xsd
from zeep.exceptions import Fault, TransportError

from support.salesperson import SALESPERSON_LEADS
from support.served import Served
from support.zeeping import (
    ADDRESS,
    ARRAYS,
    BINDINGS,
    Caller,
    Typed,
    app_token,
    caller,
    loaded,
    pairs_of,
    refused,
    values_of,
)


def test_the_ports_are_where_bearer_tokens_are_taken(served: Served, zeep_client: Client) -> None:
    (service,) = zeep_client.wsdl.services.values()
    found = {
        name.split("_")[0]: port.binding_options["address"] for name, port in service.ports.items()
    }
    address = served["organization_url"] + ADDRESS
    assert found == {"CustomBinding": address, "BasicHttpBinding": f"{address}/web"}


@pytest.mark.covers(
    "soap operation: Create", "soap operation: Retrieve", "soap operation: Update",
    "soap operation: Delete",
)  # fmt: skip
def test_a_record_is_created_read_changed_and_deleted(by_zeep: Caller, typed: Typed) -> None:
    contact = by_zeep.create("contact", lastname=typed.text("Byron"))
    key = by_zeep.create(
        "account",
        name=typed.text("Überfahrt & Søn <1>"),
        numberofemployees=typed.simple("int", 4300),
        revenue=typed.money("1234567.89"),
        industrycode=typed.option(12),
        creditonhold=typed.simple("boolean", True),
        primarycontactid=typed.reference("contact", contact),
        description=typed.text(" two\nlines "),
    )
    record = by_zeep.retrieve(
        "account", key, "name", "numberofemployees", "revenue", "industrycode", "creditonhold",
        "primarycontactid", "statuscode", "createdon", "description",
    )  # fmt: skip
    found = values_of(record)
    assert (record.Id, record.LogicalName) == (key, "account")
    assert (found["name"], found["description"]) == ("Überfahrt & Søn <1>", " two\nlines ")
    assert (found["numberofemployees"], found["creditonhold"]) == (4300, True)
    assert str(found["revenue"].Value) in ("1234567.89", "1234567.8900")
    assert (found["industrycode"].Value, found["statuscode"].Value) == (12, 1)
    lookup = found["primarycontactid"]
    assert (lookup.Id, lookup.LogicalName, lookup.Name) == (contact, "contact", "Byron")
    assert found["createdon"].utcoffset().total_seconds() == 0
    assert pairs_of(record.FormattedValues, "KeyValuePairOfstringstring")["statuscode"] == "Active"

    by_zeep.update("account", key, name=typed.text("Changed"), numberofemployees=xsd.Nil)
    again = values_of(by_zeep.retrieve("account", key, "name", "numberofemployees"))
    assert again == {"name": "Changed", "accountid": key}
    by_zeep.delete("account", key)
    assert refused(lambda: by_zeep.retrieve("account", key, "name")) == "0x80040217"


@pytest.mark.covers("soap operation: Associate", "soap operation: Disassociate")
@pytest.mark.parametrize(
    ("relationship", "other", "found"),
    [
        ("accountleads_association", "lead", 0),
        ("contact_customer_accounts", "contact", 1),
    ],
)
def test_records_are_paired_and_parted(
    by_zeep: Caller, typed: Typed, relationship: str, other: str, found: int
) -> None:
    account = by_zeep.create("account", name=typed.text("One"))
    last = {"subject": typed.text("s")} if other == "lead" else {}
    others = [by_zeep.create(other, lastname=typed.text(name), **last) for name in ("A", "B")]
    given = {
        "entityName": "account",
        "entityId": account,
        "relationship": typed.make("Relationship", SchemaName=relationship),
        "relatedEntities": typed.make(
            "EntityReferenceCollection", [typed.reference(other, key) for key in others]
        ),
    }
    text = (
        f'<fetch><entity name="{other}"><attribute name="{other}id"/>'
        + (
            '<link-entity name="accountleads" from="leadid" to="leadid">'
            f'<filter><condition attribute="accountid" operator="eq" value="{account}"/></filter>'
            "</link-entity>"
            if not found
            else "<filter><condition attribute='parentcustomerid' operator='eq' "
            f"value='{account}'/></filter>"
        )
        + "</entity></fetch>"
    )
    query = typed.make("FetchExpression", Query=text)
    by_zeep.service.Associate(**given)
    assert sorted(row[f"{other}id"] for row in by_zeep.rows(query)) == sorted(others)
    by_zeep.service.Disassociate(**given)
    assert by_zeep.rows(query) == []


@pytest.fixture
def accounts(by_zeep: Caller, typed: Typed) -> str:
    """Return the start of the numbers of five accounts; two have a contact named Lovelace."""
    start = f"Z{uuid4().hex[:8]}-"
    contact = by_zeep.create(
        "contact", lastname=typed.text("Lovelace"), firstname=typed.text("Ada")
    )
    for number in range(5):
        more = {"primarycontactid": typed.reference("contact", contact)} if number > 2 else {}
        by_zeep.create(
            "account",
            name=typed.text(f"Name {number}"),
            accountnumber=typed.text(f"{start}{number}"),
            numberofemployees=typed.simple("int", number * 10),
            **more,
        )
    return start


@pytest.mark.covers("query: nested filters", "query: ColumnSet")
def test_nested_filters(by_zeep: Caller, typed: Typed, accounts: str) -> None:
    own = typed.test("accountnumber", "BeginsWith", typed.text(accounts))
    either = typed.criteria(
        typed.test("numberofemployees", "Equal", typed.simple("int", 10)),
        typed.test("numberofemployees", "GreaterThan", typed.simple("int", 30)),
        typed.test("name", "In", typed.text("Name 0"), typed.text("Nobody")),
        word="Or",
    )
    criteria = typed.criteria(own, filters=(either,))
    query = typed.expression(
        "account", typed.columns("name"), criteria, Orders=typed.order("name", "Descending")
    )
    assert [row["name"] for row in by_zeep.rows(query)] == ["Name 4", "Name 1", "Name 0"]


@pytest.mark.covers("query: LinkEntity Inner", "soap value: AliasedValue")
def test_a_link_has_columns_and_criteria(by_zeep: Caller, typed: Typed, accounts: str) -> None:
    criteria = typed.criteria(typed.test("accountnumber", "BeginsWith", typed.text(accounts)))
    links = typed.link(
        "contact",
        ("primarycontactid", "contactid"),
        EntityAlias="c",
        Columns=typed.columns("fullname"),
        LinkCriteria=typed.criteria(typed.test("lastname", "Equal", typed.text("Lovelace"))),
    )
    query = typed.expression("account", typed.columns("name"), criteria, LinkEntities=links)
    rows = sorted(by_zeep.rows(query), key=lambda row: row["name"])
    assert [row["name"] for row in rows] == ["Name 3", "Name 4"]
    aliased = rows[0]["c.fullname"]
    assert aliased.EntityLogicalName == "contact"
    assert (aliased.AttributeLogicalName, aliased.Value) == ("fullname", "Ada Lovelace")


@pytest.mark.covers("query: PagingCookie", "query: ReturnTotalRecordCount")
def test_pages_by_cookie(by_zeep: Caller, typed: Typed, accounts: str) -> None:
    criteria = typed.criteria(typed.test("accountnumber", "BeginsWith", typed.text(accounts)))
    names, cookie, number, more = [], None, 1, True
    while more:
        query = typed.expression(
            "account",
            typed.columns("name"),
            criteria,
            Orders=typed.order("name"),
            PageInfo=typed.page(2, number, cookie),
        )
        found = by_zeep.ask(query)
        names.append([values_of(each)["name"] for each in found.Entities.Entity])
        assert found.TotalRecordCount == 5
        cookie, more, number = found.PagingCookie, found.MoreRecords, number + 1
    assert names == [["Name 0", "Name 1"], ["Name 2", "Name 3"], ["Name 4"]]


@pytest.mark.covers("soap operation: RetrieveMultiple", "query: FetchExpression")
def test_fetch(by_zeep: Caller, typed: Typed, accounts: str) -> None:
    text = f"""
        <fetch top="2"><entity name="account"><attribute name="name"/>
          <order attribute="numberofemployees" descending="true"/>
          <filter>
            <condition attribute="accountnumber" operator="like" value="{accounts}%"/>
          </filter>
          <link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"
              alias="who"><attribute name="firstname"/></link-entity>
        </entity></fetch>"""
    rows = by_zeep.rows(typed.make("FetchExpression", Query=text))
    found = [(row["name"], row["who.firstname"].Value) for row in rows]
    assert found == [("Name 4", "Ada"), ("Name 3", "Ada")]


@pytest.mark.covers("query: QueryByAttribute")
def test_by_attribute(by_zeep: Caller, typed: Typed, accounts: str) -> None:
    values = typed.make(
        "ArrayOfanyType",
        [typed.text("Name 2"), typed.text(f"{accounts}2")],
        namespace=ARRAYS,
    )
    query = typed.make(
        "QueryByAttribute",
        Attributes=typed.texts("name", "accountnumber"),
        ColumnSet=typed.columns("numberofemployees"),
        EntityName="account",
        Values=values,
    )
    assert [row["numberofemployees"] for row in by_zeep.rows(query)] == [20]


@pytest.mark.parametrize("binding", BINDINGS)
def test_the_salesperson_has_the_rights_of_one(
    served: Served, zeep_client: Client, binding: str
) -> None:
    """What another may read is counted, who may not write is told so."""
    mine = loaded(served, "singleWsdl", app_token(served))
    with mine.transport.session:
        sales, admin = caller(mine, binding), caller(zeep_client, binding)
        leads = sales.typed.make(
            "FetchExpression",
            Query='<fetch><entity name="lead"><attribute name="subject"/></entity></fetch>',
        )
        assert len(sales.rows(leads)) == SALESPERSON_LEADS
        unit = {"name": sales.typed.text("Mine")}
        assert refused(lambda: sales.create("businessunit", **unit)) == "0x80040220"
        hidden = admin.create(
            "lead", subject=admin.typed.text("Hidden"), lastname=admin.typed.text("X")
        )
        assert refused(lambda: sales.retrieve("lead", hidden, "subject")) == "0x80048306"
        assert len(sales.rows(leads)) == SALESPERSON_LEADS
        admin.delete("lead", hidden)


def test_without_a_token_there_is_no_answer(served: Served) -> None:
    """The endpoint of tokens answers by HTTP; the other one by a fault, as it takes messages."""
    stranger = loaded(served, "singleWsdl")
    with stranger.transport.session:
        asked = {"entityName": "account", "id": str(uuid4())}
        with pytest.raises(TransportError) as told:
            caller(stranger, "BasicHttpBinding").service.Delete(**asked)
        assert told.value.status_code == 401
        with pytest.raises(Fault) as caught:
            caller(stranger, "CustomBinding").service.Delete(**asked)
        assert [code.localname for code in caught.value.subcodes] == ["InvalidSecurity"]
