"""Headers of a request: preferences, conditions, and what goes with a message."""

import orjson
import pytest

from support.estate import JSON, URL

NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
URI = (400, "0x80060888")
ANNOTATED = 'odata.include-annotations="*"'


@pytest.fixture
def account(client):
    """The path of an account that can be changed at will."""
    return f"accounts({client.post('accounts', {'name': 'Headers', 'revenue': 5}).created})"


def applied(answer):
    return [value for name, value in answer.response.headers if name == "Preference-Applied"]


@pytest.mark.covers(
    "header: Prefer: odata.maxpagesize",
    "header: several Prefer headers",
    "response header: Preference-Applied",
)
@pytest.mark.parametrize(
    ("lines", "size", "said"),
    [
        (("odata.maxpagesize=2",), 2, ["odata.maxpagesize=2"]),
        (("odata.maxpagesize=2, " + ANNOTATED,), 2, ["odata.maxpagesize=2", ANNOTATED]),
        ((ANNOTATED, "odata.maxpagesize=2"), 2, ["odata.maxpagesize=2", ANNOTATED]),
        (("ODATA.MaxPageSize=2",), 2, ["odata.maxpagesize=2"]),
        (("odata.maxpagesize=2,odata.maxpagesize=3",), 2, ["odata.maxpagesize=2"]),
        (('odata.maxpagesize="2"',), 2, ["odata.maxpagesize=2"]),
        (("respond-async, odata.maxpagesize=2;x=y",), 2, ["odata.maxpagesize=2"]),
        (("odata.maxpagesize=0",), None, []),
        (("odata.maxpagesize=-1",), None, []),
        (("odata.maxpagesize=5001",), None, []),
        (("odata.maxpagesize=5000",), None, ["odata.maxpagesize=5000"]),
        (("nonsense", "=", ",,;", '"'), None, []),
        (("odata.track",), None, []),
    ],
)
def test_a_page_size_that_is_preferred(client, lines, size, said):
    answer = client.get("leads", headers=tuple(("prefer", line) for line in lines))
    assert applied(answer) == said
    if size is None:
        assert len(answer.rows) > 3
    else:
        assert len(answer.rows) == size
        assert answer.next_link


@pytest.mark.parametrize("text", ["x", "", "1.5", "\u00b2", "9" * 99, "0x10", "1 0"])
def test_a_page_size_that_is_no_integer(client, text):
    answer = client.get("leads", headers=(("prefer", f"odata.maxpagesize={text or chr(34) * 2}"),))
    if text == "1 0":
        assert len(answer.rows) == 1
    else:
        assert answer.error == URI
        assert "preference header requires an integer value." in answer.document["error"]["message"]


def test_a_header_of_spaces_takes_no_time(client):
    line = "odata.maxpagesize=2" + " " * 60_000 + "x" * 60_000
    assert len(client.get("leads", headers=(("prefer", line),)).rows) == 2


@pytest.mark.covers("header: If-None-Match with a tag on a read")
def test_if_none_match_on_reads(client, account):
    etag = client.get(account).header("ETag")
    for said in (etag, f'W/"1", {etag}', f"{etag} , x"):
        answer = client.get(account, headers=(("if-none-match", said),))
        assert (answer.status, answer.body, answer.header("ETag")) == (304, b"", etag)
    lines = (("if-none-match", 'W/"1"'), ("if-none-match", etag))
    assert client.get(account, headers=lines).status == 304
    for said in ("null", 'W/"1"', "*", etag[2:], "", etag.lower()):
        assert client.get(account, headers=(("if-none-match", said),)).status == 200
    annotated = (("if-none-match", etag), ("prefer", ANNOTATED))
    assert client.get(account, headers=annotated).status == 200
    for path in (f"{account}/name", f"{account}/Account_Tasks", "accounts", "WhoAmI"):
        assert client.get(path, headers=(("if-none-match", etag),)).status == 200
    assert client.get(account, headers=(("if-match", 'W/"1"'),)).status == 200


@pytest.mark.covers("header: If-Match with a tag")
@pytest.mark.parametrize("verb", ["PATCH", "PUT", "DELETE", "CLEAR", "REFER"])
def test_if_match_on_writes(client, account, verb):
    def send(*lines):
        headers = tuple(("if-match", line) for line in lines)
        if verb == "PATCH":
            return client.patch(account, {"fax": "1"}, headers=headers)
        if verb == "PUT":
            return client.put(f"{account}/fax", {"value": "1"}, headers=headers)
        if verb == "CLEAR":
            return client.delete(f"{account}/fax", headers=headers)
        if verb == "REFER":
            path = f"{account}/parentaccountid/$ref"
            return client.delete(path, headers=headers)
        return client.delete(account, headers=headers)

    first = client.get(account).header("ETag")
    assert client.patch(account, {"fax": "0"}).status == 204
    stale = send(first)
    assert stale.error == (412, "0x80060882")
    text = "The version of the existing record doesn't match the RowVersion property provided."
    assert stale.document["error"]["message"] == text
    for said in ("null", "1", 'W/"x"', 'W/"\u00b2"', 'W/""', '"1"', 'W/"1", W/"2"', ""):
        assert send(said).error == URI, said
    assert send(first, first).error == URI
    assert client.get(account).document["fax"] == "0"
    assert send(client.get(account).header("ETag")).status == 204
    assert send(" * ").status == (404 if verb == "DELETE" else 204)


