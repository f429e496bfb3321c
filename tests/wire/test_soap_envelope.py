"""Envelopes and faults of SOAP 1.1 and 1.2, as clients send them and look for them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.wire.soap.contract import GENERIC, INSTANCE, SERVICES, XRM
from xrm.wire.soap.envelope import (
    SECURITY,
    WSSE,
    MediaTypeError,
    content_type,
    read_envelope,
    read_response,
    write_request,
    write_response,
)
from xrm.wire.soap.faults import (
    SoapFault,
    Subcode,
)
from xrm.wire.soap.operations import ORGANIZATION, read_parameters
from xrm.wire.soap.versions import ADDRESSING, SOAP_11, SOAP_12
from xrm.wire.xml import XmlError

ACTION = "http://schemas.microsoft.com/xrm/2011/Contracts/Services/IOrganizationService/Execute"
SOAP = {"1.1": SOAP_11, "1.2": SOAP_12}
TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
BOTH = pytest.mark.parametrize("version", ["1.1", "1.2"])


def envelope(version: str, header: str = "", body: str = "<x/>", spaces: str = "") -> bytes:
    text = f'<s:Envelope xmlns:s="{SOAP[version]}" xmlns:a="{ADDRESSING}" {spaces}>'
    if header:
        text += f"<s:Header>{header}</s:Header>"
    return f"{text}<s:Body>{body}</s:Body></s:Envelope>".encode()


def read(data: bytes, version: str, **more):
    return read_envelope(data, content_type=TYPES[version], **more)


@pytest.mark.covers("soap header: SOAPAction")
@pytest.mark.parametrize("stated", [f'"{ACTION}"', ACTION, f' "{ACTION}" '])
def test_soap_1_1_has_its_action_in_a_header_of_http(stated):
    found = read(envelope("1.1"), "1.1", soap_action=stated)
    assert (found.version, found.action, found.addressed) == ("1.1", ACTION, False)
    assert found.body.tag == "x"


@pytest.mark.covers("soap header: action of the content type")
def test_soap_1_2_has_its_action_in_the_content_type():
    said = f'Application/SOAP+XML; charset="UTF-8"; action="{ACTION}"'
    found = read_envelope(envelope("1.2"), content_type=said)
    assert (found.version, found.action, found.addressed) == ("1.2", ACTION, False)


@pytest.mark.covers("soap header: Action", "soap header: MessageID")
@BOTH
def test_addressing_tells_the_action(version):
    header = (
        f'<a:Action s:mustUnderstand="1"> {ACTION}\n</a:Action><a:MessageID>urn:uuid:1'
        "</a:MessageID><a:ReplyTo><a:Address>x</a:Address></a:ReplyTo>"
        '<a:To s:mustUnderstand="1">https://contoso.example/</a:To>'
        f'<SdkClientVersion xmlns="{XRM}">9.0.45.11</SdkClientVersion>'
    )
    found = read(envelope(version, header), version)
    assert (found.action, found.message_id, found.addressed) == (ACTION, "urn:uuid:1", True)
    assert found.header(XRM, "SdkClientVersion") == "9.0.45.11"
    assert found.header(XRM, "CallerId") is None


def test_an_action_that_is_not_there():
    assert read(envelope("1.1"), "1.1").action == ""
    assert read(envelope("1.1"), "1.1", soap_action='""').action == ""
    assert read(envelope("1.2", body=""), "1.2").body is None


@BOTH
def test_actions_that_differ(version):
    data = envelope(version, f"<a:Action>{ACTION}</a:Action>")
    said = f'{TYPES[version]}; action="{ACTION}2"'
    with pytest.raises(SoapFault) as refused:
        read_envelope(data, content_type=said, soap_action=f'"{ACTION}2"')
    assert refused.value.fault.subcode == Subcode(ADDRESSING, "ActionMismatch")
    assert refused.value.version == version


@BOTH
def test_the_security_header_is_kept(version):
    header = f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><o:X/></o:Security>'
    found = read(envelope(version, header), version)
    assert found.security.tag == SECURITY
    assert len(found.security) == 1


@pytest.mark.covers("soap fault: MustUnderstand")
@pytest.mark.parametrize("word", ["1", "true"])
@BOTH
def test_a_header_that_must_be_understood_is(version, word):
    header = f'<Own xmlns="urn:own" s:mustUnderstand="{word}"/>'
    with pytest.raises(SoapFault) as refused:
        read(envelope(version, header), version)
    fault = refused.value.fault
    assert fault.code == "MustUnderstand"
    assert fault.reason.startswith("The header 'Own' from the namespace 'urn:own' was not under")
    assert read(envelope(version, header), version, understood={"{urn:own}Own"}).headers


@pytest.mark.parametrize(
    "stated",
    [
        's:mustUnderstand="0"',
        's:mustUnderstand="false"',
        'mustUnderstand="1"',
        's:mustUnderstand="1" s:role="urn:somebody" s:actor="urn:somebody"',
    ],
)
@BOTH
def test_other_headers_are_passed_over(version, stated):
    header = f'<Own xmlns="urn:own" {stated}/>'
    assert "{urn:own}Own" in read(envelope(version, header), version).headers


@pytest.mark.covers("soap header: ReplyTo, To")
@pytest.mark.parametrize("name", ["Action", "To", "MessageID", "ReplyTo"])
def test_a_header_of_addressing_stands_once(name):
    with pytest.raises(SoapFault) as refused:
        read(envelope("1.2", f"<a:{name}>x</a:{name}>" * 2), "1.2")
    assert refused.value.fault.subcode == Subcode(ADDRESSING, "InvalidAddressingHeader")


@pytest.mark.covers("soap fault: VersionMismatch")
@pytest.mark.parametrize(
    ("said", "sent"), [("1.1", SOAP_12), ("1.2", SOAP_11), ("1.1", "urn:other"), ("1.2", "")]
)
def test_an_envelope_of_another_version(said, sent):
    data = f'<Envelope xmlns="{sent}"><Body/></Envelope>'.encode()
    with pytest.raises(SoapFault) as refused:
        read(data, said)
    assert (refused.value.fault.code, refused.value.version) == ("VersionMismatch", said)


@pytest.mark.parametrize(
    "parts",
    [
        "",
        "<s:Header/>",
        "<s:Body/><s:Header/>",
        "<s:Header/><s:Header/><s:Body/>",
        "<s:Body/><s:Body/>",
        "<s:Header/><s:Body/><x/>",
        "<Body/>",
        '<w:Wrap xmlns:w="urn:w"><s:Body/></w:Wrap>',
        "<s:Body><x/><y/></s:Body>",
    ],
)
@BOTH
def test_an_envelope_has_its_parts_in_place(version, parts):
    data = f'<s:Envelope xmlns:s="{SOAP[version]}">{parts}</s:Envelope>'.encode()
    with pytest.raises(XmlError):
        read(data, version)


def test_what_is_no_envelope():
    with pytest.raises(XmlError):
        read(b"<x/>", "1.1")


@pytest.mark.parametrize(
    "said",
    ["", "application/json", "application/xml", "multipart/related", "text/xmlx", "text", ";"],
)
def test_other_media_types(said):
    with pytest.raises(MediaTypeError):
        read_envelope(envelope("1.1"), content_type=said)


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-7", "utf-32", '"nonsense"'])
def test_other_charsets(charset):
    """The platform's encoder takes no content type that names one of them."""
    with pytest.raises(MediaTypeError):
        read_envelope(envelope("1.1"), content_type=f"text/xml; charset={charset}")


