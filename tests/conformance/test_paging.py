"""Next links lead through every row exactly once, whatever the order and the size of a page."""

import re
from itertools import chain, product
from urllib.parse import quote, unquote

import pytest

from support.estate import ROOT

URI = (400, "0x80060888")
RANGE = (400, "0x80044330")
MARK = "paging"
MARKED = f"employeeid eq '{MARK}'"
TEXTS = [None, "a", "A ", "b", "é", "日本", "", "<&\"'>", "a,b=c&d", "😀"]
NUMBERS = [None, None, 0, 1, 1]
TIMES = [None, "2026-01-01T00:00:00.4Z", "2026-01-01T00:00:00.6Z", "1753-01-01T00:00:00Z"]
ROWS = 23
SIZES = [1, 2, 7, 22, 23, 24]
ORDERS = [
    "",
    "contactid",
    "contactid desc",
    "jobtitle",
    "jobtitle desc",
    "numberofchildren,jobtitle",
    "numberofchildren desc,jobtitle",
    "numberofchildren,jobtitle desc,contactid desc",
    "annualincome desc",
    "address1_latitude,lastonholdtime desc",
    "lastonholdtime",
    "birthdate desc,donotemail",
    "donotemail desc,birthdate",
    "gendercode desc",
    "_parentcustomerid_value desc,processid",
    "_ownerid_value",
    "createdon desc,versionnumber desc",
    "versionnumber",
    "statecode,statuscode desc",
]


def at(values, number):
    return values[number % len(values)]


@pytest.fixture(scope="module", autouse=True)
def rows(client):
    accounts = [client.post("accounts", {"name": str(number)}).created for number in range(2)]
    for number in range(ROWS):
        parent = at([None, *accounts], number)
        record = {
            "lastname": str(number),
            "employeeid": MARK,
            "jobtitle": at(TEXTS, number * 3),
            "numberofchildren": at(NUMBERS, number),
            "annualincome": at([None, 0.0001, 12345678901.2345, 5], number * 2),
            "address1_latitude": at([None, 0.1, -0.1, 1e-7], number),
            "lastonholdtime": at(TIMES, number),
            "birthdate": at([None, "1999-12-31", "1960-02-29"], number),
            "donotemail": at([True, False], number),
            "gendercode": at([None, 1, 2], number),
            "processid": at([None, f"{number:08x}-0000-4000-8000-00000000000{number % 7}"], number),
        }
        if parent is not None:
            record["parentcustomerid_account@odata.bind"] = f"/accounts({parent})"
        assert client.post("contacts", record).status == 204


def query(**options):
    named = {name: value for name, value in options.items() if value}
    return {"filter": MARKED, "select": "contactid"} | named


def pages(client, size, **options):
    """Follow the next links and return the keys page by page; Prefer is sent only at first."""
    prefer = (("prefer", f"odata.maxpagesize={size}"),)
    answer = client.get("contacts", headers=prefer, **query(**options))
    assert answer.header("Preference-Applied") == f"odata.maxpagesize={size}"
    found = [keys(answer)]
    while answer.next_link:
        assert len(found) <= ROWS
        answer = client.follow(answer.next_link)
        found.append(keys(answer))
    return found


def keys(answer):
    return [row["contactid"] for row in answer.rows]


@pytest.mark.covers("option: $skiptoken")
@pytest.mark.parametrize("order", ORDERS)
def test_every_row_comes_once_and_in_order(client, order):
    whole = keys(client.get("contacts", **query(orderby=order)))
    assert len(set(whole)) == ROWS
    for size in SIZES:
        found = pages(client, size, orderby=order)
        assert list(chain.from_iterable(found)) == whole
        assert {len(page) for page in found[:-1]} <= {size}
        assert 0 < len(found[-1]) <= size


def test_a_descending_order_of_unique_values_is_the_reverse(client):
    up = keys(client.get("contacts", **query(orderby="versionnumber")))
    assert keys(client.get("contacts", **query(orderby="versionnumber desc"))) == up[::-1]


