"""The questions of `support.alike` in the languages of the older doors.

QueryExpression is made of a question's FetchXML, element by element; version 2 of OData of its
version 4, property by property.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lxml import etree

from support.alike import MARK, Question, fetchxml, names
from support.estate import Client
from support.organization_data import Data
from support.soap_elements import (
    Typed,
    columns,
    condition,
    criteria,
    expression,
    fetch,
    link,
    order,
    simple,
    string,
    value,
)
from support.soaping import Reply, Soap

WORDS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "neq": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterEqual",
    "lt": "LessThan",
    "le": "LessEqual",
    "null": "Null",
    "not-null": "NotNull",
    "like": "Like",
    "not-like": "NotLike",
    "begins-with": "BeginsWith",
    "not-begin-with": "DoesNotBeginWith",
    "ends-with": "EndsWith",
    "not-end-with": "DoesNotEndWith",
    "in": "In",
    "not-in": "NotIn",
    "between": "Between",
    "not-between": "NotBetween",
    "on": "On",
    "on-or-before": "OnOrBefore",
    "on-or-after": "OnOrAfter",
    "today": "Today",
    "yesterday": "Yesterday",
    "this-year": "ThisYear",
    "last-year": "LastYear",
    "last-x-hours": "LastXHours",
    "last-x-years": "LastXYears",
    "olderthan-x-months": "OlderThanXMonths",
    "next-x-weeks": "NextXWeeks",
    "eq-userid": "EqualUserId",
    "ne-userid": "NotEqualUserId",
    "eq-userteams": "EqualUserTeams",
    "eq-useroruserteams": "EqualUserOrUserTeams",
    "eq-businessid": "EqualBusinessId",
    "ne-businessid": "NotEqualBusinessId",
}
"""What the SDK calls the operators of FetchXML."""
_TYPES = {
    "numberofchildren": "int",
    "annualincome": "decimal",
    "donotemail": "boolean",
    "gendercode": "int",
    "statecode": "int",
    "processid": "guid",
    "birthdate": "dateTime",
    "lastonholdtime": "dateTime",
    "versionnumber": "long",
}
"""The types that a client of the SDK gives its values; text is the rest."""
_PARENT = "contact_customer_accounts"
_PROPERTIES = {
    "department": "Department",
    "numberofchildren": "NumberOfChildren",
    "annualincome": "AnnualIncome/Value",
    "donotemail": "DoNotEMail",
    "birthdate": "BirthDate",
    "gendercode": "GenderCode/Value",
    "lastonholdtime": "LastOnHoldTime",
    "processid": "ProcessId",
    "statecode": "StateCode/Value",
    "versionnumber": "VersionNumber",
    "jobtitle": "JobTitle",
    "_parentcustomerid_value": "ParentCustomerId/Name",
    "parentcustomerid_account/name": f"{_PARENT}/Name",
    "parentcustomerid_account/accountid": f"{_PARENT}/AccountId",
    "parentcustomerid_account/address1_city": f"{_PARENT}/Address1_City",
}
_TOKENS = re.compile(
    r"""(?P<text>'(?:[^']|'')*')
    | (?P<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})
    | (?P<moment>\d{4}-\d\d-\d\d(?:T[\d:]+Z)?)
    | (?P<name>[a-z_][a-z0-9_/]*)""",
    re.VERBOSE,
)
_CONTAINS = re.compile(r"contains\((\w+),('[^']*')\)")


def operators(asked: Question) -> list[str]:
    """Return the operators a question has, as FetchXML calls them."""
    entity = etree.fromstring(f"<entity>{asked.inside}</entity>")
    return [each.get("operator", "") for each in entity.iter("condition")]


def by_query(client: Client, asked: Question, *, typed: bool = True) -> list[str]:
    """Return the names a question finds, asked as QueryExpression."""
    return _found(Soap(client).query(query(asked, typed=typed)), asked)


def by_query_of_text(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as QueryExpression whose values are texts."""
    return by_query(client, asked, typed=False)