def test_a_charset_that_is_not_the_documents():
    with pytest.raises(XmlError):
        read_envelope(envelope("1.1"), content_type="text/xml; charset=utf-16")


@pytest.mark.covers("soap form: UTF-16")
def test_utf_16():
    data = envelope("1.1", body="<x>é</x>").decode().encode("utf-16")
    found = read_envelope(data, content_type="text/xml; charset=utf-16")
    assert found.body.text == "é"


@pytest.mark.covers("soap header: ActivityId")
def test_a_response_of_soap_1_2():
    data = write_response(
        "<x/>",
        version="1.2",
        action=f"{ACTION}Response",
        relates_to="urn:uuid:1<",
        activity_id="8944a0c4-b36d-4973-a3c6-e0fefe61d236",
        correlation_id="0b6aa4f5-0d1c-4a5c-9a3c-bc8dd0ba7e6b",
    )
    assert data.decode() == (
        f'<s:Envelope xmlns:s="{SOAP_12}" xmlns:a="{ADDRESSING}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{ACTION}Response</a:Action>'
        "<a:RelatesTo>urn:uuid:1&lt;</a:RelatesTo>"
        '<ActivityId CorrelationId="0b6aa4f5-0d1c-4a5c-9a3c-bc8dd0ba7e6b" '
        'xmlns="http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics">'
        "8944a0c4-b36d-4973-a3c6-e0fefe61d236</ActivityId></s:Header>"
        "<s:Body><x/></s:Body></s:Envelope>"
    )
    found = read_response(data, content_type=content_type("1.2"))
    assert (found.action, found.relates_to) == (f"{ACTION}Response", "urn:uuid:1<")