def test_rows_that_go_do_not_move_those_that_stay(client):
    record = {"lastname": "Gone", "employeeid": "going"}
    made = [client.post("contacts", record).created for _ in range(9)]
    prefer = (("prefer", "odata.maxpagesize=3"),)
    first = client.get(
        "contacts", headers=prefer, filter="employeeid eq 'going'", orderby="jobtitle"
    )
    for key in keys(first):
        assert client.delete(f"contacts({key})").status == 204
    second = client.follow(first.next_link)
    third = client.follow(second.next_link)
    assert third.next_link is None
    assert sorted(keys(first) + keys(second) + keys(third)) == sorted(made)


@pytest.mark.covers("option: $top")
def test_top_bounds_the_answer(client):
    whole = keys(client.get("contacts", **query(orderby="jobtitle")))
    for top in (1, 22, 23, 24, 5000):
        answer = client.get("contacts", **query(orderby="jobtitle"), top=top)
        assert keys(answer) == whole[:top]
        assert answer.next_link is None


@pytest.mark.parametrize("top", [1, 10, 5000])
def test_top_wins_over_the_page_size(client, top):
    whole = keys(client.get("contacts", **query(orderby="jobtitle")))
    prefer = (("prefer", "odata.maxpagesize=3"),)
    answer = client.get("contacts", headers=prefer, **query(orderby="jobtitle"), top=top)
    assert keys(answer) == whole[:top]
    assert answer.next_link is None
    assert answer.header("Preference-Applied") is None


def test_a_page_size_of_nothing_is_ignored(client):
    prefer = (("prefer", "odata.maxpagesize=0"),)
    answer = client.get("contacts", headers=prefer, **query())
    assert keys(answer) == keys(client.get("contacts", **query()))
    assert answer.header("Preference-Applied") is None


@pytest.mark.parametrize(
    "prefer",
    [
        (("prefer", "odata.maxpagesize=2"),),
        (("prefer", "return=minimal,odata.maxpagesize=2"),),
        (("prefer", "return=minimal"), ("prefer", "odata.maxpagesize=2")),
        (("prefer", 'ODATA.MaxPageSize = "2"; x=y'),),
    ],
)
def test_the_preference_is_read_however_it_is_written(client, prefer):
    answer = client.get("contacts", headers=prefer, **query())
    assert len(answer.rows) == 2
    assert answer.header("Preference-Applied") == "odata.maxpagesize=2"


def test_a_link_keeps_what_was_asked(client):
    asked = f"{ROOT.replace('9.2', '9.0')}contacts"
    text = f"$select=contactid&x=%26y&$filter={quote(MARKED)}&$orderby=jobtitle%20desc"
    answer = client.send("GET", asked, text, headers=(("prefer", "odata.maxpagesize=5"),))
    link = answer.next_link
    assert link.startswith(f"https://localhost:8444{asked}?{text}&$skiptoken=%3Ccookie")
    assert link.count("skiptoken") == 1
    following = client.follow(link).next_link
    assert following.startswith(f"https://localhost:8444{asked}?{text}&$skiptoken=%3Ccookie")
    assert following.count("skiptoken") == 1
    token = unquote(following.partition("$skiptoken=")[2])
    assert re.match(r'<cookie pagenumber="3" pagingcookie="%253Ccookie%2520page', token)


def first_token(client, **options):
    prefer = (("prefer", "odata.maxpagesize=2"),)
    link = client.get("contacts", headers=prefer, **query(**options)).next_link
    return unquote(link.partition("$skiptoken=")[2])


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[1:],
        lambda token: token[:-2],
        lambda token: token + " ",
        lambda token: token * 2,
        lambda token: token.replace('pagenumber="2"', 'pagenumber="1"'),
        lambda token: token.replace('pagenumber="2"', 'pagenumber="0"'),
        lambda token: token.replace('pagenumber="2"', 'pagenumber="-2"'),
        lambda token: token.replace('pagenumber="2"', 'pagenumber="²"'),
        lambda token: token.replace('pagenumber="2"', f'pagenumber="{"9" * 5000}"'),
        lambda token: token.replace("contactid", "leadid"),
        lambda token: token.replace("jobtitle", "lastname"),
        lambda token: re.sub(r"[0-9A-F]{8}-", "zzzzzzzz-", token),
        lambda token: re.sub(r"[0-9A-F]{8}-", "", token),
        lambda token: token.replace("jobtitle", "contactid"),
        lambda token: "<cookie pagenumber='2' pagingcookie='' istracking='False' />",
        lambda token: '<!DOCTYPE x [<!ENTITY a "b">]>' + token,
        lambda token: "%00" + token,
        lambda token: "<" * 20_000,
    ],
)
def test_a_mangled_token_is_refused(client, change):
    token = first_token(client, orderby="jobtitle")
    assert client.get("contacts", **query(orderby="jobtitle"), skiptoken=token).status == 200
    answer = client.get("contacts", **query(orderby="jobtitle"), skiptoken=change(token))
    assert answer.error == URI