@pytest.mark.covers(
    "record: upsert",
    "header: If-None-Match: null",
    "header: If-None-Match: *",
    "header: If-Match: *",
)
def test_what_patch_does_by_its_conditions(client, account):
    missing = f"accounts({NOBODY})"
    star, no_star = ("if-match", "*"), ("if-none-match", "*")
    null = ("if-none-match", "null")
    taken = client.patch(account, {"fax": "1"}, headers=(no_star,))
    assert taken.error == (412, "0x80040237")
    text = "A record with matching key values already exists."
    assert taken.document["error"]["message"] == text
    assert client.patch(missing, {"fax": "1"}, headers=(star,)).error == (404, "0x80040217")
    assert client.patch(missing, {"fax": "1"}, headers=(star, null)).error == (404, "0x80040217")
    made = client.patch(missing, {"name": "Made"}, headers=(no_star,))
    assert made.header("OData-EntityId") == f"{URL}api/data/v9.2/{missing}"
    assert client.patch(missing, {"name": "Again"}, headers=(null,)).status == 204
    assert client.delete(missing, headers=(null,)).status == 204
    made = client.patch(missing, {"name": "Made"}, headers=(null,))
    assert made.created == NOBODY
    assert client.delete(missing, headers=(star,)).status == 204
    assert client.delete(missing, headers=(star,)).error == (404, "0x80040217")
    posted = client.post("accounts", {"name": "Posted"}, headers=(star, no_star))
    assert posted.status == 204


@pytest.mark.covers(
    "header: MSCRM.BypassCustomPluginExecution",
    "header: MSCRM.BypassBusinessLogicExecution",
    "header: MSCRM.BypassBusinessLogicExecutionStepIds",
)
@pytest.mark.parametrize(
    ("name", "value", "privilege"),
    [
        ("BypassCustomPluginExecution", "true", "prvBypassCustomPlugins"),
        ("BypassBusinessLogicExecution", "CustomSync", "prvBypassCustomBusinessLogic"),
        ("BypassBusinessLogicExecution", "CustomSync,CustomAsync", "prvBypassCustomBusinessLogic"),
        ("BypassBusinessLogicExecutionStepIds", KEY, "prvBypassCustomBusinessLogic"),
    ],
)
def test_custom_logic_is_left_out_by_who_may(estate, client, name, value, privilege):
    headers = ((f"mscrm.{name.lower()}", value),)
    assert client.post("leads", {"lastname": "Bypass"}, headers=headers).status == 204
    seller = estate.user("Salesperson", name="Seller without plug-ins")
    answer = seller.post("leads", {"lastname": "Bypass"}, headers=headers)
    assert answer.error == (403, "0x80040220")
    assert f"is missing {privilege} privilege" in answer.document["error"]["message"]
    assert seller.post("leads", {"lastname": "Bypass"}).status == 204


@pytest.mark.covers(
    "header: Consistency",
    "header: OData-IsolationLevel",
    "header: OData-Version, OData-MaxVersion",
    "header: x-ms-correlation-id",
    "header: MSCRM.SuppressCallbackRegistrationExpanderJob",
)
@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("MSCRM.BypassCustomPluginExecution", "false", 204),
        ("MSCRM.SuppressDuplicateDetection", "false", 204),
        ("MSCRM.SuppressDuplicateDetection", "TRUE", 204),
        ("MSCRM.SuppressCallbackRegistrationExpanderJob", "true", 204),
        ("MSCRM.SolutionUniqueName", "Default", 204),
        ("MSCRM.MergeLabels", "true", 204),
        ("MSCRM.SessionToken", "x", 204),
        ("Consistency", "Strong", 204),
        ("OData-IsolationLevel", "snapshot", 204),
        ("OData-MaxVersion", "4.0", 204),
        ("x-ms-client-request-id", "x" * 5000, 204),
        ("x-ms-correlation-id", "\u00e9", 204),
        ("MSCRM.SuppressDuplicateDetection", "perhaps", 400),
        ("MSCRM.BypassCustomPluginExecution", "1", 400),
        ("MSCRM.BypassBusinessLogicExecution", "Everything", 400),
        ("MSCRM.BypassBusinessLogicExecution", "", 400),
        ("MSCRM.BypassBusinessLogicExecutionStepIds", "x", 400),
    ],
)
def test_headers_that_go_with_a_message(estate, name, value, status):
    seller = estate.user("Salesperson", name="Seller with headers")
    answer = seller.post("leads", {"lastname": "Header"}, headers=((name.lower(), value),))
    assert answer.status == status
    if status == 400:
        assert answer.error == (400, "0x80040203")


@pytest.mark.covers("header: x-ms-client-request-id")
def test_what_a_client_calls_its_request_is_logged(client, caplog):
    caplog.set_level("DEBUG", logger="xrm.webapi")
    said = "mine\r\n\x1b[31m\u00e9" + "y" * 500
    answer = client.get("WhoAmI", headers=(("x-ms-client-request-id", said),))
    assert answer.header("REQ_ID") in caplog.text
    assert "mine[31my" in caplog.text
    assert "y" * 101 not in caplog.text
    assert "\x1b" not in caplog.text


@pytest.mark.covers("option: tag, partitionid")
def test_parameters_that_are_no_options_are_passed_over(client):
    query = "tag=a%20b&partitionid=1&nosuch=1&nosuch=2&SolutionUniqueName=x&$top=1"
    assert len(client.send("GET", "leads", query).rows) == 1
    made = client.send(
        "POST", "leads", "tag=x", headers=(JSON,), body=orjson.dumps({"lastname": "Tag"})
    )
    assert made.status == 204
