"""Headers of the Web API: those of every answer, and those of a request that say something."""

import re

import pytest

from support.estate import JSON, START, URL, Client

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
URI = (400, "0x80060888")


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
