"""Paging cookies, read and written."""

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Column
from xrm.model.query import Hop, Order, Page
from xrm.org.metadata import catalogue
from xrm.wire.fetchxml.cookies import (
    Cookie,
    element_names,
    read_cookie,
    read_start,
    write_cookie,
    write_value,
)

CATALOGUE = catalogue()
ACCOUNT = CATALOGUE["account"]
KEY = "b4f20991-d399-e311-ad92-6c3be5a8ad70"
BRACED = f"{{{KEY.upper()}}}"
FIRST = "{9C27CF91-ADA3-E311-B64F-6C3BE5A87DF0}"
COOKIE = Cookie(1, (("name", "Test & Co"), ("accountid", BRACED)))
TEXT = (
    '<cookie page="1"><name last="Test &amp; Co" first="6 orders" />'
    f'<accountid last="{BRACED}" first="{FIRST}" /></cookie>'
)


def test_a_cookie_has_the_services_form():
    assert write_cookie(COOKIE, ("6 orders", FIRST)) == TEXT


@pytest.mark.covers("fetch: paging-cookie encoded")
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        quote(TEXT),
        quote(quote(TEXT, safe="")),
        TEXT.replace('"', "'"),
        TEXT.replace(" />", "/>").replace("><", ">\n  <"),
        f" {TEXT} ",
        TEXT.replace('page="1"', 'page="1" parentEntityId="x"'),
        TEXT.replace(' first="6 orders"', ""),
    ],
)
def test_it_reads_however_it_comes_back(text):
    assert read_cookie(text) == COOKIE


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "%3C", "%", "%ff", "<cookie/>", "<cookie page='x'/>", '<cookie page="1">',
        "<cookie page='1'>x</cookie>", "<cookie page='1'><a/></cookie>",
        "<cookie page='1'><a first='1'/></cookie>", "<cookie page='1'><a last='<'/></cookie>",
        "<cookie page='1'><A last='1'/></cookie>", "<cookie page='1'></cookie><x/>",
        quote(quote(quote(TEXT, safe=""), safe="")), "<" * 70_000, "<cookie page='1'>" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_cookie(text):
    with pytest.raises(ValueError, match=r".*"):
        read_cookie(text)


def test_nulls_and_blanks_come_back():
    cookie = Cookie(7, (("name", None), ("websiteurl", "a\r\n\tb"), ("accountid", BRACED)))
    text = write_cookie(cookie, (None, None, FIRST))
    assert '<name lastnull="1" firstnull="1" />' in text
    assert not set("\r\n\t") & set(text)
    assert read_cookie(text) == cookie


def test_a_value_that_xml_cannot_hold_is_told_by_the_page_alone():
    cookie = Cookie(7, (("name", "\x01"), ("accountid", BRACED)))
    assert read_cookie(write_cookie(cookie, (None, None))) == Cookie(7)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("String", "x", "x"),
        ("Integer", 5, "5"),
        ("Boolean", True, "1"),
        ("Boolean", False, "0"),
        ("Money", Decimal("1E+2"), "100"),
        ("Uniqueidentifier", KEY, BRACED),
        ("DateTime", datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00+00:00"),
        ("DateTime", date(2026, 1, 1), "2026-01-01"),
        ("String", None, None),
    ],
)
def test_values_as_texts(kind, value, text):
    assert write_value(Column("x", "X", kind), value) == text


def test_names_of_elements():
    orders = (Order("name"), Order("lastname", via=(Hop("primarycontactid", "contact"),)))
    assert element_names(ACCOUNT, orders) == ["name", "primarycontactid.lastname", "accountid"]


def start(cookie, number, *orders):
    return read_start(CATALOGUE, ACCOUNT, orders, cookie, number=number)


def test_where_a_page_starts():
    by_name = Order("name")
    assert start(COOKIE, 2, by_name) == Page(2, ("Test & Co",), KEY)
    assert start(COOKIE, 3, by_name) == Page(3)
    assert start(Cookie(1), 2, by_name) == Page(2)
    lookup = Cookie(1, (("primarycontactid", "Ann"), ("accountid", f"{{{KEY.upper()}}}")))
    assert start(lookup, 2, Order("primarycontactid")) == Page(2, ("Ann",), KEY)


@pytest.mark.parametrize(
    ("code", "cookie", "orders"),
    [
        ("0x80041129", COOKIE, ()),
        ("0x80041129", COOKIE, (Order("revenue"),)),
        ("0x8004112a", Cookie(1, (("accountid", "x"),)), ()),
        ("0x8004112a", Cookie(1, (("accountid", None),)), ()),
        ("0x8004112a", Cookie(1, (("revenue", "x"), ("accountid", KEY))), (Order("revenue"),)),
    ],
)
def test_a_cookie_that_does_not_fit(code, cookie, orders):
    with pytest.raises(ServiceError) as caught:
        start(cookie, 2, *orders)
    assert caught.value.fault.hex == code


@PROFILE
@given(
    page=st.integers(0, 10**9 - 1),
    texts=st.lists(st.none() | st.text(max_size=20), max_size=4),
    in_xml=st.booleans(),
)
def test_any_cookie_reads_as_written_or_without_its_values(page, texts, in_xml):
    cookie = Cookie(page, tuple((f"c{place}", text) for place, text in enumerate(texts)))
    try:
        text = quote(write_cookie(cookie, tuple(texts), in_xml=in_xml))
    except UnicodeEncodeError:
        return
    assert read_cookie(text) in (cookie, Cookie(page)) if in_xml else read_cookie(text) == cookie


@PROFILE
@given(text=st.text(max_size=60) | st.from_regex(r"<cookie page='1'>[<a-z'=/> ]{0,40}</cookie>"))
def test_any_text_is_read_or_refused(text):
    try:
        read_cookie(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 -- any refusal but no other exception
