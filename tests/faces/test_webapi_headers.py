"""Headers of the Web API: those of every answer, its form, cookies, preflights."""

import re

import pytest

from support.estate import JSON, ROOT, URL, Client
from xrm.org.faces.webapi import mount
from xrm.org.organization import Organization
from xrm.wire.http import Request

NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"


STATED = "OPTIONS,GET,HEAD,POST"
EXPOSED = (
    "Preference-Applied,OData-EntityId,Location,ETag,OData-Version,Content-Encoding,"
    "Transfer-Encoding,Content-Length,Retry-After,REQ_ID"
)
EVERY = {
    "OData-Version": "4.0",
    "Cache-Control": "no-cache",
    "Expires": "-1",
    "X-Content-Type-Options": "nosniff",
    "Allow": STATED,
    "Public": STATED,
    "CRM.ServiceId": "framework",
    "x-ms-dop-hint": "4",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
    "Timing-Allow-Origin": "*",
}
GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def account(client):
    """The path of an account that can be changed at will."""
    return f"accounts({client.post('accounts', {'name': 'Headers', 'revenue': 5}).created})"


def every_kind_of_answer(client, account):
    known = client.get(account).header("ETag")
    return [
        client.get("leads", top=1),
        client.get("leads/$count"),
        client.get(f"{account}/name/$value"),
        client.get(account, headers=(("if-none-match", known),)),
        client.get("WhoAmI"),
        client.post("WhoAmI", {}),
        client.get("nosuch"),
        client.post("leads", {}),
        client.post("leads", {"nosuch": 1}),
        client.get(f"leads({NOBODY})"),
        client.patch(account, {"fax": "1"}, headers=(("if-match", 'W/"1"'),)),
        client.send("PUT", "leads"),
        client.get("leads", headers=(("accept", "application/xml"),)),
    ]


@pytest.mark.covers(
    "response header: OData-Version",
    "response header: Content-Type",
    "response header: REQ_ID",
    "response header: x-ms-service-request-id",
    "response header: AuthActivityId",
    "response header: x-ms-dop-hint",
    "response header: x-ms-ratelimit-burst-remaining-xrm-requests",
    "response header: x-ms-ratelimit-time-remaining-xrm-requests",
    "response header: Allow, Public",
    "response header: Cache-Control, Expires",
    "response header: X-Content-Type-Options",
    "response header: Access-Control-Allow-Origin",
    "response header: Access-Control-Expose-Headers",
    "response header: Timing-Allow-Origin",
)
def test_every_answer_has_the_headers_of_the_service(client, account):
    answers = every_kind_of_answer(client, account)
    assert {answer.status for answer in answers} == {200, 204, 304, 400, 404, 405, 412, 415}
    unproved = [Client(client.estate).get("leads"), Client(client.estate, "x.y.z").get("leads")]
    ids = {answer.header("x-ms-service-request-id") for answer in answers + unproved}
    assert len(ids) == len(answers + unproved)
    for answer in answers + unproved:
        assert {name: answer.header(name) for name in EVERY} == EVERY
        assert re.fullmatch(GUID, answer.header("REQ_ID"))
        assert answer.header("x-ms-service-request-id") == answer.header("REQ_ID")
        assert answer.header("AuthActivityId") == answer.header("REQ_ID")
        names = [name.lower() for name, _ in answer.response.headers if name != "Set-Cookie"]
        assert len(names) == len(set(names))
    for answer in answers:
        assert re.fullmatch(
            r"1,(200|1\d\d)\.\d\d", answer.header("x-ms-ratelimit-time-remaining-xrm-requests")
        )
        left = answer.header("x-ms-ratelimit-burst-remaining-xrm-requests")
        assert 0 <= int(left) < 6000
        if answer.document is not None:
            expected = "application/json; odata.metadata=minimal"
            assert answer.header("Content-Type") == expected


def test_each_request_spends_one_of_what_is_left(client):
    web_api = mount(client.estate.organization)
    request = Request("GET", f"{ROOT}WhoAmI", "", (("authorization", f"Bearer {client.token}"),))
    name = "x-ms-ratelimit-burst-remaining-xrm-requests"
    assert [web_api.handle(request).header(name) for _ in range(3)] == ["5999", "5998", "5997"]


@pytest.mark.covers("response header: ReqClientId", "response header: orgId")
def test_cookies_are_given_to_who_sends_none(client):
    organization = client.rows("organizations")[0]["organizationid"]
    end = "expires=Fri, 15-Jan-2077 08:00:00 GMT; path=/; secure; HttpOnly"

    def given(*lines):
        answer = client.get("WhoAmI", headers=tuple(("cookie", line) for line in lines))
        return [value for name, value in answer.response.headers if name == "Set-Cookie"]

    client_id, org_id = given()
    assert re.fullmatch(f"ReqClientId={GUID}; {end}", client_id)
    assert org_id == f"orgId={organization}; {end}"
    assert given(f"a=b; orgId={organization}", "ReqClientId=x") == []
    assert given("ReqClientId=x") == [org_id]
    refused = client.get("nosuch").response.headers
    assert len([value for name, value in refused if name == "Set-Cookie"]) == 2


