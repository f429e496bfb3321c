"""QueryExpression, QueryByAttribute and FetchExpression by SOAP, on both engines."""

from typing import Any

import pytest

from support.proving import cases
from support.soap_elements import (
    Typed,
    columns,
    condition,
    criteria,
    expression,
    fetch,
    link,
    money,
    option,
    order,
    page,
    reference,
    simple,
    string,
)
from support.soaping import Reply, Soap

NAMES = ("Ada", "Bob", "Cyd", "Dee", "Eva")


@pytest.fixture(scope="module")
def people(soap: Soap) -> dict[str, str]:
    """Two accounts, and five contacts of whom three belong to them."""
    firms = [
        soap.created("account", {"name": string(name), "revenue": money(amount)})
        for name, amount in (("Contoso", "10"), ("Fabrikam", "20"))
    ]
    holders = (firms[0], firms[0], firms[1], None, None)
    for number, (name, firm) in enumerate(zip(NAMES, holders, strict=True)):
        values = {
            "lastname": string(name),
            "numberofchildren": simple("int", number),
            "donotphone": simple("boolean", "true" if number % 2 else "false"),
            "birthdate": simple("dateTime", f"199{number}-06-01T00:00:00Z"),
            "gendercode": option(1 + number % 2),
            "parentcustomerid": None if firm is None else reference("account", firm),
            "jobtitle": None if number == 4 else string("Tester"),
        }
        soap.created("contact", values)
    return {"Contoso": firms[0], "Fabrikam": firms[1]}


def names(reply: Reply) -> list[str]:
    return sorted(str(row["lastname"]) for row in reply.entities)


def ask(soap: Soap, *tests: str, word: str = "And", filters: tuple[str, ...] = ()) -> list[str]:
    asked = columns("lastname")
    return names(
        soap.query(expression("contact", asked, criteria(*tests, word=word, filters=filters)))
    )


NUMBERS = Typed("q:ArrayOfint", "<q:int>0</q:int><q:int>4</q:int>")
OPERATORS: tuple[tuple[str, tuple[Typed, ...], str, str], ...] = (
    ("Equal", (string("Bob"),), "lastname", "Bob"),
    ("NotEqual", (string("Bob"),), "lastname", "Ada Cyd Dee Eva"),
    ("GreaterThan", (simple("int", 3),), "numberofchildren", "Eva"),
    ("GreaterEqual", (simple("int", 3),), "numberofchildren", "Dee Eva"),
    ("LessThan", (simple("int", 1),), "numberofchildren", "Ada"),
    ("LessEqual", (string("1"),), "numberofchildren", "Ada Bob"),
    ("Like", (string("%d%"),), "lastname", "Ada Cyd Dee"),
    ("NotLike", (string("%d%"),), "lastname", "Bob Eva"),
    ("In", (simple("int", 0), simple("int", 4)), "numberofchildren", "Ada Eva"),
    (
        "In",
        (Typed("q:ArrayOfint", "<q:int>0</q:int><q:int>4</q:int>"),),
        "numberofchildren",
        "Ada Eva",
    ),
    ("NotIn", (string("Ada"), string("Bob"), string("Cyd")), "lastname", "Dee Eva"),
    ("Between", (simple("int", 1), simple("int", 2)), "numberofchildren", "Bob Cyd"),
    ("NotBetween", (simple("int", 1), simple("int", 3)), "numberofchildren", "Ada Eva"),
    ("Null", (), "jobtitle", "Eva"),
    ("NotNull", (), "jobtitle", "Ada Bob Cyd Dee"),
    ("BeginsWith", (string("e"),), "lastname", "Eva"),
    ("DoesNotBeginWith", (string("e"),), "lastname", "Ada Bob Cyd Dee"),
    ("EndsWith", (string("a"),), "lastname", "Ada Eva"),
    ("DoesNotEndWith", (string("a"),), "lastname", "Bob Cyd Dee"),
    ("Contains", (string("o"),), "lastname", "Bob"),
    ("DoesNotContain", (string("o"),), "lastname", "Ada Cyd Dee Eva"),
    ("Equal", (simple("boolean", "true"),), "donotphone", "Bob Dee"),
    ("Equal", (option(2),), "gendercode", "Bob Dee"),
    ("Equal", (simple("int", 2),), "gendercode", "Bob Dee"),
    ("On", (simple("dateTime", "1992-06-01T00:00:00Z"),), "birthdate", "Cyd"),
    ("OnOrBefore", (string("1991-06-01"),), "birthdate", "Ada Bob"),
    ("OnOrAfter", (string("1993-06-01"),), "birthdate", "Dee Eva"),
    ("OlderThanXYears", (simple("int", 10),), "birthdate", "Ada Bob Cyd Dee Eva"),
    ("LastXDays", (simple("int", 5),), "birthdate", ""),
    ("Today", (), "createdon", "Ada Bob Cyd Dee Eva"),
    ("NextXWeeks", (simple("int", 1),), "birthdate", ""),
    ("ThisMonth", (), "createdon", "Ada Bob Cyd Dee Eva"),
    ("EqualUserId", (), "ownerid", "Ada Bob Cyd Dee Eva"),
    ("NotEqualUserId", (), "ownerid", ""),
    ("EqualUserTeams", (), "ownerid", ""),
    ("EqualUserOrUserTeams", (), "ownerid", "Ada Bob Cyd Dee Eva"),
)


