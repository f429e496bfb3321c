"""Records over the Web API, end to end, and the refusals a caller meets."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest

from support.contoso import USER_ID, Contoso, Driver, as_json, refusal
from xrm import errors
from xrm.model.secret import Secret

Opened = Callable[..., Driver]


def asked(contoso: Contoso) -> list[str]:
    return [
        unquote(seen.path).removeprefix("/api/data/v9.2/")
        for seen in contoso.org.seen
        if "authorization" in seen.headers
    ]


def test_a_query_streams_over_its_pages(opened: Opened, contoso: Contoso):
    rows = opened().records("leads", select=["subject"], page_size=3)
    assert rows == [{"subject": f"Lead {number}"} for number in range(7)]
    assert asked(contoso) == [
        "leads?$select=subject",
        "leads?$select=subject&$skiptoken=3",
        "leads?$select=subject&$skiptoken=6",
    ]
    prefers = [seen.headers.get("prefer") for seen in contoso.org.seen[1:]]
    assert prefers == ["odata.maxpagesize=3"] * 3


@pytest.mark.parametrize(("wanted", "pages"), [(1, 1), (3, 1), (4, 2)])
def test_a_page_is_fetched_when_it_is_wanted(
    opened: Opened, contoso: Contoso, wanted: int, pages: int
):
    assert len(opened().records("leads", take=wanted)) == wanted
    assert len(asked(contoso)) == pages


@pytest.mark.parametrize(("top", "pages"), [(2, 1), (3, 1), (5, 2), (50, 3)])
def test_top_bounds_the_records_in_all(opened: Opened, contoso: Contoso, top: int, pages: int):
    assert len(opened().records("leads", top=top)) == min(top, 7)
    assert len(asked(contoso)) == pages


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, ""),
        ({"select": "subject,revenue"}, "?$select=subject,revenue"),
        ({"select": ("a", "b")}, "?$select=a,b"),
        ({"order_by": ["-revenue", "subject"]}, "?$orderby=revenue desc,subject"),
        ({"order_by": "revenue desc", "top": 5}, "?$orderby=revenue desc&$top=5"),
        (
            {"filter": "subject eq 'a&b+c#d 100% é'"},
            "?$filter=subject eq 'a&b+c#d 100% é'",
        ),
    ],
)
def test_how_a_query_is_spelled(
    opened: Opened, contoso: Contoso, options: dict[str, Any], query: str
):
    opened().records("leads", take=1, **options)
    assert asked(contoso) == [f"leads{query}"]
    raw = contoso.org.seen[-1].path.partition("?")[2]
    assert not set(raw) & set(' +#é"')


@pytest.mark.parametrize(
    ("annotations", "prefer"),
    [
        (True, 'odata.include-annotations="*"'),
        ("Microsoft.Dynamics.CRM.*", 'odata.include-annotations="Microsoft.Dynamics.CRM.*"'),
        (False, None),
    ],
)
def test_annotations_come_when_asked_for(
    opened: Opened, contoso: Contoso, annotations: bool | str, prefer: str | None
):
    opened().retrieve("leads", USER_ID, annotations=annotations)
    assert contoso.org.seen[-1].headers.get("prefer") == prefer


@pytest.mark.parametrize(
    ("table", "options"),
    [
        ("leads/../x", {}),
        ("leads?$top=1", {}),
        ("", {}),
        ("leads", {"top": 0}),
        ("leads", {"top": 5001}),
        ("leads", {"page_size": 0}),
        ("leads", {"page_size": True}),
        ("leads", {"annotations": 'x"\r\ny'}),
    ],
)
def test_what_cannot_be_asked_is_not_sent(
    opened: Opened, contoso: Contoso, table: str, options: dict[str, Any]
):
    with pytest.raises(errors.ConfigurationError):
        opened().client.query(table, **options)
    assert contoso.org.seen == []


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/data/v9.2/leads?$skiptoken=1",
        "{org}.evil.example/api/data/v9.2/leads",
        "http://localhost:{port}/api/data/v9.2/leads",
        "https://localhost@evil.example/api/data/v9.2/leads",
        "{org}/elsewhere",
        "/api/data/v9.2/leads?$skiptoken=1",
        "{org}/api/data/v9.2/leads",
        7,
    ],
)
def test_a_next_link_that_leads_elsewhere_is_not_followed(
    opened: Opened, contoso: Contoso, link: object
):
    client = opened()
    client.whoami()
    if isinstance(link, str):
        link = link.format(org=contoso.org.url, port=contoso.org.url.rpartition(":")[2])
    contoso.org.planned = [as_json(200, {"value": [{"a": 1}], "@odata.nextLink": link})]
    before = len(contoso.org.seen)
    with pytest.raises(errors.UnexpectedAnswerError, match="next page"):
        client.records("leads")
    assert len(contoso.org.seen) == before + 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"value": 1}', b'{"value": [1]}', b"{}"])
def test_an_answer_that_is_no_page(opened: Opened, contoso: Contoso, body: bytes):
    client = opened()
    client.whoami()
    contoso.org.planned = [(200, {}, body)]
    with pytest.raises(errors.UnexpectedAnswerError):
        client.records("leads")


def test_create_returns_the_new_id(opened: Opened, contoso: Contoso):
    values = {
        "subject": "Hé",
        "revenue": Decimal("1234.5600"),
        "parentaccountid@odata.bind": f"/accounts({USER_ID})",
        "created": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "key": UUID(USER_ID),
        "empty": None,
    }
    assert opened().create("leads", values) == UUID(USER_ID)
    sent = contoso.org.seen[-1]
    assert (sent.method, sent.path) == ("POST", "/api/data/v9.2/leads")
    assert b'"revenue":1234.5600' in sent.body
    assert json.loads(sent.body) == {
        "subject": "Hé",
        "revenue": 1234.56,
        "parentaccountid@odata.bind": f"/accounts({USER_ID})",
        "created": "2026-01-02T03:04:05Z",
        "key": USER_ID,
        "empty": None,
    }


@pytest.mark.parametrize("headers", [{}, {"OData-EntityId": "https://x/leads(1)"}])
def test_a_creation_without_an_id_is_unexpected(
    opened: Opened, contoso: Contoso, headers: dict[str, str]
):
    client = opened()
    client.whoami()
    contoso.org.planned = [(204, headers, b"")]
    with pytest.raises(errors.UnexpectedAnswerError, match="id"):
        client.create("leads", {})


def test_retrieve_update_and_delete(opened: Opened, contoso: Contoso):
    client = opened()
    found = client.retrieve("leads", UUID(USER_ID), select=["subject"])
    assert found == {"leadid": USER_ID, "subject": "One"}
    client.update("leads", USER_ID.upper(), {"subject": "Two"})
    client.update("leads", USER_ID, {"subject": "Two"}, if_match='W/"7"')
    client.delete("leads", USER_ID)
    client.delete("leads", USER_ID, if_match="*")
    assert [(seen.method, seen.headers.get("if-match")) for seen in contoso.org.seen[1:]] == [
        ("GET", None),
        ("PATCH", "*"),
        ("PATCH", 'W/"7"'),
        ("DELETE", None),
        ("DELETE", "*"),
    ]
    assert asked(contoso) == [f"leads({USER_ID})?$select=subject", *[f"leads({USER_ID})"] * 4]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client: client.retrieve("leads", "1) or (2"),
        lambda client: client.delete("leads", 7),
        lambda client: client.update("leads", USER_ID, {}, if_match="a\r\nb"),
        lambda client: client.create("leads", {"a": object()}),
        lambda client: client.create("leads", {"a": Decimal("NaN")}),
        lambda client: client.create("leads", {"a": Secret("NEVER-SHOWN")}),
    ],
)
def test_values_that_cannot_be_sent(
    opened: Opened, contoso: Contoso, attempt: Callable[[Driver], Any]
):
    with pytest.raises(errors.ConfigurationError) as caught:
        attempt(opened())
    assert "NEVER-SHOWN" not in str(caught.value)
    assert contoso.org.seen == []


@pytest.mark.parametrize(
    ("status", "code", "expected", "advice"),
    [
        (400, "0x80060888", errors.BadRequestError, "entity set name"),
        (403, "0x80072560", errors.ForbiddenError, "application user"),
        (403, "0x80040220", errors.ForbiddenError, "security role"),
        (403, "0x8004f504", errors.ForbiddenError, "security roles"),
        (404, "0x80040217", errors.NotFoundError, "does not exist"),
        (412, "0x80060882", errors.PreconditionFailedError, "changed"),
        (405, "0x80060888", errors.ServiceError, "entity set name"),
        (500, "0x80040216", errors.UnavailableError, "request id"),
    ],
)
def test_a_refusal_carries_what_support_asks_for(
    opened: Opened,
    contoso: Contoso,
    status: int,
    code: str,
    expected: type[errors.ServiceError],
    advice: str,
):
    client = opened()
    client.whoami()
    contoso.org.planned = [
        refusal(status, code, "What the service\r\nsays.", x_ms_service_request_id="request-1")
    ]
    with pytest.raises(expected) as caught:
        client.retrieve("leads", USER_ID)
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.code, error.request_id) == (status, code, "request-1")
    assert error.message == "What the service says."
    assert advice in error.next_step
    assert all(part in str(error) for part in (code, "request-1", str(status), error.next_step))


def test_a_refusal_that_says_nothing(opened: Opened, contoso: Contoso):
    client = opened()
    client.whoami()
    contoso.org.planned = [(502, {"Content-Type": "text/html"}, b"<html>" + b"x" * 10_000)]
    with pytest.raises(errors.UnavailableError) as caught:
        client.whoami()
    assert caught.value.status == 502
    assert len(str(caught.value)) < 300


def test_a_short_wait_is_waited_and_a_long_one_is_told(opened: Opened, contoso: Contoso):
    client = opened()
    client.whoami()
    busy = refusal(429, "0x80072322", "Number of requests exceeded", Retry_After="0")
    contoso.org.planned = [busy, busy]
    assert client.create("leads", {"subject": "x"}) == UUID(USER_ID)
    assert [seen.method for seen in contoso.org.seen[-3:]] == ["POST"] * 3
    contoso.org.planned = [
        refusal(429, "0x80072322", "Number of requests exceeded", Retry_After="3600")
    ]
    with pytest.raises(errors.ThrottledError) as caught:
        client.whoami()
    assert caught.value.retry_after == 3600
    assert "retry after 3600 s" in str(caught.value)


def test_a_doubtful_post_is_not_repeated(opened: Opened, contoso: Contoso):
    client = opened()
    client.whoami()
    contoso.org.planned = [refusal(503, "", "Busy", Retry_After="0")]
    with pytest.raises(errors.UnavailableError):
        client.create("leads", {"subject": "x"})
    assert [seen.method for seen in contoso.org.seen].count("POST") == 1


def test_an_answer_past_its_bound_is_cut_off(opened: Opened, contoso: Contoso):
    contoso.sts.planned = [(200, {}, b" " * (2 * 1024 * 1024))]
    with pytest.raises(errors.UnexpectedAnswerError, match="larger"):
        opened().whoami()