@pytest.mark.parametrize("size", ["0", "-1", "²", "99999999999", "5001", "x"])
def test_a_page_size_in_a_token_is_never_more_than_allowed(client, size):
    token = first_token(client).replace('pagesize="2"', f'pagesize="{size}"')
    answer = client.get("contacts", **query(), skiptoken=token)
    assert answer.status == 200 or answer.error == URI


@pytest.mark.parametrize("orders", list(product(ORDERS[3:9], ORDERS[9:13])))
def test_a_token_of_another_order_is_refused(client, orders):
    token = first_token(client, orderby=orders[0])
    answer = client.get("contacts", **query(orderby=orders[1]), skiptoken=token)
    assert answer.error == URI


def test_a_token_of_another_table_is_refused(client):
    assert client.get("accounts", skiptoken=first_token(client)).error == URI


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ("numberofchildren desc", "999999999999999999999"),
        ("numberofchildren desc", "1e9"),
        ("annualincome desc", "1e999999999"),
        ("annualincome desc", "NaN"),
        ("address1_latitude desc", "1e400"),
        ("address1_latitude desc", "nan"),
        ("lastonholdtime", "0001-01-01T00:00:00+14:00"),
        ("lastonholdtime", "yesterday"),
        ("birthdate", "2026-02-30"),
        ("processid desc", "x"),
        ("jobtitle", "a\x00"),
        ("versionnumber desc", "9223372036854775808"),
        ("gendercode desc", "²"),
    ],
)
def test_a_token_with_a_value_of_no_such_type_is_refused(client, order, value):
    token = first_token(client, orderby=order)
    name = order.partition(" ")[0]
    inner = re.search(r'pagingcookie="([^"]*)"', token)[1]
    text = unquote(unquote(inner))
    changed = re.sub(rf"<{name} [^>]*/>", f'<{name} last="{value}" first="" />', text)
    assert changed != text
    token = token.replace(inner, quote(quote(changed, safe=""), safe=""))
    assert client.get("contacts", **query(orderby=order), skiptoken=token).error in (URI, RANGE)


def test_a_token_cannot_be_bent_into_another_query(client):
    token = first_token(client, orderby="jobtitle desc")
    inner = re.search(r'pagingcookie="([^"]*)"', token)[1]
    value = "x' or 1=1; --"
    changed = re.sub(
        r"<jobtitle [^>]*/>", f'<jobtitle last="{value}" first="" />', unquote(unquote(inner))
    )
    token = token.replace(inner, quote(quote(changed, safe=""), safe=""))
    answer = client.get("contacts", **query(orderby="jobtitle desc"), skiptoken=token)
    assert 0 < len(answer.rows) < ROWS


def test_long_values_do_not_end_the_paging(client):
    for number in range(4):
        text = "長" * 1990 + str(number % 2)
        record = {"lastname": "Long", "employeeid": "long", "description": text}
        assert client.post("contacts", record).status == 204
    prefer = (("prefer", "odata.maxpagesize=1"),)
    answer = client.get(
        "contacts", headers=prefer, filter="employeeid eq 'long'", orderby="description",
        select="contactid",
    )  # fmt: skip
    found = [keys(answer)[0]]
    while answer.next_link:
        answer = client.follow(answer.next_link)
        found += keys(answer)
    assert len(set(found)) == len(found) == 4