@pytest.mark.covers("query: ConditionExpression", "query: values in an array")
@pytest.mark.parametrize(
    ("operator", "values", "column", "found"), cases("operator: query {}", OPERATORS)
)
def test_each_operator_finds_its_rows(
    soap: Soap, people: Any, operator: str, values: tuple[Typed, ...], column: str, found: str
) -> None:
    assert ask(soap, condition(column, operator, *values)) == found.split()


@pytest.mark.covers("query: nested filters", "query: FilterExpression")
def test_filters_nest(soap: Soap, people: Any) -> None:
    ends = criteria(
        condition("lastname", "Equal", string("Ada")),
        condition("lastname", "Equal", string("Eva")),
        word="Or",
        tag="a:FilterExpression",
    )
    assert ask(soap, condition("jobtitle", "NotNull"), filters=(ends,)) == ["Ada"]
    assert ask(soap, condition("jobtitle", "Null"), word="Or", filters=(ends,)) == ["Ada", "Eva"]
    assert ask(soap) == list(NAMES)


@pytest.mark.covers("query: CompareColumns")
def test_columns_are_compared_with_each_other(soap: Soap, people: Any) -> None:
    same = condition("createdon", "Equal", string("modifiedon"), compare=True)
    assert ask(soap, same) == list(NAMES)
    assert ask(soap, condition("lastname", "Equal", string("jobtitle"), compare=True)) == []


def test_a_reference_is_compared_by_its_id(soap: Soap, people: dict[str, str]) -> None:
    key = people["Contoso"]
    for value in (
        simple("guid", key),
        string(key),
        string(f"{{{key}}}"),
        reference("account", key),
    ):
        assert ask(soap, condition("parentcustomerid", "Equal", value)) == ["Ada", "Bob"]


@pytest.mark.covers("query: OrderExpression")
def test_rows_come_in_the_order_asked(soap: Soap, people: Any) -> None:
    orders = order("donotphone", "Descending") + order("lastname", "Descending")
    found = soap.query(expression("contact", columns("lastname"), orders=orders)).entities
    assert [row["lastname"] for row in found] == ["Dee", "Bob", "Eva", "Cyd", "Ada"]


@pytest.mark.covers(
    "query: LinkEntity Inner",
    "query: LinkEntity LeftOuter",
    "query: LinkEntity Natural",
    "query: LinkEntity Columns",
    "query: LinkEntity LinkCriteria",
    "query: LinkEntity EntityAlias",
    "query: LinkEntity without an alias",
)
def test_linked_rows_stand_beside_their_holders(soap: Soap, people: Any) -> None:
    def asked(kind: str, alias: str = "firm", tests: str = "") -> list[dict[str, Any]]:
        to = link(
            "account",
            ("parentcustomerid", "accountid"),
            alias=alias,
            kind=kind,
            asked=columns("name", "revenue", tag="a:Columns"),
            tests=tests,
        )
        return soap.query(
            expression("contact", columns("lastname"), links=to, orders=order("lastname"))
        ).entities

    inner, outer = asked("Inner"), asked("LeftOuter")
    assert [row["lastname"] for row in inner] == ["Ada", "Bob", "Cyd"]
    assert asked("Natural") == inner
    assert [row["lastname"] for row in outer] == list(NAMES)
    assert inner[0]["firm.name"]["Value"] == "Contoso"
    assert inner[0]["firm.name"]["AttributeLogicalName"] == "name"
    assert inner[0]["firm.name"]["EntityLogicalName"] == "account"
    assert inner[2]["firm.revenue"]["Value"] == {"Value": "20.0000"}
    assert "firm.name" not in outer[4]
    assert asked("Inner", alias="")[0].keys() >= {"account1.name", "account1.revenue"}
    only = criteria(condition("name", "Like", string("F%")), tag="a:LinkCriteria")
    assert [row["lastname"] for row in asked("Inner", tests=only)] == ["Cyd"]
    kept = [row for row in asked("LeftOuter", tests=only) if "firm.name" in row]
    assert [row["lastname"] for row in kept] == ["Cyd"]


