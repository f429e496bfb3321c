"""Payloads of the Web API: what is read, and the sentence for what is not."""

import pytest

from support.estate import JSON

PAYLOAD = (400, "0x80048d19")


HELP = (
    "Error identified in Payload provided by the user for Entity :'{}', For more information on "
    "this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  "
    "---->  InnerException : "
)
ODATA = "Microsoft.OData.ODataException: "
NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"


def message(answer):
    assert answer.error == PAYLOAD
    return answer.document["error"]["message"]


@pytest.mark.covers("error: 415 media type")
@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "text/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "leads"),
        ("PATCH", f"leads({NOBODY})"),
        ("PUT", f"leads({NOBODY})/subject"),
        ("POST", f"accounts({NOBODY})/Account_Tasks/$ref"),
        ("POST", "leads/Microsoft.Dynamics.CRM.CreateMultiple"),
    ],
)
def test_a_payload_of_another_kind_is_refused(client, kind, method, path):
    headers = (("content-type", kind),) if kind else ()
    answer = client.send(method, path, headers=headers, body=b"{}")
    assert answer.error == (415, "0x80060888")


TOKEN = ODATA + "Invalid JSON. A token was not recognized in the JSON content."
NODE = (
    ODATA + "An unexpected '{}' node was found when reading from the JSON reader. A 'StartObject' "
    "node was expected."
)
EMPTY = "System.ArgumentException: Stream was not readable."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", EMPTY),
        (b" \r\n", EMPTY),
        (b"\xef\xbb\xbf", EMPTY),
        (b"[]", NODE.format("StartArray")),
        (b"null", NODE.format("PrimitiveValue")),
        (b"1", NODE.format("PrimitiveValue")),
        (b'"x"', NODE.format("PrimitiveValue")),
        *(
            (body, TOKEN)
            for body in (
                *(b"{", b"{}{}", b"{'a':1}", b'{"a":1,}', b"\xff", b'{"a":NaN}', b'{"a" 1}'),
                *(b"[" * 100_000, b'{"a":' * 100_000, b'{"subject":"' + b"x" * 100_000),
                *(
                    b'{"subject":"\xff"}',
                    b'{"subject":"a\nb"}',
                    b'{"revenue":' + b"1" * 5000 + b"}",
                ),
                b'{"revenue":' + b"[" * 1100 + b"1234567890123456" + b"]" * 1100 + b"}",
            )
        ),
    ],
)
@pytest.mark.parametrize("path", ["leads", "leads/Microsoft.Dynamics.CRM.CreateMultiple"])
def test_a_body_that_is_no_object(client, path, body, said):
    answer = client.send("POST", path, headers=(JSON,), body=body)
    expected = HELP.format("" if path == "leads" else "leads") + said
    assert message(answer).replace(":'leads'", ":''") == expected.replace(":'leads'", ":''")


