"""What FetchXML is refused for: the code and sentence the service documents."""

import pytest

from support.fetching import document, fetch, filtered, holds, selected

LINK = "<link-entity name='contact' from='contactid' to='primarycontactid'{}/>"
KEY = "<accountid last='{{12345678-0000-4000-8000-000000000001}}' first='{{}}'/>"


def account(inside="", **attributes):
    return document("account", inside, **attributes)


def asked(column, operator, *values):
    return account(filtered(holds(column, operator, *values)))


def cookie(inside, page=1):
    return f"<cookie page='{page}'>{inside}</cookie>"


CASES = [
    ("0x80041124", "Xml String can't be null.", ""),
    ("0x80041124", "Xml String can't be null.", "  \n"),
    *(
        ("0x80040201", "Invalid XML.", text)
        for text in (
            "x",
            "<fetch>",
            "<fetch><entity name='account'></fetch>",
            "<fetch/><fetch/>",
            "<entity name='account'/>",
            "<Fetch/>",
            "<f:fetch xmlns:f='x'/>",
            "<fetch xmlns='x'><entity name='account'/></fetch>",
            "<!DOCTYPE fetch><fetch/>",
            "<?x y?><fetch/>",
            "<fetch><entity name='account'><?x y?></entity></fetch>",
            "<fetch top='1' top='2'/>",
            "<fetch>&nbsp;</fetch>",
        )
    ),
    ("0x80041123", "A required element was not specified.", "<fetch/>"),
    ("0x8004111e", "A required attribute was not specified.", "<fetch><entity/></fetch>"),
    ("0x8004111e", None, account("<attribute/>")),
    ("0x8004111e", None, account("<link-entity from='contactid' to='primarycontactid'/>")),
    ("0x8004111e", None, account(filtered("<condition operator='null'/>"))),
    ("0x8004111e", None, account(filtered("<condition attribute='name'/>"))),
    ("0x8004111c", "The element node encountered is invalid.", account("<x/>")),
    ("0x8004111c", None, account(holds("name", "null"))),
    ("0x8004111c", None, account("<entity name='account'/>")),
    ("0x8004111c", None, account(filtered("<attribute name='name'/>"))),
    ("0x8004111c", None, "<fetch><x/></fetch>"),
    ("0x8004111c", None, account("<attribute xmlns='y' name='name'/>")),
    ("0x80041102", "The entity with a name = 'nosuch' with namemapping = 'Logical' was not found "
     "in the MetadataCache.", document("nosuch")),
    ("0x80041102", None, document("Account")),
    ("0x80041102", None, account("<link-entity name='nosuch' from='a' to='b'/>")),
    ("0x80041103", "'account' entity doesn't contain attribute with Name = 'nosuch' and "
     "NameMapping = 'Logical'.", account(selected("nosuch"))),
    ("0x80041103", None, account("<order attribute='nosuch'/>")),
    ("0x80041103", None, asked("nosuch", "null")),
    ("0x80041103", None, account(
        "<link-entity name='contact' from='nosuch' to='primarycontactid'/>")),
    ("0x80041103", "'contact' entity doesn't contain attribute with Name = 'accountnumber' and "
     "NameMapping = 'Logical'.", account(
        f"<link-entity name='contact' to='primarycontactid'>{selected('accountnumber')}"
        "</link-entity>")),
    ("0x80041128", "The entity name specified in fetchxml does not match the entity name "
     "specified in the Entity or Query Expression.", document("contact")),
    ("0x80041120", "Unsupported condition operator. operator = nosuch", asked("name", "nosuch")),
    ("0x80041120", None, asked("name", "contains", "x")),
    ("0x80041120", None, asked("name", "EQ", "x")),
    *(
        ("0x80041120", f"Unsupported condition operator. operator = {name}", asked("name", name))
        for name in (
            "eq-useroruserhierarchy", "eq-useroruserhierarchyandteams", "this-fiscal-year",
            "this-fiscal-period", "next-fiscal-year", "next-fiscal-period", "last-fiscal-year",
            "last-fiscal-period", "last-x-fiscal-years", "last-x-fiscal-periods",
            "next-x-fiscal-years", "next-x-fiscal-periods", "in-fiscal-year", "in-fiscal-period",
            "in-fiscal-period-and-year", "in-or-before-fiscal-period-and-year",
            "in-or-after-fiscal-period-and-year", "under", "eq-or-under", "not-under", "above",
            "eq-or-above", "contain-values", "not-contain-values",
        )
    ),
    ("0x80041117", "Invalid link-type specified, valid values are: 'natural', 'inner', 'in', "
     "'matchfirstrowusingcrossapply','exists' and 'outer'. link-type = left",
     account(LINK.format(" link-type='left'"))),
    *(
        ("0x80041121", f"Unsupported join operator. link-type = {name}",
         account(LINK.format(f" link-type='{name}'")))
        for name in ("exists", "in", "matchfirstrowusingcrossapply", "any", "not any", "all",
                     "not all")
    ),
    *(
        ("0x80041121", None, account(filtered(LINK.format(f" link-type='{name}'"))))
        for name in ("any", "not any", "all", "not all", "exists", "in")
    ),
    ("0x80041122", "Unsupported filter type. Valid values are 'and', or 'or'.",
     account(filtered(word="xor"))),
    ("0x80041130", "FetchXML should have unique aliases.",
     account(LINK.format(" alias='x'") + LINK.format(" alias='X'"))),
    ("0x80041130", None, account("<attribute name='name' alias='x'/>"
                                 "<attribute name='websiteurl' alias='x'/>")),
    ("0x80041130", None, account("<attribute name='name'/>"
                                 "<attribute name='websiteurl' alias='name'/>")),
    ("0x8004110a", "The specified alias for the given entity in the condition does not exist. x",
     account(filtered(holds("name", "null", entityname="x")))),
    ("0x8004110a", None, account("<order attribute='name' entityname='x'/>")),
    ("0x8004110a", None, account(filtered(
        "<condition attribute='name' operator='eq' valueof='x.name'/>"))),
    ("0x80041120", None, account(filtered(
        "<condition attribute='name' operator='like' valueof='websiteurl'/>"))),
    ("0x80041106", None, account(filtered(
        "<condition attribute='name' operator='eq' valueof='revenue'/>"))),
    ("0x80041111", "AttributeFrom and AttributeTo must be either both specified or both omitted.",
     account("<link-entity name='contact' from='contactid'/>")),
    ("0x8004111e", None, account("<link-entity name='systemuser'/>")),
    ("0x80041132", "An alias cannot be specified for an order clause for a non-aggregate Query. "
     "Use an attribute.", account("<order alias='x'/>")),
    ("0x80041133", "An attribute is required for an order clause for a non-aggregate Query.",
     account("<order/>")),
    ("0x80040216", "Invalid character specified for alias: a.b. Only characters within the ranges "
     "[A-Z], [a-z] or [0-9] or _ are allowed.  The first character may only be in the ranges "
     "[A-Z], [a-z] or _.", account("<attribute name='name' alias='a.b'/>")),
    ("0x80040216", None, account(LINK.format(" alias='1a'"))),
    *(
        (code, f"The only valid values for {name} attribute are 'true', 'false', '1', and '0'.",
         account(**{attribute: "yes"}))
        for code, attribute, name in (
            ("0x80041115", "distinct", "distinct"),
            ("0x80041118", "no_lock", "no-lock"),
            ("0x8004111b", "min_active_row_version", "GetMinActiveRowVersion"),
            ("0x800410fd", "useraworderby", "useraworderby"),
        )
    ),
    ("0x80041119", None, account("<order attribute='name' descending='yes'/>")),
    ("0x80041138", None, account("<filter isquickfindfields='yes'/>")),
    ("0x8004112e", None, account("<attribute name='name' groupby='yes'/>")),
    ("0x8004111a", "An error occurred while processing Aggregates in Query",
     account(aggregate="yes")),
    ("0x8004111a", None, account("<attribute name='name' alias='n' groupby='true'/>")),
    ("0x8004111a", None, account("<attribute name='name' alias='n' aggregate='count'/>")),
    ("0x8004111a", None, account("<attribute name='createdon' alias='n' dategrouping='day'/>")),
    ("0x80041116", "The only valid values for mapping are 'logical' or 'internal' which is "
     "deprecated.", account(mapping="x")),
    ("0x8004111d", "The utc-offset attribute is not supported for deserialization.",
     account(utc_offset="60")),
    ("0x80041108", None, account(returntotalrecordcount="yes")),
    ("0x80041108", None, account(top="x")),
    ("0x80041108", None, account(count="-1")),
    ("0x80041108", None, account(page="99999999999")),
    ("0x80041108", None, account(page="²")),
    ("0x8004110c", "A value greater than zero must be specified.", account(top=0)),
    ("0x8004110c", None, account(page=0)),
    ("0x8004110c", None, asked("createdon", "last-x-days", "0")),
    ("0x80040203", None, account(top=5001)),
    *(
        ("0x80040203", f"The top attribute can't be specified with paging attribute {name}",
         account(top=1, **{name.replace("-", "_"): value}))
        for name, value in (("page", 1), ("count", 5), ("paging-cookie", cookie("")),
                            ("returntotalrecordcount", "true"))
    ),
    ("0x8004430a", "Over upper limit of records that can be requested without a paging cookie. A "
     "paging cookie is required when retrieving a high page number.", account(page=11)),
    ("0x8004112a", "Invalid page number in paging cookie.", account(paging_cookie="x")),
    ("0x8004112a", None, account(paging_cookie="<cookie page='1'><accountid last='x'/></cookie>")),
    ("0x80041129", "Order by columns do not match those in paging cookie.",
     account("<order attribute='name'/>", page=2, paging_cookie=cookie(KEY.format()))),
    ("0x8004112c", "The no-attrs tag cannot be used in conjuction with Distinct set to true.",
     account("<no-attrs/>", distinct="true")),
    ("0x80041139", "An exception System.FormatException was thrown while trying to convert input "
     "value 'x' to attribute 'account.numberofemployees'. Expected type of attribute value: "
     "System.Int32. Exception raised: Input string was not in a correct format.",
     asked("numberofemployees", "eq", "x")),
    ("0x80041139", "An exception System.FormatException was thrown while trying to convert input "
     "value 'a%' to attribute 'account.primarycontactid'. Expected type of attribute value: "
     "System.Guid. Exception raised: Guid should contain 32 digits with 4 dashes "
     "(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).", asked("primarycontactid", "like", "a%")),
    ("0x80041139", None, asked("donotemail", "eq", "maybe")),
    ("0x80041139", None, asked("revenue", "in", "1", "x")),
    ("0x80041139", None, asked("numberofemployees", "eq", "2147483648")),
    ("0x80041139", None, asked("createdon", "last-x-days", "x")),
    ("0x80040239", None, asked("createdon", "gt", "yesterday")),
    ("0x80040239", None, asked("createdon", "on", "2026-02-30")),
    ("0x80041106", None, asked("numberofemployees", "like", "5")),
    ("0x80041106", None, asked("name", "today")),
    ("0x80041106", None, asked("name", "eq-userid")),
    ("0x80040203", "The ConditionOperator.eq requires 1 value/s, not 0. Parameter Name: name.",
     asked("name", "eq")),
    ("0x80040203", None, asked("name", "eq", "a", "b")),
    ("0x80040203", None, asked("name", "in")),
    ("0x80040203", "The ConditionOperator.between requires 2 value/s, not 1. Parameter Name: "
     "numberofemployees.", asked("numberofemployees", "between", "1")),
    ("0x80040203", "Condition operator 'null' requires that no values are set. Values.Length: 1",
     asked("name", "null", "x")),
    ("0x80044153", "between, not-between, in, and not-in operators are not allowed on attributes "
     "of type text or ntext.", asked("description", "in", "a", "b")),
    ("0x8004430d", "Number of link entities in query exceeded maximum limit.",
     account(LINK.format("") * 16)),
]  # fmt: skip

