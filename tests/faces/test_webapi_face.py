"""Requests through the Web API in-process: documents, headers, errors, preflight, lanes."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

import xrm.org
from support.estate import JSON, ROOT, URL, Client
from xrm.db import Busy, StatementTimeout, StepBudgetExceeded, StorageError, Violation, budget
from xrm.model.errors import service
from xrm.model.errors.service import CATALOGUE, TOO_LARGE, ServiceError
from xrm.model.message import Message
from xrm.org import messages, pipeline
from xrm.org.faces.webapi import mount
from xrm.org.provisioning import platform_caller
from xrm.wire.http import Request
from xrm.wire.odata4.errors import ODataError

SETS = [
    *("accounts", "businessunits", "contacts", "leads", "organizations", "privileges", "roles"),
    "systemusers",
]
URI = (400, "0x80060888")
UNKNOWN = (404, "0x80060888")
WRONG_VERB = (405, "0x80060888")
LATER = (501, "0x80040219")
KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"


@pytest.mark.parametrize("version", ["8.0", "8.1", "8.2", "9.0", "9.1", "9.2", "9.1.0"])
def test_every_version_answers_with_its_own_urls(client, version):
    root = f"/api/data/v{version}/"
    context = f"{URL}{root[1:]}$metadata"
    document = client.send("GET", root).document
    assert document == {
        "@odata.context": context,
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in SETS],
    }
    assert client.send("GET", root.rstrip("/")).document == document
    rows = client.send("GET", f"{root}leads", "$select=subject,_ownerid_value")
    assert rows.document["@odata.context"] == f"{context}#leads(subject,_ownerid_value)"
    assert client.send("GET", f"{root}leads").document["@odata.context"] == f"{context}#leads"
    key = rows.rows[0]["leadid"]
    one = client.send("GET", f"{root}leads({key})", "$select=subject").document
    assert one["@odata.context"] == f"{context}#leads(subject)/$entity"
    one = client.send("GET", f"{root}leads({key})").document
    assert one["@odata.context"] == f"{context}#leads/$entity"
    who = client.send("GET", f"{root}WhoAmI").document
    assert who["@odata.context"] == f"{context}#Microsoft.Dynamics.CRM.WhoAmIResponse"
    made = client.send("POST", f"{root}leads", headers=(JSON,), body=b'{"lastname":"V"}')
    assert made.header("OData-EntityId") == f"{URL}{root[1:]}leads({made.created})"
    assert made.header("Location") == made.header("OData-EntityId")
    assert client.send("DELETE", f"{root}leads({made.created})").status == 204


@pytest.mark.parametrize(
    "path",
    [
        "/api/data/v7.0/",
        "/api/data/v9.3/leads",
        "/api/data/v9/leads",
        "/api/data/leads",
        "/api/data",
        "/api/data/v9.2x/",
        "/api/data/v10.0/",
        "/leads",
        "/",
        "",
        "*",
        "/API/DATA/V9.2/leads",
        "/api/data/v9.2/Leads",
        "/api/data/v9.2/lead",
        "/api/data/v9.2/leads%00",
        "/api/data/v9.2/Create",
        "/api/data/v9.2/RetrieveMultiple",
        "/api/data/v9.2/nosuch(1)",
    ],
)
def test_what_is_not_there(client, path):
    answer = client.estate.send(Request("GET", path, "", (bearer(client),)))
    assert answer.error == UNKNOWN


def bearer(client):
    return ("authorization", f"Bearer {client.token}")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("$metadata", LATER),
        ("$batch", LATER),
        ("leads/$count", LATER),
        (f"leads({KEY})/subject", LATER),
        (f"leads({KEY})/owninguser", LATER),
        ("leads(1)", URI),
        ("leads()", URI),
        ("leads(leadid=1)", URI),
        ("leads(subject='x')", URI),
        (f"leads(leadid={KEY},subject='x')", URI),
        (f"systemusers(systemuserid={KEY})", URI),
        ("leads(", URI),
        ("leads(x", URI),
        (f"leads({KEY}", URI),
        (f"leads({KEY}))", URI),
        ("leads%ff", URI),
        ("/".join("x" * 21), URI),
        ("leads(" + "(" * 5000, URI),
    ],
)
def test_paths_that_cannot_be_read_or_served(client, path, error):
    assert client.get(path).error == error


def test_who_am_i_with_and_without_parentheses(client):
    first, second = client.get("WhoAmI"), client.get("WhoAmI()")
    assert first.document == second.document
    assert first.document["UserId"] == str(client.user_id)
    assert first.document["OrganizationId"] == client.rows("organizations")[0]["organizationid"]


@pytest.mark.parametrize("name", SETS)
def test_every_set_is_listed_and_each_record_read(client, name):
    rows = client.rows(name, top=3)
    assert rows
    key = client.estate.organization.catalogue.sets[name].primary_id
    for row in rows:
        document = client.get(f"{name}({row[key]})").document
        document.pop("@odata.context")
        assert document == row


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("PUT", path) for path in ("", "leads", f"leads({KEY})", "WhoAmI")),
        *(("POST", path) for path in ("", f"leads({KEY})", "WhoAmI")),
        *((verb, path) for verb in ("PATCH", "DELETE") for path in ("", "leads", "WhoAmI")),
        *((verb, "leads") for verb in ("BREW", "", "TRACE", "MERGE", "get")),
    ],
)
def test_wrong_verbs(client, method, path):
    assert client.send(method, path, headers=(JSON,), body=b"{}").error == WRONG_VERB


def test_every_answer_has_the_headers_clients_look_for(client):
    answers = [
        client.get("leads", top=1),
        client.get("WhoAmI"),
        client.get("nosuch"),
        client.post("leads", {}),
        client.get(f"leads({KEY})"),
        Client(client.estate).get("leads"),
        Client(client.estate, "x.y.z").get("leads"),
    ]
    ids = {answer.header("x-ms-service-request-id") for answer in answers}
    assert len(ids) == len(answers)
    for answer in answers:
        assert answer.header("OData-Version") == "4.0"
        assert answer.header("x-ms-dop-hint")
        assert answer.header("REQ_ID") == answer.header("x-ms-service-request-id")
        assert answer.header("Cache-Control") == "no-cache"
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.header("Timing-Allow-Origin") == "*"
        exposed = (answer.header("Access-Control-Expose-Headers") or "").split(",")
        assert {"OData-EntityId", "Location", "ETag", "Preference-Applied", "REQ_ID"} <= set(
            exposed
        )
        if answer.body and answer.status != 401:
            expected = "application/json; odata.metadata=minimal"
            assert answer.header("Content-Type") == expected


def test_a_created_record_has_no_body(client):
    answer = client.post("leads", {"lastname": "Empty"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("Content-Type") is None
    assert client.delete(f"leads({answer.created})").body == b""


@pytest.mark.parametrize("path", ["leads", "", "nosuch", "$batch", f"leads({KEY})"])
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


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), b"{}"),
        ((("content-type", "text/plain"),), b"{}"),
        ((("content-type", "application/xml"),), b"{}"),
        ((("content-type", "multipart/form-data; boundary=x"),), b"{}"),
    ],
)
def test_a_payload_of_another_kind_is_refused(client, headers, body):
    assert client.send("POST", "leads", headers=headers, body=body).error == URI


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"[]", b"null", b"1", b'"x"', b"{}{}", b"{'a':1}", b'{"a":1,}', b"\xff"),
        *(b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 100_000, b'{"subject":"' + b"x" * 100_000),
        *(
            b'{"nosuch":1}',
            b'{"Subject":"x"}',
            b'{"":1}',
            b'{"ownerid":"x"}',
            b'{"_ownerid_value":1}',
        ),
        *(b'{"nosuch@odata.bind":"/leads(1)"}', b'{"@odata.bind":null}', b'{"owninguser":{}}'),
        *(b'{"Parentaccountid@odata.bind":null}', b'{"subject@odata.bind":"/accounts(1)"}'),
        b'{"revenue":' + b"[" * 1100 + b"1234567890123456" + b"]" * 1100 + b"}",
        b'{"revenue":' + b"[" * 900 + b"1234567890123456" + b"]" * 900 + b"}",
    ],
)
def test_a_payload_that_cannot_be_read(client, body):
    answer = client.send("POST", "leads", headers=(JSON,), body=body)
    assert answer.error == (400, "0x80048d19")
    assert ":'leads', InnerException : " in answer.document["error"]["message"]


def test_annotations_in_a_payload_are_passed_over(client):
    record = {
        "@odata.type": "Microsoft.Dynamics.CRM.lead",
        "@odata.etag": 'W/"1"',
        "lastname": "Annotated",
        "lastname@x.y": {"z": []},
    }
    key = client.post("leads", record).created
    assert client.get(f"leads({key})").document["lastname"] == "Annotated"
    assert client.delete(f"leads({key})").status == 204


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("$select=subject", {"subject", "leadid"}),
        ("$select=subject,subject, lastname ", {"subject", "lastname", "leadid"}),
        ("$select=revenue", {"revenue", "leadid", "_transactioncurrencyid_value"}),
        ("$select=address1_city", {"address1_city", "leadid", "address1_composite"}),
        ("$select=_ownerid_value", {"_ownerid_value", "leadid"}),
        ("$select=leadid", {"leadid"}),
        ("$select=subject&$orderby=revenue", {"subject", "leadid"}),
        ("%24select=subject", {"subject", "leadid"}),
        ("$select=subject&x=1&x=2&tag=a&&", {"subject", "leadid"}),
    ],
)
def test_a_selection_and_what_comes_with_it(client, query, shown):
    paths = ["leads"]
    if "orderby" not in query:
        paths.append(f"leads({client.rows('leads', top=1)[0]['leadid']})")
    for path in paths:
        document = client.send("GET", path, query).document
        row = document["value"][0] if "value" in document else document
        assert {name for name in row if not name.startswith("@")} == shown
        assert re.fullmatch(r'W/"\d+"', row["@odata.etag"])


@pytest.mark.parametrize(
    "query",
    [
        *("$select=nosuch", "$select=Subject", "$select=subject,", "$select=ownerid", "$select=$"),
        *("$select=_subject_value", "$select=owninguser/fullname", "$select=isautocreate"),
        *("$skip=1", "$search=x", "$format=json", "$compute=x", "$levels=1", "$nosuch=1", "$"),
        *("$expand=owninguser", "$apply=aggregate($count as n)", "$count=true", "$Select=subject"),
        *(
            "$top=-1",
            "$top=x",
            "$top=",
            "$top=1.5",
            "$top=%C2%B2",
            "$top=1&$top=1",
            "$top=" + "9" * 99,
        ),
        *("$orderby=nosuch", "$orderby=subject up", "$orderby=subject,subject", "$orderby=,"),
        *("$orderby=subject asc desc", "$orderby=ownerid", "$filter=x", "$filter=%ff", "%ff=1"),
        *("$filter=subject eq 'x'&$filter=subject eq 'x'", "&".join(f"a{n}=1" for n in range(60))),
        "$filter=" + "x" * 33_000,
        "$filter=" + "(" * 10_000,
        "$filter=" + "not " * 5_000,
        "$filter='" + "'" * 20_000,
    ],
)
def test_queries_that_are_refused(client, query):
    assert client.send("GET", "leads", query).error == URI


@pytest.mark.parametrize("fault", CATALOGUE, ids=lambda fault: fault.name)
def test_every_error_of_the_catalogue_is_spelled(client, monkeypatch, fault):
    def refuse(*_arguments):
        raise ServiceError(fault, 'The sentence, with "quotes" and \u00fcmlauts.')

    monkeypatch.setattr(messages.RetrieveMultiple, "run", refuse)
    answer = client.get("leads")
    assert answer.error == (fault.status, f"0x{fault.code:08x}")
    assert re.fullmatch(r"0x[0-9a-f]{8}", answer.error[1])
    expected = 'The sentence, with "quotes" and \u00fcmlauts.'
    assert answer.document["error"]["message"] == expected
    assert answer.header("REQ_ID")
    assert answer.header("Access-Control-Allow-Origin") == "*"


def test_every_error_of_the_catalogue_is_raised_somewhere():
    sources = [path.read_text() for path in Path(xrm.org.__file__).parent.rglob("*.py")]
    used = {name for text in sources for name in re.findall(r"\bservice\.([A-Z_]+)\b", text)}
    rows = {name for name, value in vars(service).items() if isinstance(value, service.Fault)}
    assert used >= rows, rows - used


@pytest.mark.parametrize(
    "option",
    ["$filter=subject eq 'x'", "$orderby=subject", "$top=1", "$count=true", "$skiptoken=x"],
)
def test_what_only_lists_have_is_refused_of_one_record(client, option):
    key = client.rows("leads", top=1)[0]["leadid"]
    assert client.send("GET", f"leads({key})", quote(option, safe="$=")).error == URI
    assert client.send("GET", f"leads({key})", "$select=subject").status == 200


def test_the_catalogue_has_one_row_a_meaning():
    assert len({fault.name for fault in CATALOGUE}) == len(CATALOGUE)
    assert all(400 <= fault.status <= 599 for fault in CATALOGUE)


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("secret text"),
        KeyError("secret text"),
        AssertionError("secret text"),
        RecursionError("secret text"),
        MemoryError("secret text"),
        StorageError("secret text"),
        UnicodeError("secret text"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_nobody_foresaw_is_a_500_that_tells_nothing(client, monkeypatch, caplog, failure):
    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(messages.RetrieveMultiple, "run", fail)
    answer = client.get("leads")
    assert answer.error == (500, "0x80040216")
    request_id = answer.header("REQ_ID")
    assert request_id in answer.document["error"]["message"]
    for word in ("secret", "Traceback", type(failure).__name__, "File"):
        assert word.encode() not in answer.body
    assert request_id in caplog.text
    assert "secret text" in caplog.text


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Violation("lead.leadid"), (412, "0x80040237")),
        (Busy("locked"), (500, "0x80044150")),
        (StatementTimeout(), (500, "0x80044151")),
        (ODataError("Said to the caller."), URI),
    ],
)
def test_what_storage_refuses_has_its_own_code(client, monkeypatch, failure, error):
    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(messages.RetrieveMultiple, "run", fail)
    answer = client.get("leads")
    assert answer.error == error
    assert b"lead.leadid" not in answer.body
    assert b"locked" not in answer.body


def test_a_failed_message_leaves_nothing_behind(client, monkeypatch):
    before = client.column("leads", "leadid", top=5000)
    database = client.estate.database
    with database.read() as transaction:
        number = transaction.generation
    original = messages.Create.run

    def fail(self, context, message):
        original(self, context, message)
        raise ServiceError(TOO_LARGE, "Afterwards.")

    monkeypatch.setattr(messages.Create, "run", fail)
    assert client.post("leads", {"lastname": "Ghost"}).status == 413
    assert client.post("systemusers", {"lastname": "Ghost"}).status in (400, 413)
    assert client.column("leads", "leadid", top=5000) == before
    with database.read() as transaction:
        assert transaction.generation == number


def test_reads_run_inline_and_writes_in_the_pool(client):
    web_api = mount(client.estate.organization)
    for method in ("GET", "HEAD", "OPTIONS"):
        route = web_api.route(Request(method, ROOT + "leads"))
        assert (route.lane, route.limit) == ("inline", 0)
    for method in ("POST", "PATCH", "DELETE", "PUT", "BREW"):
        route = web_api.route(Request(method, ROOT + "leads"))
        assert route.lane == "pool"
        assert route.limit >= 1024 * 1024


def test_a_body_over_the_limit_is_refused_in_the_services_form(client):
    route = mount(client.estate.organization).route(Request("POST", ROOT + "leads"))
    answer = route.too_large(Request("POST", ROOT + "leads"))
    assert answer.status == 413
    assert b'"code":"0x80060888"' in answer.body
    assert answer.header("Access-Control-Allow-Origin") == "*"


EXPENSIVE = {"orderby": "subject desc,description"}


def test_an_expensive_list_leaves_the_event_loop(client):
    with budget.limited(10**9):
        assert client.get("leads", **EXPENSIVE).status == 200
    with budget.limited(1000), pytest.raises(StepBudgetExceeded):
        client.get("leads", **EXPENSIVE)
    assert client.get("leads", **EXPENSIVE).status == 200


def test_a_point_read_stays_within_the_budget(client):
    key = client.rows("leads", top=1)[0]["leadid"]
    with budget.limited(20_000):
        assert client.get(f"leads({key})").status == 200
        assert client.get("WhoAmI").status == 200


def test_the_budget_holds_for_its_own_thread_and_time_only(client):
    with budget.limited(1000):
        with pytest.raises(StepBudgetExceeded):
            client.get("leads", **EXPENSIVE)
        with budget.limited(10**9):
            assert client.get("leads", **EXPENSIVE).status == 200
        with pytest.raises(StepBudgetExceeded):
            client.get("leads", **EXPENSIVE)


def test_time_that_is_over_is_the_sql_timeout(client):
    with budget.timed(0.0):
        assert client.get("leads", **EXPENSIVE).error == (500, "0x80044151")
    with budget.timed(60.0):
        assert client.get("leads", **EXPENSIVE).status == 200


def test_a_message_nobody_implements(client):
    with client.estate.database.read() as transaction:
        platform = platform_caller(client.estate.database, transaction)
    with pytest.raises(ServiceError) as caught:
        pipeline.execute(client.estate.organization, Message("Nothing"), platform)
    assert caught.value.fault.status == 501