@pytest.mark.covers("query: EntityName of a condition")
def test_a_condition_may_be_about_a_link(soap: Soap, people: Any) -> None:
    to = link("account", ("parentcustomerid", "accountid"), alias="firm", kind="LeftOuter")
    for of in ("firm", "account"):
        tests = criteria(condition("name", "Null", of=of))
        asked = expression("contact", columns("lastname"), tests, links=to)
        assert names(soap.query(asked)) == ["Dee", "Eva"]


@pytest.mark.covers("query: PagingCookie", "query: ReturnTotalRecordCount")
def test_pages_follow_each_other(soap: Soap, people: Any) -> None:
    found: list[str] = []
    cookie, number = "", 1
    while number:
        asked = expression(
            "contact",
            columns("lastname"),
            orders=order("lastname", "Descending"),
            paging=page(2, number, cookie, total=True),
        )
        reply = soap.query(asked)
        found += [row["lastname"] for row in reply.entities]
        assert (reply.said("TotalRecordCount"), reply.said("TotalRecordCountLimitExceeded")) == (
            "5",
            "false",
        )
        cookie = reply.said("PagingCookie") or ""
        assert cookie.startswith(f'<cookie page="{number}"><lastname last="')
        number = number + 1 if reply.said("MoreRecords") == "true" else 0
    assert found == list(reversed(NAMES))


@pytest.mark.covers("query: PagingInfo Count, PageNumber")
def test_pages_go_by_number_without_a_cookie(soap: Soap, people: Any) -> None:
    def rows(number: int, **more: Any) -> list[str]:
        asked = expression(
            "contact", columns("lastname"), orders=order("lastname"), paging=page(2, number), **more
        )
        return [row["lastname"] for row in soap.query(asked).entities]

    assert [rows(number) for number in (0, 1, 2, 3, 4)] == [
        ["Ada", "Bob"],
        ["Ada", "Bob"],
        ["Cyd", "Dee"],
        ["Eva"],
        [],
    ]
    to = link("account", ("parentcustomerid", "accountid"))
    assert [rows(number, links=to) for number in (1, 2)] == [["Ada", "Bob"], ["Cyd"]]


def test_a_page_tells_nothing_it_was_not_asked(soap: Soap, people: Any) -> None:
    reply = soap.query(expression("contact", columns("lastname")))
    assert reply.said("TotalRecordCount") == "-1"
    assert reply.said("MoreRecords") == "false"
    assert reply.said("EntityName") == "contact"
    assert reply.said("MinActiveRowVersion") == "-1"
    assert {frozenset(row) for row in reply.entities} == {frozenset({"contactid", "lastname"})}
    empty = soap.query(expression("contact", tests=criteria(condition("lastname", "Null"))))
    assert (empty.entities, empty.said("PagingCookie")) == ([], None)


@pytest.mark.covers("query: TopCount", "query: Distinct")
def test_rows_are_bounded_and_distinct(soap: Soap, people: Any) -> None:
    top = expression("contact", columns("lastname"), orders=order("lastname"), top=2)
    assert names(soap.query(top)) == ["Ada", "Bob"]
    titles = soap.query(expression("contact", columns("jobtitle"), distinct=True)).entities
    assert sorted(row.get("jobtitle", "") for row in titles) == ["", "Tester"]