def by_expression(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as FetchExpression."""
    return _found(Soap(client).query(fetch(fetchxml(asked))), asked)


def _found(reply: Reply, asked: Question) -> list[str]:
    return names(reply.entities, asked)


def query(asked: Question, *, typed: bool = True, **more: Any) -> Typed:
    """Return a question as QueryExpression; `more` as `expression` takes it."""
    entity = etree.fromstring(f"<entity>{asked.inside}</entity>")
    ours = condition("employeeid", "Equal", string(MARK))
    filters = [_filter(each, "a:FilterExpression", typed) for each in entity.findall("filter")]
    return expression(
        "contact",
        columns("jobtitle"),
        criteria(ours, filters=filters),
        orders=_orders(entity),
        links="".join(_link(each, typed) for each in entity.findall("link-entity")),
        top=asked.top,
        **more,
    )


def _orders(entity: etree._Element) -> str:
    return "".join(
        order(
            each.get("attribute", ""),
            "Descending" if each.get("descending") == "1" else "Ascending",
        )
        for each in entity.findall("order")
    )


def _filter(element: etree._Element, tag: str, typed: bool) -> str:
    inner = (_filter(each, "a:FilterExpression", typed) for each in element.findall("filter"))
    tests = (_condition(each, typed) for each in element.findall("condition"))
    return criteria(*tests, word=element.get("type", "and").title(), filters=inner, tag=tag)


def _condition(element: etree._Element, typed: bool) -> str:
    name, of = element.get("attribute", ""), element.get("entityname", "")
    word, other = WORDS[element.get("operator", "")], element.get("valueof")
    if other:
        return condition(name, word, string(other), compare=True)
    values = [each.text or "" for each in element.findall("value")]
    if "value" in element.attrib:
        values = [element.get("value", "")]
    return condition(name, word, *(_value(name, word, each, typed) for each in values), of=of)


def _value(name: str, word: str, text: str, typed: bool) -> Typed:
    """Return a value as a client gives it: of its column's type, or a count as a number."""
    kind = "int" if "X" in word else _TYPES.get(name, "string")
    if kind == "dateTime" and not re.fullmatch(r"[\d-]+(T\S+)?", text):
        kind = "string"
    return simple(kind if typed else "string", text)


def _link(element: etree._Element, typed: bool) -> str:
    (tests, *_) = [
        *(_filter(each, "a:LinkCriteria", typed) for each in element.findall("filter")),
        "",
    ]
    orders = _orders(element)
    made = link(
        element.get("name", ""),
        (element.get("to", ""), element.get("from", "")),
        alias=element.get("alias", ""),
        kind={"inner": "Inner", "outer": "LeftOuter"}[element.get("link-type", "")],
        tests=tests,
    )
    said = f"<a:Orders>{orders}</a:Orders></a:LinkEntity>" if orders else "</a:LinkEntity>"
    return made.replace("</a:LinkEntity>", said)


def attributes(asked: Question) -> Typed | None:
    """Return a question as QueryByAttribute, None for one that has more than equalities."""
    entity = etree.fromstring(f"<entity>{asked.inside}</entity>")
    tests = list(entity.iter("condition"))
    is_plain = all(each.get("operator") in ("eq", "null") for each in tests)
    words = {each.get("type") for each in entity.iter("filter")}
    if entity.find("link-entity") is not None or not is_plain or words - {"and"}:
        return None
    if any(each.get("valueof") for each in tests):
        return None
    given = {each.get("attribute", ""): _plain(each) for each in tests}
    return _attributes({"employeeid": string(MARK), **given}, asked, _orders(entity))


def _plain(element: etree._Element) -> Typed | None:
    if element.get("operator") == "null":
        return None
    return _value(element.get("attribute", ""), "Equal", element.get("value", ""), typed=True)


def _attributes(given: Mapping[str, Typed | None], asked: Question, orders: str) -> Typed:
    listed = "".join(f"<q:string>{name}</q:string>" for name in given)
    values = "".join(value(each, "q:anyType") for each in given.values())
    most = "" if asked.top is None else f"<a:TopCount>{asked.top}</a:TopCount>"
    return Typed(
        "a:QueryByAttribute",
        f"<a:Attributes>{listed}</a:Attributes>{columns('jobtitle')}"
        f"<a:EntityName>contact</a:EntityName><a:Orders>{orders}</a:Orders>{most}"
        f"<a:Values>{values}</a:Values>",
    )


def by_attributes(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as QueryByAttribute."""
    made = attributes(asked)
    assert made is not None
    return _found(Soap(client).query(made), asked)


def by_data(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked of OrganizationData.svc."""
    said = Data(client).send("GET", "ContactSet", data(asked))
    return names(said.rows, asked, "JobTitle")


def data(asked: Question, **more: object) -> str:
    """Return the query options of a question in version 2."""
    # There a filter is about one record: ours alone, or the one it points to.
    ours = "" if _PARENT in _version_2(asked.filter) else f"EmployeeId eq '{MARK}'"
    tests = [ours, f"({_version_2(asked.filter)})" if asked.filter else ""]
    options: dict[str, object] = {"select": "JobTitle", **more}
    options["filter"] = " and ".join(each for each in tests if each)
    if asked.order:
        options["orderby"] = _version_2(asked.order)
    if asked.top is not None:
        options["top"] = asked.top
    return "&".join(f"${name}={quote(str(text))}" for name, text in options.items())


def _version_2(text: str) -> str:
    return _TOKENS.sub(_token, _CONTAINS.sub(r"substringof(\2,\1)", text))


def property_of(column: str) -> str:
    """Return what version 2 compares of a column."""
    return _PROPERTIES[column]


def _token(found: re.Match[str]) -> str:
    text = found[0]
    if found["key"]:
        return f"guid'{text}'"
    if found["moment"]:
        return f"datetime'{text.rstrip('Z') if 'T' in text else f'{text}T00:00:00'}'"
    return _PROPERTIES.get(text, text)
