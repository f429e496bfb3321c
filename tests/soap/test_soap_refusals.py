"""Every error in its SOAP dress, and what the transport itself refuses."""

import logging
from typing import Any

import pytest
from lxml import etree

from support.estate import Client
from support.soap_elements import (
    ADDRESSING,
    DATA,
    SERVICES,
    SOAP11,
    SOAP12,
    entity,
    string,
)
from support.soaping import SVC, WEB, Soap, action_of, envelope
from xrm.model.errors import service
from xrm.model.errors.service import CATALOGUE, Fault, ServiceError
from xrm.org.faces.soap import face

DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
WHO = '<request i:type="c:WhoAmIRequest"/>'
TEXT = "text/xml; charset=utf-8"


def _raising(error: Exception) -> Any:
    def execute(*_: Any) -> Any:
        raise error

    return execute


@pytest.mark.covers("soap fault: ErrorDetails", "soap fault: OrganizationServiceFault")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            fault,
            marks=pytest.mark.covers(f"error: {fault.hex} soap"),
            id=f"{fault.hex}-{fault.name}",
        )
        for fault in CATALOGUE
    ],
)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_error_of_the_catalogue_has_its_dress(
    client: Client, monkeypatch: pytest.MonkeyPatch, fault: Fault, version: str
) -> None:
    said = ServiceError(fault, f"A <sentence> & {fault.name}.", {"Number": 5, "Name": "x"})
    monkeypatch.setattr(face.pipeline, "execute", _raising(said))
    reply = Soap(client, version, WEB if version == "1.1" else SVC).call("Execute", WHO)
    assert reply.status == 500
    assert reply.fault == (fault.hex, said.message)
    detail = reply.body.find(f".//{{{DATA}}}OrganizationServiceFault")
    assert detail is not None
    assert [etree.QName(each).localname for each in detail] == [
        "ActivityId",
        "ErrorCode",
        "ErrorDetails",
        "HelpLink",
        "Message",
        "Timestamp",
        "ExceptionRetriable",
        "ExceptionSource",
        "InnerFault",
        "OriginalException",
        "TraceText",
    ]
    code = int(detail.findtext(f"{{{DATA}}}ErrorCode") or "0")
    assert code == fault.code - 2**32
    assert [pair[0].text for pair in detail[2]] == ["Number", "Name"]
    if version == "1.1":
        assert reply.body.findtext("faultcode") == "s:Client"
        assert reply.body.findtext("faultstring") == said.message
    else:
        assert reply.action == action_of("ExecuteOrganizationServiceFaultFault")
        assert reply.body.findtext(f".//{{{SOAP12}}}Value") == "s:Sender"


@pytest.mark.covers("soap fault: InternalServiceFault")
def test_what_nobody_foresaw_tells_nothing_of_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(face.pipeline, "execute", _raising(RuntimeError("secret words")))
    with caplog.at_level(logging.ERROR):
        reply = Soap(client, "1.2", SVC).call("Execute", WHO)
    assert (reply.status, reply.subcode) == (500, "InternalServiceFault")
    assert reply.action == f"{DISPATCHER}/fault"
    assert b"secret" not in reply.response.body
    correlation = reply.response.header("REQ_ID") or "?"
    assert f'CorrelationId="{correlation}"'.encode() in reply.response.body
    assert correlation in caplog.text


@pytest.mark.parametrize(
    ("operation", "content", "parameter"),
    [
        ("Create", "<entity><a:Id>no guid</a:Id></entity>", "entity"),
        ("Create", '<entity i:type="a:QueryExpression"/>', "entity"),
        ("Create", '<entity i:type="x:string">x</entity>', "entity"),
        ("Create", '<entity i:type="nosuch:Entity"/>', "entity"),
        ("Execute", '<request i:type="a:NoSuchRequest"/>', "request"),
        ("Retrieve", "<entityName>account</entityName><id>5</id>", "id"),
        ("RetrieveMultiple", '<query i:type="a:Entity"/>', "query"),
        (
            "RetrieveMultiple",
            '<query i:type="a:QueryExpression"><a:TopCount>many</a:TopCount></query>',
            "query",
        ),
    ],
)
@pytest.mark.covers("soap fault: DeserializationFailed")
def test_what_no_contract_allows_is_refused(
    soap: Soap, operation: str, content: str, parameter: str
) -> None:
    reply = soap.call(operation, content)
    assert reply.subcode == "DeserializationFailed"
    assert f"{SERVICES}:{parameter}. The InnerException" in (
        reply.body.findtext("faultstring") or ""
    )


@pytest.mark.parametrize("action", ["", action_of("Other"), "Execute", action_of("execute")])
@pytest.mark.covers("soap fault: ActionNotSupported")
def test_an_action_there_is_not_is_refused(soap: Soap, action: str) -> None:
    body = f'<Execute xmlns="{SERVICES}">{WHO}</Execute>'
    headers = (("content-type", TEXT), ("soapaction", f'"{action}"'))
    reply = soap.post(envelope(body), headers)
    assert reply.subcode == "ActionNotSupported"
    assert f"with Action '{action}' cannot" in (reply.body.findtext("faultstring") or "")


