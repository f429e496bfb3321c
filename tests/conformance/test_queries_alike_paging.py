"""Pages, counts and distinct rows are the same in each language, on both engines."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from support.alike import BY_KEY, MARK, QUESTIONS, Question, fetchxml, given, odata
from support.alike_spelled import data, query
from support.estate import Client, encode
from support.fetching import ALL, CRM, document, fetch, filtered, holds, selected
from support.organization_data import Data
from support.soap_elements import Typed, columns, condition, criteria, expression, page, string
from support.soap_elements import fetch as fetched
from support.soaping import Reply, Soap

SIZE = 2
PAGED = [asked for asked in QUESTIONS if asked.top is None]


@pytest.fixture(scope="module", autouse=True)
def rows(client):
    given(client)


def odata_pages(client: Client, asked: Question) -> Iterator[list[dict[str, Any]]]:
    prefer = (("prefer", f"odata.maxpagesize={SIZE}"),)
    answer = client.send("GET", "contacts", encode(odata(asked)), headers=prefer)
    yield answer.rows
    while answer.next_link:
        answer = client.follow(answer.next_link, headers=prefer)
        yield answer.rows


def fetch_pages(client: Client, asked: Question) -> Iterator[list[dict[str, Any]]]:
    bounds: dict[str, object] = {"count": SIZE, "page": 1}
    more = True
    while more:
        answer = fetch(client, "contacts", fetchxml(asked, **bounds), headers=ALL)
        yield answer.rows
        more = answer.document.get(f"{CRM}morerecords", False)
        cookie = answer.document.get(f"{CRM}fetchxmlpagingcookie")
        bounds = {"count": SIZE, "page": int(str(bounds["page"])) + 1}
        if cookie:
            bounds["paging_cookie"] = etree.fromstring(cookie).get("pagingcookie")


def soap_pages(client: Client, ask: Any) -> Iterator[list[dict[str, Any]]]:
    number, cookie = 1, ""
    while number:
        reply = Soap(client).query(ask(number, cookie))
        yield reply.entities
        cookie = reply.said("PagingCookie") or ""
        number = number + 1 if reply.said("MoreRecords") == "true" else 0


def query_pages(client: Client, asked: Question) -> Iterator[list[dict[str, Any]]]:
    def ask(number: int, cookie: str) -> Typed:
        return query(asked, paging=page(SIZE, number, cookie))

    return soap_pages(client, ask)


def expression_pages(client: Client, asked: Question) -> Iterator[list[dict[str, Any]]]:
    def ask(number: int, cookie: str) -> Typed:
        bounds = {"paging_cookie": cookie} if cookie else {}
        return fetched(fetchxml(asked, count=SIZE, page=number, **bounds))

    return soap_pages(client, ask)


def data_pages(client: Client, asked: Question) -> Iterator[list[dict[str, Any]]]:
    skipped = 0
    while True:
        options = data(asked, skip=skipped, top=SIZE)
        found = Data(client).send("GET", "ContactSet", options).rows
        yield [{"jobtitle": row["JobTitle"]} for row in found]
        if len(found) < SIZE:
            return
        skipped += SIZE


PAGES = {
    "odata": ("odata", odata_pages),
    "fetch": ("fetch", fetch_pages),
    "fetch by soap": ("fetch", expression_pages),
    "query": ("query", query_pages),
    "data": ("data", data_pages),
}
ASKED = [
    pytest.param(asked, pages, id=f"{asked.name} {name}")
    for asked in PAGED
    for name, (language, pages) in PAGES.items()
    if language in asked.by
]


@pytest.mark.covers("query: PagingInfo Count, PageNumber", "query: PagingCookie")
@pytest.mark.parametrize(("asked", "pages"), ASKED)
def test_pages_lead_through_the_same_rows_in_the_same_order(client, asked, pages):
    found = [[row["jobtitle"] for row in each] for each in pages(client, asked)]
    assert all(len(each) == SIZE for each in found[:-1])
    expected = asked.found if asked.order else sorted(asked.found, key=BY_KEY.index)
    assert "".join(name for each in found for name in each) == "".join(expected)


def counted(reply: Reply) -> int:
    assert reply.said("TotalRecordCountLimitExceeded") == "false"
    return int(reply.said("TotalRecordCount") or "-2")


def odata_count(client: Client, asked: Question) -> int:
    options = {**odata(asked), "count": "true"}
    return int(client.send("GET", "contacts", encode(options)).document["@odata.count"])


def fetch_count(client: Client, asked: Question) -> int:
    text = fetchxml(asked, count=1, page=1, returntotalrecordcount="true")
    return int(fetch(client, "contacts", text, headers=ALL).document[f"{CRM}totalrecordcount"])


def expression_count(client: Client, asked: Question) -> int:
    text = fetchxml(asked, count=1, page=1, returntotalrecordcount="true")
    return counted(Soap(client).query(fetched(text)))


def query_count(client: Client, asked: Question) -> int:
    return counted(Soap(client).query(query(asked, paging=page(1, 1, total=True))))


def data_count(client: Client, asked: Question) -> int:
    options = data(asked, inlinecount="allpages")
    return int(Data(client).send("GET", "ContactSet", options).d["__count"])


COUNTS = {
    "odata": ("odata", odata_count),
    "fetch": ("fetch", fetch_count),
    "fetch by soap": ("fetch", expression_count),
    "query": ("query", query_count),
    "data": ("data", data_count),
}
COUNTED = [
    pytest.param(asked, count, id=f"{asked.name} {name}")
    for asked in PAGED
    for name, (language, count) in COUNTS.items()
    if language in asked.by and not asked.order
]


@pytest.mark.covers("query: ReturnTotalRecordCount", "odata2: $inlinecount")
@pytest.mark.parametrize(("asked", "count"), COUNTED)
def test_the_number_of_all_rows_is_the_same(client, asked, count):
    assert count(client, asked) == len(asked.found)


DISTINCT = (
    (("donotemail",), ["false", "true"]),
    (("gendercode",), ["", "1", "2"]),
    (("numberofchildren",), ["", "1", "2", "5"]),
    (("employeeid", "donotemail"), ["alike false", "alike true"]),
    (("jobtitle", "donotemail"), ["a true", "b false", "c true", "d false", "e false"]),
)


def plainly(row: dict[str, Any], names: tuple[str, ...]) -> str:
    values = (row.get(name) for name in names)
    texts = (value["Value"] if isinstance(value, dict) else value for value in values)
    return " ".join("" if text is None else str(text).lower() for text in texts)


@pytest.mark.covers("query: Distinct")
@pytest.mark.parametrize(("names", "found"), DISTINCT)
def test_distinct_rows_are_the_same(client, names, found):
    ours = filtered(holds("employeeid", "eq", MARK))
    text = document("contact", selected(*names) + ours, distinct="true")
    tests = criteria(condition("employeeid", "Equal", string(MARK)))
    asked = expression("contact", columns(*names), tests, distinct=True)
    soap = Soap(client)
    for rows in (
        fetch(client, "contacts", text).rows,
        soap.query(fetched(text)).entities,
        soap.query(asked).entities,
    ):
        assert sorted(plainly(row, names) for row in rows) == found
