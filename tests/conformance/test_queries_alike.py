"""One question in each language finds the same rows in the same order, on both engines."""

import pytest

from support.alike import MARK, QUESTIONS, Question, by_fetch, by_odata, given
from support.alike_spelled import (
    WORDS,
    attributes,
    by_attributes,
    by_data,
    by_expression,
    by_query,
    by_query_of_text,
    operators,
    property_of,
)
from support.fetching import document, fetch, filtered, holds
from support.organization_data import Data
from support.soap_elements import (
    columns,
    condition,
    criteria,
    expression,
    link,
    order,
    page,
    simple,
    string,
)
from support.soap_elements import fetch as fetched
from support.soaping import Soap

LANGUAGES = {
    "odata": ("odata", by_odata),
    "fetch": ("fetch", by_fetch),
    "fetch by soap": ("fetch", by_expression),
    "query": ("query", by_query),
    "query of texts": ("query", by_query_of_text),
    "data": ("data", by_data),
}
"""Each spelling, with the language in which a question must have it."""


def proven(asked: Question, language: str) -> pytest.MarkDecorator:
    """Return the marker of what a question proves, asked in a language."""
    found = ["query: alike in each language"]
    if language == "fetch":
        found += [f"operator: fetch {name}" for name in operators(asked)]
    if language == "query":
        found += [f"operator: query {WORDS[name]}" for name in operators(asked)]
    return pytest.mark.covers(*found)


ASKED = [
    pytest.param(asked, ask, id=f"{asked.name} {name}", marks=proven(asked, language))
    for asked in QUESTIONS
    for name, (language, ask) in LANGUAGES.items()
    if language in asked.by
]


@pytest.fixture(scope="module", autouse=True)
def rows(client):
    given(client)


@pytest.mark.parametrize(("asked", "ask"), ASKED)
def test_the_rows_are_the_same(client, asked, ask):
    assert "".join(ask(client, asked)) == asked.found


EQUAL = [asked for asked in QUESTIONS if "query" in asked.by and attributes(asked) is not None]


@pytest.mark.covers("query: QueryByAttribute")
@pytest.mark.parametrize("asked", EQUAL, ids=lambda asked: asked.name)
def test_equalities_are_asked_by_attribute(client, asked):
    assert "".join(by_attributes(client, asked)) == asked.found


def test_every_row_is_found_by_some_question_and_left_out_by_another():
    for name in "abcde":
        assert any(name in asked.found for asked in QUESTIONS)
        assert any(name not in asked.found for asked in QUESTIONS)
    assert len(EQUAL) > 10


LABELS = [
    # Male is 1 and Female 2; nobody without is shown before them, or after where it descends.
    ((("gendercode", "Ascending"), ("jobtitle", "Ascending")), "cebad"),
    ((("gendercode", "Descending"), ("jobtitle", "Ascending")), "adbce"),
]


@pytest.mark.covers("query: OrderExpression")
@pytest.mark.parametrize(("orders", "found"), LABELS)
def test_choices_are_sorted_by_their_labels(client, orders, found):
    """As FetchXML does without `useraworderby` (documented)."""
    soap, told = Soap(client), "".join(order(*each) for each in orders)
    asked = expression("contact", columns("jobtitle"), _ours(), orders=told)
    assert "".join(row["jobtitle"] for row in soap.query(asked).entities) == found
    inner = link("contact", ("contactid", "contactid"), alias="same").replace(
        "</a:LinkEntity>", f"<a:Orders>{told}</a:Orders></a:LinkEntity>"
    )
    asked = expression("contact", columns("jobtitle"), _ours(), links=inner)
    assert "".join(row["jobtitle"] for row in soap.query(asked).entities) == found


@pytest.mark.covers("query: OrderExpression", "query: PagingCookie")
@pytest.mark.parametrize(("orders", "found"), LABELS)
def test_pages_in_the_order_of_labels_are_whole(client, orders, found):
    soap, told, seen, cookie = Soap(client), "".join(order(*each) for each in orders), "", ""
    for number in (1, 2, 3):
        paging = page(2, number, cookie)
        asked = expression("contact", columns("jobtitle"), _ours(), orders=told, paging=paging)
        answer = soap.query(asked)
        seen += "".join(row["jobtitle"] for row in answer.entities)
        cookie = answer.result.findtext("{*}PagingCookie") or ""
    assert seen == found


def _ours():
    return criteria(condition("employeeid", "Equal", string(MARK)))


UNFIT = (
    # a column, an operator, a value as text and typed, and what its type is called
    ("numberofchildren", "eq", simple("long", 2**31), "System.Int32", "System.Int64"),
    ("versionnumber", "le", simple("decimal", 2**63), "System.Int64", "System.Decimal"),
    ("annualincome", "gt", simple("boolean", "true"), "System.Decimal", "System.Boolean"),
    ("donotemail", "eq", simple("double", "0.5"), "System.Boolean", "System.Double"),
    ("birthdate", "lt", simple("int", 5), "System.DateTime", "System.Int32"),
    ("processid", "eq", simple("int", 5), "System.Guid", "System.Int32"),
    ("gendercode", "eq", simple("boolean", "true"), "System.Int32", "System.Boolean"),
)


@pytest.mark.covers("query: ConditionExpression", "error: 0x80041139 soap")
@pytest.mark.parametrize(("column", "operator", "typed", "wanted", "received"), UNFIT)
def test_a_value_that_fits_no_column_is_refused_in_each_language(
    client, column, operator, typed, wanted, received
):
    text = "many"
    asked = document("contact", filtered(holds(column, operator, text)))
    code = "0x80040239" if wanted == "System.DateTime" else "0x80041139"
    assert fetch(client, "contacts", asked).error == (400, code)
    soap = Soap(client)
    tests = [criteria(condition(column, WORDS[operator], each)) for each in (typed, string(text))]
    by_type, by_text = (soap.query(expression("contact", tests=each)).fault for each in tests)
    assert by_type == (
        "0x80040203",
        f"Condition for attribute 'contact.{column}': expected argument(s) of type '{wanted}' "
        f"but received '{received}'.",
    )
    assert by_text[0] == code
    assert soap.query(fetched(asked)).code == code
    assert client.get("contacts", filter=f"{column} {operator} 'many'").status == 400
    name = property_of(column)
    assert Data(client).get("ContactSet", filter=f"{name} {operator} 'many'").error[0] == 400
