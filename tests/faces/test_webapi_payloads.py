"""Payloads of the Web API: what is read, and the sentence for what is not."""

import orjson
import pytest

from support.estate import JSON, ROOT, URL

PAYLOAD = (400, "0x80048d19")
URI = (400, "0x80060888")


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