def test_a_response_of_soap_1_1():
    data = write_response("<x/>", version="1.1", action=ACTION, addressed=False)
    assert data.decode() == (f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body><x/></s:Body></s:Envelope>')
    assert content_type("1.1", ACTION) == "text/xml; charset=utf-8"


def test_a_response_has_a_place_for_its_security():
    security = '<o:Security xmlns:o="urn:o"><u:Timestamp u:Id="_0"/></o:Security>'
    data = write_response("<x/>", version="1.2", action=ACTION, security=security).decode()
    assert f"</a:Action>{security}</s:Header>" in data
    utility = "oasis-200401-wss-wssecurity-utility-1.0.xsd"
    assert (
        f'xmlns:a="{ADDRESSING}" xmlns:u="http://docs.oasis-open.org/wss/2004/01/{utility}">'
        in (data)
    )


@pytest.mark.parametrize("addressed", [True, False])
@BOTH
def test_a_request_is_read_back(version, addressed):
    caller = f'<CallerId xmlns="{XRM}">8944a0c4-b36d-4973-a3c6-e0fefe61d236</CallerId>'
    data = write_request(
        "<x/>",
        version=version,
        action=ACTION,
        to="https://contoso.example/",
        message_id="urn:uuid:1",
        addressed=addressed,
        headers=[caller],
    )
    said = content_type(version, ACTION)
    found = read_envelope(data, content_type=said, soap_action=f'"{ACTION}"')
    assert (found.action, found.addressed) == (ACTION, addressed)
    assert found.message_id == ("urn:uuid:1" if addressed else None)
    assert found.header(XRM, "CallerId") == "8944a0c4-b36d-4973-a3c6-e0fefe61d236"


WHOLE = envelope(
    "1.2",
    f'<a:Action s:mustUnderstand="1">{ACTION}</a:Action><a:MessageID>1</a:MessageID>',
    f'<Create xmlns="{SERVICES}" xmlns:i="{INSTANCE}"><entity xmlns:b="{XRM}"><b:Attributes '
    f'xmlns:c="{GENERIC}"><b:KeyValuePairOfstringanyType><c:key>name</c:key><c:value '
    'i:type="d:string" xmlns:d="http://www.w3.org/2001/XMLSchema">A</c:value>'
    "</b:KeyValuePairOfstringanyType></b:Attributes><b:LogicalName>account</b:LogicalName>"
    "</entity></Create>",
)


@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 30),
    st.binary(max_size=8) | st.sampled_from([b"<", b"/>", b'"', b"&x;", b"<?", b"xmlns", b"\0"]),
)
@PROFILE
def test_whatever_is_sent_gets_its_answer(place, cut, put):
    """A damaged envelope is refused in one of three ways, or read."""
    data = WHOLE[:place] + put + WHOLE[place + cut :]
    with suppress(SoapFault, XmlError):
        found = read(data, "1.2")
        if found.body is not None:
            values = read_parameters(found.body, ORGANIZATION["Create"])
            assert values.keys() <= {"entity"}


@given(st.text(max_size=60))
@PROFILE
def test_any_content_type_is_read_or_refused(said):
    with suppress(SoapFault, XmlError, MediaTypeError):
        assert read_envelope(WHOLE, content_type=f"application/soap+xml;{said}").version == "1.2"