@pytest.mark.covers("query: QueryByAttribute")
def test_rows_are_found_by_attributes(soap: Soap, people: Any) -> None:
    def asked(given: dict[str, str], orders: str = "") -> list[str]:
        values = "".join(given.values())
        listed = "".join(f"<q:string>{name}</q:string>" for name in given)
        content = (
            f"<a:Attributes>{listed}</a:Attributes>{columns('lastname')}"
            f"<a:EntityName>contact</a:EntityName><a:Orders>{orders}</a:Orders>"
            f"<a:Values>{values}</a:Values>"
        )
        return names(soap.query(Typed("a:QueryByAttribute", content)))

    true = '<q:anyType i:type="x:boolean">true</q:anyType>'
    assert asked({"donotphone": true}) == ["Bob", "Dee"]
    title = '<q:anyType i:type="x:string">tester</q:anyType>'
    assert asked({"donotphone": true, "jobtitle": title}) == ["Bob", "Dee"]
    assert asked({"jobtitle": '<q:anyType i:nil="true"/>'}) == ["Eva"]
    assert asked({}) == list(NAMES)


@pytest.mark.covers("query: FetchExpression")
def test_fetchxml_asks_the_same(soap: Soap, people: Any) -> None:
    text = (
        "<fetch count='2' page='2'><entity name='contact'><attribute name='lastname'/>"
        "<order attribute='lastname'/></entity></fetch>"
    )
    reply = soap.query(fetch(text))
    assert names(reply) == ["Cyd", "Dee"]
    assert (reply.said("MoreRecords"), reply.said("TotalRecordCount")) == ("true", "-1")


NO_ATTRIBUTE, INVALID = "0x80041103", "0x80040203"
REFUSED: tuple[tuple[Typed, str], ...] = (
    (expression("nosuch"), "0x80041102"),
    (expression(""), INVALID),
    (expression("contact", columns("nosuch")), NO_ATTRIBUTE),
    (expression("contact", tests=criteria(condition("nosuch", "Null"))), NO_ATTRIBUTE),
    (expression("contact", orders=order("nosuch")), NO_ATTRIBUTE),
    (expression("contact", links=link("nosuch", ("contactid", "x"))), "0x80041102"),
    (expression("contact", links=link("account", ("contactid", "x"))), NO_ATTRIBUTE),
    (expression("contact", links=link("account", ("x", "accountid"))), NO_ATTRIBUTE),
    (
        expression(
            "contact",
            links=link("account", ("parentcustomerid", "accountid"), alias="a") * 2,
        ),
        "0x80041130",
    ),
    (
        expression(
            "contact", links=link("account", ("parentcustomerid", "accountid"), kind="Exists")
        ),
        "0x80041121",
    ),
    (
        expression("contact", links=link("account", ("parentcustomerid", "accountid")) * 16),
        "0x8004430d",
    ),
    (expression("contact", tests=criteria(condition("lastname", "Null", of="no"))), "0x8004110a"),
    (expression("contact", tests=criteria(condition("lastname", "Equal"))), INVALID),
    (expression("contact", tests=criteria(condition("lastname", "Equal", None))), INVALID),
    (
        expression("contact", tests=criteria(condition("numberofchildren", "Equal", string("x")))),
        "0x80041139",
    ),
    (
        expression(
            "contact", tests=criteria(condition("birthdate", "Equal", simple("boolean", "true")))
        ),
        INVALID,
    ),
    (
        expression("contact", tests=criteria(condition("parentcustomerid", "Under", string("x")))),
        "0x80040219",
    ),
    (expression("contact", top=0), INVALID),
    (expression("contact", top=5001), INVALID),
    (expression("contact", top=5, paging=page(2, 1)), INVALID),
    (expression("contact", paging=page(-1)), "0x8004110c"),
    (expression("contact", paging=page(5000, 11)), "0x8004430a"),
    (expression("contact", paging=page(2, 2, "no cookie")), "0x8004112a"),
    (
        expression(
            "contact",
            paging=page(2, 2, '<cookie page="1"><lastname last="a" first="a" /></cookie>'),
        ),
        "0x80041129",
    ),
    (fetch("<fetch>"), "0x80040201"),
    (fetch("<fetch><entity name='nosuch'/></fetch>"), "0x80041102"),
    (
        Typed(
            "a:QueryExpression",
            "<a:EntityName>contact</a:EntityName><a:DataSource>retained</a:DataSource>",
        ),
        "0x80040219",
    ),
    (Typed("a:QueryBase", ""), INVALID),
)


@pytest.mark.covers("query: at most 15 links")
@pytest.mark.parametrize(("asked", "code"), REFUSED)
def test_what_cannot_be_asked_is_refused(soap: Soap, asked: Typed, code: str) -> None:
    assert soap.query(asked).code == code