UNDECLARED = (
    ODATA + "An undeclared property '{}' which only has property annotations in the payload but no "
    "property value was found in the payload. In OData, only declared navigation properties and "
    "declared named streams can be represented as properties without values."
)
UNKNOWN = (
    "Microsoft.Crm.CrmException: Invalid property '{0}' was found in entity "
    "'Microsoft.Dynamics.CRM.lead'. ---> Microsoft.OData.ODataException: The property '{0}' does "
    "not exist on type 'Microsoft.Dynamics.CRM.lead'. Make sure to only use property names that "
    "are defined by the type."
)
TWICE = (
    ODATA + "Multiple properties with the name '{}' were detected in a resource. OData does not "
    "allow duplicate property names."
)
TYPE = (
    ODATA + "A type named '{}' could not be resolved by the model. When a model is available, each "
    "type name must resolve to a valid type."
)
BOTH = (
    ODATA + "The navigation property '{}' has both a value and the annotation 'odata.bind'. Only "
    "one of them may be in a payload."
)
CONVERTED = ODATA + "Cannot convert the literal '{}' to the expected type '{}'."
FORMAT = " ---> System.FormatException: Input string was not in a correct format."
IEEE754 = (
    ODATA + "Cannot convert a value to target type '{}' because of conflict between input format "
    "string/number and parameter 'IEEE754Compatible' false/true."
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"nosuch":1}', UNKNOWN.format("nosuch")),
        ('{"Subject":"x"}', UNKNOWN.format("Subject")),
        ('{"":1}', UNKNOWN.format("")),
        ('{"owninguserx":{}}', UNKNOWN.format("owninguserx")),
        ('{"customerid":{}}', UNKNOWN.format("customerid")),
        ('{"nosuch@odata.bind":"/leads(1)"}', UNDECLARED.format("nosuch")),
        ('{"@odata.bind":null}', UNDECLARED.format("")),
        ('{"Parentaccountid@odata.bind":null}', UNDECLARED.format("Parentaccountid")),
        ('{"customerid@odata.bind":"/accounts(1)"}', UNDECLARED.format("customerid")),
        ('{"subject@odata.bind":"/accounts(1)"}', UNDECLARED.format("subject")),
        ('{"industrycode":"Charity"}', CONVERTED.format("Charity", "Edm.Int32") + FORMAT),
        ('{"industrycode":3000000000}', CONVERTED.format("3000000000", "Edm.Int32")),
        ('{"subject":42}', CONVERTED.format("42", "Edm.String")),
        ('{"leadid":"invalidid"}', CONVERTED.format("invalidid", "Edm.Guid")),
        (
            '{"estimatedclosedate":"2026-09-17T18:30:00.000Z"}',
            CONVERTED.format("2026-09-17T18:30:00.000Z", "Edm.Date"),
        ),
        ('{"revenue":"123.45"}', IEEE754.format("Edm.Decimal")),
        (
            '{"@odata.type":"Microsoft.Dynamics.CRM.leads"}',
            TYPE.format("Microsoft.Dynamics.CRM.leads"),
        ),
        ('{"@odata.type":"#lead"}', TYPE.format("lead")),
        ('{"Lead_Tasks":[{"@odata.type":"x"}]}', TYPE.format("x")),
        (
            '{"parentaccountid@odata.bind":null,"parentaccountid":{"name":"x"}}',
            BOTH.format("parentaccountid"),
        ),
        (
            '{"parentaccountid":null,"parentaccountid@odata.bind":null}',
            BOTH.format("parentaccountid"),
        ),
    ],
)
def test_what_does_not_fit_the_table(client, body, said):
    for method, path in (("POST", "leads"), ("PATCH", f"leads({NOBODY})")):
        if method == "PATCH" and "Lead_Tasks" in body:
            continue
        answer = client.send(method, path, headers=(JSON,), body=body.encode())
        assert message(answer) == HELP.format("leads") + said


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"subject":"a","subject":"b"}', "subject"),
        ('{"subject":"a:\\":","lastname":"x", "lastname" : null}', "lastname"),
        ('{"Lead_Tasks":[{"subject":"a"},{"subject":"a","subject":"a"}]}', "subject"),
        ('{"@odata.type":"Microsoft.Dynamics.CRM.lead","@odata.type":"x"}', "@odata.type"),
        ('{"subj\\u0065ct":"a","subject":"b"}', "subject"),
    ],
)
def test_a_property_that_is_named_twice(client, body, name):
    answer = client.send("POST", "leads", headers=(JSON,), body=body.encode())
    assert message(answer) == HELP.format("") + TWICE.format(name)


@pytest.mark.parametrize("text", ['":"', 'a":b', '":', ':":":', "\u202e\U0001f600", '{"a":1}'])
def test_texts_that_look_like_names(client, text):
    key = client.post("leads", {"lastname": "Text", "subject": text}).created
    assert client.get(f"leads({key})").document["subject"] == text
    assert client.delete(f"leads({key})").status == 204


@pytest.mark.parametrize(
    ("kind", "encode"),
    [
        ("application/json", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("application/json; charset=utf-8", str.encode),
        ('application/json;CHARSET="UTF-8";odata.metadata=minimal', str.encode),
        ("application/json; charset=utf-16", lambda text: text.encode("utf-16")),
        ("application/json; charset=utf-16", lambda text: text.encode("utf-16-le")),
        ("application/json; charset=utf-16BE", lambda text: text.encode("utf-16-be")),
        ("application/json; charset=nosuch", str.encode),
        ("Application/JSON", str.encode),
    ],
)
def test_character_sets(client, kind, encode):
    body = encode('{"lastname":"Zażółć \U0001f600"}')
    made = client.send("POST", "leads", headers=(("content-type", kind),), body=body)
    read = client.get(f"leads({made.created})", select="lastname").document
    assert read["lastname"] == "Zażółć \U0001f600"
    assert client.delete(f"leads({made.created})").status == 204


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json; charset=utf-16", b"\xff\xfe\x00\xd8"),
        ("application/json; charset=utf-16", b"{}\x00"),
        ("application/json; charset=utf-8", "{}".encode("utf-16")),
        ("application/json; charset=iso-8859-1", b'{"lastname":"\xe9"}'),
    ],
)
def test_bytes_that_are_not_of_the_character_set(client, kind, body):
    answer = client.send("POST", "leads", headers=(("content-type", kind),), body=body)
    assert message(answer) == HELP.format("") + TOKEN


def test_records_nested_too_deeply(client):
    record = {"lastname": "End"}
    for _ in range(40):
        record = {"lastname": "x", "parentcustomerid_contact": record}
    assert message(client.post("contacts", record)).endswith("The payload is nested too deeply.")
    assert client.rows("contacts", filter="lastname eq 'End'") == []


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
