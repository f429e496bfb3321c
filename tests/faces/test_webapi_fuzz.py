"""Whatever is sent to the Web API, the answer is well formed: never a 500, never an exception."""

from urllib.parse import quote

import orjson
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.drawn import (
    ACTIONS,
    BODY,
    DEEP,
    FILTER,
    HEADERS,
    KEYS,
    METHOD,
    PARAMETERS,
    PATH,
    QUERY,
    RECORD,
    SETS,
    SOUP,
    TEXT,
    dumped,
)
from support.estate import JSON, ROOT, Client
from support.fuzz import PROFILE
from xrm.org.faces.webapi import mount
from xrm.wire.http import Request

STATUSES = (200, 201, 204, 304, 400, 401, 403, 404, 405, 412, 413, 415, 501)


def check(answer):
    """A known status, headers that can be sent, and a document of the right form."""
    assert answer.status in STATUSES, answer.body[:300]
    for name, value in answer.headers:
        assert name.isascii()
        assert value.isascii()
        assert value.isprintable()
    if answer.status in (204, 401) or not answer.body:
        return
    if answer.header("Content-Type") == "text/plain":
        assert answer.status == 200
        return
    if answer.header("Content-Type") == "application/xml":
        assert answer.status == 200
        assert etree.fromstring(answer.body).get("Version") == "4.0"
        return
    document = orjson.loads(answer.body)
    if answer.status in (200, 201):
        assert document["@odata.context"].startswith("https://localhost:8444/api/data/v")
        return
    assert set(document) == {"error"}
    error = {name for name in document["error"] if not name.startswith("@Microsoft.PowerApps.")}
    assert error == {"code", "message"}
    assert document["error"]["code"].startswith("0x80") or answer.status == 404
    assert len(document["error"]["message"]) < 50_000
    assert "Traceback" not in document["error"]["message"]


def send(client, method, path, query="", headers=(), body=b""):
    headers = (("authorization", f"Bearer {client.token}"), *headers)
    head = Request(method, path, query, headers)
    route = mount(client.estate.organization).route(head)
    check(route.too_large(head))
    check(route.face(Request(method, path, query, headers, body)))


@PROFILE
@given(method=METHOD, path=PATH, query=QUERY, headers=HEADERS, body=BODY)
def test_any_request_is_answered(client, method, path, query, headers, body):
    send(client, method, path, query, headers, body)


@PROFILE
@given(name=st.sampled_from(SETS), query=QUERY, headers=HEADERS)
def test_any_query_is_answered(client, name, query, headers):
    send(client, "GET", ROOT + name, query, headers)


@PROFILE
@given(text=st.one_of(FILTER, SOUP))
def test_any_filter_is_answered(client, text):
    send(client, "GET", ROOT + "leads", f"$select=subject&$top=1&$filter={quote(text)}")


@PROFILE
@given(record=RECORD, method=st.sampled_from(["POST", "PATCH"]), headers=HEADERS)
def test_any_record_is_answered(client, record, method, headers):
    path = "leads" if method == "POST" else f"leads({KEYS[0]})"
    send(client, method, ROOT + path, "", (JSON, *headers), dumped(record))


@PROFILE
@given(path=st.sampled_from(ACTIONS), payload=PARAMETERS, headers=HEADERS)
def test_any_action_is_answered(estate, path, payload, headers):
    seller = getattr(estate, "seller", None)
    if seller is None:
        seller = estate.seller = estate.user("Salesperson", name="Seller")
    send(seller, "POST", ROOT + path, "", (JSON, *headers), dumped(payload))


@PROFILE
@given(method=METHOD, path=DEEP, record=RECORD, query=QUERY, headers=HEADERS)
def test_any_path_into_a_record_is_answered(client, method, path, record, query, headers):
    body = dumped({"@odata.id": f"roles({KEYS[0]})", "value": None, **record})
    send(client, method, path, query, (*headers, JSON), body)


@PROFILE
@given(
    authorization=st.one_of(
        TEXT,
        TEXT.map("Bearer {}".format),
        st.lists(st.text("ABab01-_=.", max_size=30), max_size=5)
        .map(".".join)
        .map("Bearer {}".format),
    ),
    path=PATH,
)
def test_any_proof_of_identity_is_answered(estate, authorization, path):
    request = Request("GET", path, "", (("authorization", authorization),))
    response = estate.send(request).response
    check(response)
    assert response.status == 401


@PROFILE
@given(path=PATH, headers=HEADERS)
def test_any_preflight_is_answered(estate, path, headers):
    response = Client(estate).send("OPTIONS", "/" + path.lstrip("/"), headers=headers).response
    check(response)
    assert response.status == 200