def test_the_wrapper_must_be_that_of_the_action(soap: Soap) -> None:
    body = f'<Create xmlns="{SERVICES}"/>'
    headers = (("content-type", TEXT), ("soapaction", action_of("Delete")))
    assert soap.post(envelope(body), headers).subcode == "DeserializationFailed"


@pytest.mark.covers("soap fault: ActionMismatch")
def test_two_actions_must_be_one(client: Client) -> None:
    body = f'<Execute xmlns="{SERVICES}">{WHO}</Execute>'
    document = envelope(body, version="1.2", action=action_of("Execute"))
    kind = f'application/soap+xml; charset=utf-8; action="{action_of("Delete")}"'
    assert Soap(client).post(document, (("content-type", kind),)).subcode == "ActionMismatch"


@pytest.mark.covers(
    "soap fault: MustUnderstand",
    "soap fault: VersionMismatch",
    "soap header: SdkClientVersion",
    "soap header: UserType",
)
def test_what_must_be_understood_is(soap: Soap) -> None:
    known = "".join(
        f'<a:{name} s:mustUnderstand="1">{text}</a:{name}>'
        for name, text in (("SdkClientVersion", "9.2"), ("UserType", "CrmUser"))
    )
    assert soap.call("Execute", WHO, soap_headers=known).status == 200
    unknown = soap.call("Execute", WHO, soap_headers='<n:No xmlns:n="urn:n" s:mustUnderstand="1"/>')
    assert (unknown.status, unknown.body.findtext("faultcode")) == (500, "s:MustUnderstand")
    ignored = soap.call("Execute", WHO, soap_headers='<n:No xmlns:n="urn:n"/>')
    assert ignored.status == 200
    body = f'<Execute xmlns="{SERVICES}">{WHO}</Execute>'
    wrong = soap.post(
        envelope(body).replace(SOAP11.encode(), SOAP12.encode()), (("content-type", TEXT),)
    )
    assert (wrong.status, wrong.body.findtext("faultcode")) == (500, "s:VersionMismatch")
    assert ADDRESSING not in wrong.response.body.decode()


@pytest.mark.parametrize(
    ("document", "kind", "status"),
    [
        (b"<a/>", "application/json", 415),
        (b"<a/>", "text/plain", 415),
        (b"<a/>", "", 415),
        (b"", TEXT, 400),
        (b"not xml", TEXT, 400),
        (b"<a/>", TEXT, 400),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", TEXT, 400),
        (f'<s:Envelope xmlns:s="{SOAP11}"/>'.encode(), TEXT, 400),
        (f'<s:Envelope xmlns:s="{SOAP11}"><s:Body/></s:Envelope>'.encode(), TEXT, 400),
    ],
)
def test_what_is_no_envelope_is_refused_by_the_transport(
    soap: Soap, document: bytes, kind: str, status: int
) -> None:
    headers = (("content-type", kind), ("soapaction", action_of("Execute")))
    assert soap.post(document, headers).status == status


def test_who_has_no_user_learns_nothing_else(estate: Any) -> None:
    stranger = Client(estate, estate.token(estate.register("Nobody")))
    for reply in (
        Soap(stranger).execute("WhoAmI"),
        Soap(stranger).create("nosuch", {"name": string("x")}),
        Soap(stranger).execute("NoSuchRequest"),
    ):
        assert reply.fault == ("0x80072560", "The user is not a member of the organization.")


def test_requests_must_be_known_and_whole(soap: Soap) -> None:
    target = {"Target": entity("account", {"name": string("x")})}
    cases = (
        (soap.execute("NoSuchMessage"), service.NO_SUCH_MESSAGE.hex),
        (soap.execute("Create"), "0x80040203"),
        (soap.execute("Create", {**target, "NoSuch": string("x")}), "0x80040315"),
        (soap.execute("Create", {"Target": string("x")}), "0x80040203"),
        (soap.call("Execute"), "0x80040203"),
        (soap.call("Create"), "0x80040203"),
        (soap.call("Retrieve"), "0x80040203"),
        (soap.call("RetrieveMultiple"), "0x80040203"),
        (soap.call("Associate"), "0x80040203"),
    )
    assert [reply.code for reply, _ in cases] == [code for _, code in cases]
    assert soap.execute("Create").fault[1] == (
        "Required field 'Target' is missing for RequestName='Create'"
    )
    assert soap.execute("Create", {**target, "NoSuch": string("x")}).fault[1] == (
        "Unrecognized request parameter: NoSuch"
    )
    assert soap.execute("Create", {**target, "tag": string("x")}).status == 200