@pytest.mark.covers("response header: Strict-Transport-Security")
@pytest.mark.parametrize(
    ("url", "secured"),
    [(URL, False), ("https://org.contoso.example/", True), ("https://10.0.0.1/", False)],
)
def test_browsers_are_tied_to_tls_by_every_answer_of_a_name(client, url, secured):
    estate = client.estate
    organization = Organization(
        estate.database,
        url=url,
        trust=estate.trust,
        directory=estate.directory,
        clock=estate.clock,
        ids=estate.ids,
    )
    web_api = mount(organization)
    proof = ("authorization", f"Bearer {estate.token(client.application_id, aud=url)}")
    answers = [
        web_api.handle(Request("GET", f"{ROOT}WhoAmI", "", (proof,))),
        web_api.handle(Request("GET", f"{ROOT}nosuch", "", (proof,))),
        web_api.handle(Request("GET", f"{ROOT}WhoAmI")),
        web_api.handle(Request("OPTIONS", f"{ROOT}WhoAmI")),
        web_api.too_large(Request("POST", f"{ROOT}leads")),
    ]
    assert [answer.status for answer in answers] == [200, 404, 401, 200, 413]
    expected = "max-age=31536000; includeSubDomains" if secured else None
    assert {answer.header("Strict-Transport-Security") for answer in answers} == {expected}


def test_a_created_record_has_no_body(client):
    answer = client.post("leads", {"lastname": "Empty"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("Content-Type") is None
    assert client.delete(f"leads({answer.created})").body == b""


@pytest.mark.covers("service: CORS preflight without a token")
@pytest.mark.parametrize(
    "path",
    [
        "leads",
        "",
        "nosuch",
        "$batch",
        f"leads({KEY})",
        f"leads({KEY})/subject",
        f"leads({KEY})/Lead_Tasks/$ref",
        "leads/$count",
        "leads/Microsoft.Dynamics.CRM.CreateMultiple",
        "BulkDelete",
        "EntityDefinitions",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_a_preflight_needs_no_token(estate, path, method):
    asked = "authorization, content-type, odata-version, prefer, x-anything"
    answer = Client(estate).send(
        "OPTIONS",
        path,
        headers=(
            ("origin", "https://app.contoso.example"),
            ("access-control-request-method", method),
            ("access-control-request-headers", asked),
        ),
    )
    assert answer.status == 200
    assert answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.header("Access-Control-Allow-Headers") == asked
    assert method in (answer.header("Access-Control-Allow-Methods") or "").split(", ")
    assert answer.header("Access-Control-Allow-Credentials") is None
    assert answer.header("WWW-Authenticate") is None


@pytest.mark.parametrize("asked", ["x\r\ny: z", "x\ny", "\u65e5\u672c", "\u00e9", "a\x00b"])
def test_a_preflight_repeats_only_what_a_header_may_hold(estate, asked):
    headers = (("access-control-request-headers", asked),)
    answer = Client(estate).send("OPTIONS", "leads", headers=headers)
    assert answer.header("Access-Control-Allow-Headers") == "*"


@pytest.mark.covers("response header: ETag")
def test_head_has_the_headers_of_get(client, account):
    for path in (account, "leads/$count", "nosuch", "WhoAmI"):
        got, head = client.get(path), client.send("HEAD", path)
        assert head.status == got.status
        assert head.header("ETag") == got.header("ETag")
        assert head.header("Content-Type") == got.header("Content-Type")
    assert client.send("HEAD", "BulkDelete").error == (405, "0x80060888")


@pytest.mark.covers("header: Accept")
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("", 200),
        ("application/json;odata.metadata=full", 200),
        ("application/json; odata.metadata=none", 200),
        ("application/json;odata.metadata=minimal;q=0.9,application/xml", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("APPLICATION/JSON", 200),
        ("nonsense", 200),
        ("application/xml", 415),
        ("text/html, image/png", 415),
        ("application/json;q=0, text/html", 415),
        ("text/plain", 415),
    ],
)
def test_accept(client, accept, status):
    said = (("accept", accept),)
    answer = client.get("leads", top=1, headers=said)
    assert answer.status == status
    if status == 415:
        assert answer.error == (415, "0x80060888")
    assert client.get("leads/$count", headers=said).status == 200
    made = client.post("leads", {"lastname": "Accept"}, headers=said)
    assert made.status == 204
    represented = (*said, ("prefer", "return=representation"))
    before = len(client.rows("leads", filter="lastname eq 'Accept'"))
    answer = client.post("leads", {"lastname": "Accept"}, headers=represented)
    assert answer.status == (201 if status == 200 else status)
    after = len(client.rows("leads", filter="lastname eq 'Accept'"))
    assert after - before == (1 if status == 200 else 0)


@pytest.mark.covers("header: IEEE754Compatible")
def test_long_numbers_in_quotes_where_they_are_asked_for(client, account):
    quoted = (("accept", "application/json;IEEE754Compatible=true"),)
    said = "application/json; odata.metadata=minimal; IEEE754Compatible=true"
    answer = client.get(account, select="revenue,versionnumber,numberofemployees", headers=quoted)
    assert answer.header("Content-Type") == said
    version = answer.document["@odata.etag"][3:-1]
    assert answer.document["versionnumber"] == version
    assert answer.document["revenue"] == "5.0000"
    assert client.get(f"{account}/revenue", headers=quoted).document["value"] == "5.0000"
    body = b'{"revenue":"7.25","numberofemployees":3}'
    kind = (("content-type", "application/json; IEEE754Compatible=true"),)
    assert client.send("PATCH", account, headers=kind, body=body).status == 204
    assert client.get(account).document["revenue"] == 7.25
    assert client.send("PATCH", account, headers=(JSON,), body=body).error == (400, "0x80048d19")
    bare = b'{"revenue":7.25}'
    assert client.send("PATCH", account, headers=kind, body=bare).error == (400, "0x80048d19")
    put = client.send("PUT", f"{account}/revenue", headers=kind, body=b'{"value":"8"}')
    assert put.status == 204
    listed = client.send(
        "GET",
        "accounts",
        "$count=true&$top=1",
        headers=(*quoted, ("prefer", 'odata.include-annotations="*"')),
    )
    assert listed.document["@odata.count"].isdecimal()
    assert isinstance(listed.rows[0]["versionnumber"], str)