LATER = [
    account(aggregate="true"),
    account("<attribute name='name' alias='n' rowaggregate='CountChildren'/>"),
    account(datasource="retained"),
    account("<order attribute='primarycontactid'/>", useraworderby="true"),
]


@pytest.mark.parametrize(
    ("code", "sentence", "text"),
    [
        pytest.param(*case, marks=pytest.mark.covers(f"error: {case[0]} fetch"), id=str(number))
        for number, case in enumerate(CASES)
    ],
)
def test_the_documented_refusal(client, code, sentence, text):
    answer = fetch(client, "accounts", text)
    assert answer.error == (400, code), answer.document
    if sentence is not None:
        assert answer.document["error"]["message"].startswith(sentence)


@pytest.mark.covers("error: 0x80040219 fetch")
@pytest.mark.parametrize("text", LATER)
def test_what_is_not_there_yet_is_never_answered(client, text):
    answer = fetch(client, "accounts", text)
    assert answer.error == (501, "0x80040219")
    assert answer.document["error"]["message"].endswith("is not supported by this server yet.")


@pytest.mark.covers("fetch: other options refused")
@pytest.mark.parametrize(
    "query",
    [
        "&$select=name", "&$filter=name eq 'x'", "&$orderby=name", "&$top=1", "&$skip=1",
        "&$expand=primarycontactid", "&$count=maybe", "&$skiptoken=x", "&fetchXml=",
    ],
)  # fmt: skip
def test_other_options_do_not_go_with_a_fetch(client, query):
    answer = fetch(client, "accounts", account(), query.replace(" ", "%20"))
    assert answer.error == (400, "0x80060888")


@pytest.mark.parametrize("other", ["savedQuery", "userQuery", "sql"])
def test_nor_do_other_languages(client, other):
    assert fetch(client, "accounts", account(), f"&{other}=x").error == (501, "0x80040219")


@pytest.mark.parametrize(
    "path", ["accounts/$count", "accounts(12345678-0000-4000-8000-000000000001)"]
)
def test_only_a_list_is_fetched(client, path):
    assert fetch(client, path, account()).error == (501, "0x80040219")


def test_a_page_that_needs_a_cookie_is_given_with_one(client):
    text = account(page=12, paging_cookie=cookie("", 11))
    assert fetch(client, "accounts", text).rows == []


@pytest.mark.covers("fetch: at most 15 link-entities")
def test_as_many_links_as_are_joined(client):
    links = "".join(LINK.format(f" alias='x{number}'") for number in range(15))
    assert fetch(client, "accounts", account(links)).rows == []
