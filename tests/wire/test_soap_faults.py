"""Faults of SOAP 1.1 and 1.2: their order on the wire, which clients read by place, and back."""

from datetime import UTC, datetime

import pytest

from xrm.wire.soap.contract import GENERIC, INSTANCE, XRM
from xrm.wire.soap.envelope import content_type, read_response, write_response
from xrm.wire.soap.faults import (
    DISPATCHER,
    FAULT_ACTION,
    Fault,
    SoapFault,
    action_fault,
    deserialization_fault,
    internal_fault,
    service_fault,
    write_fault,
)
from xrm.wire.soap.reading import ContractError

ACTION = "http://schemas.microsoft.com/xrm/2011/Contracts/Services/IOrganizationService/Execute"
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC)


DETAIL = service_fault(
    0x80040217,
    "account With Id = 1 Does Not Exist",
    WHEN,
    activity_id="8944a0c4-b36d-4973-a3c6-e0fefe61d236",
    inner=service_fault(-2147220969, "within", WHEN, details={"a": 1}),
)
NOT_FOUND = Fault(
    "Sender",
    "account With Id = 1 Does Not Exist",
    detail=DETAIL,
    action=f"{ACTION}OrganizationServiceFaultFault",
)


def detail(prefix: str) -> str:
    zero = "00000000-0000-0000-0000-000000000000"
    pair = f'<KeyValuePairOfstringanyType><{prefix}:key>a</{prefix}:key><{prefix}:value i:type="'
    number = chr(ord(prefix) + 1)
    pair += f'{number}:int" xmlns:{number}="http://www.w3.org/2001/XMLSchema">1</{prefix}:value>'
    end = '<OriginalException i:nil="true"/><TraceText i:nil="true"/>'
    retry = '<ExceptionRetriable>false</ExceptionRetriable><ExceptionSource i:nil="true"/>'
    return (
        f'<OrganizationServiceFault xmlns="{XRM}" xmlns:i="{INSTANCE}">'
        "<ActivityId>8944a0c4-b36d-4973-a3c6-e0fefe61d236</ActivityId>"
        f'<ErrorCode>-2147220969</ErrorCode><ErrorDetails xmlns:{prefix}="{GENERIC}"/>'
        '<HelpLink i:nil="true"/><Message>account With Id = 1 Does Not Exist</Message>'
        f"<Timestamp>2026-01-02T03:04:05.6789Z</Timestamp>{retry}<InnerFault>"
        f"<ActivityId>{zero}</ActivityId><ErrorCode>-2147220969</ErrorCode>"
        f'<ErrorDetails xmlns:{prefix}="{GENERIC}">{pair}</KeyValuePairOfstringanyType>'
        '</ErrorDetails><HelpLink i:nil="true"/><Message>within</Message>'
        f"<Timestamp>2026-01-02T03:04:05.6789Z</Timestamp>{retry}"
        f'<InnerFault i:nil="true"/>{end}</InnerFault>{end}</OrganizationServiceFault>'
    )


@pytest.mark.covers("soap fault: OrganizationServiceFault")
def test_a_fault_of_the_service_in_soap_1_2():
    assert write_fault(NOT_FOUND, "1.2") == (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>"
        '<s:Text xml:lang="en-US">account With Id = 1 Does Not Exist</s:Text></s:Reason>'
        f"<s:Detail>{detail('b')}</s:Detail></s:Fault>"
    )


@pytest.mark.covers("soap fault: OrganizationServiceFault")
def test_a_fault_of_the_service_in_soap_1_1():
    assert write_fault(NOT_FOUND, "1.1") == (
        "<s:Fault><faultcode>s:Client</faultcode>"
        '<faultstring xml:lang="en-US">account With Id = 1 Does Not Exist</faultstring>'
        f"<detail>{detail('a')}</detail></s:Fault>"
    )


@pytest.mark.covers("soap fault: InternalServiceFault")
def test_a_fault_of_the_platform():
    text = "The server was unable to process the request due to an internal error."
    code = f'xmlns:a="{DISPATCHER}">a:InternalServiceFault</'
    assert write_fault(internal_fault(), "1.2") == (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value {code}s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason>'
        "</s:Fault>"
    )
    assert write_fault(internal_fault(), "1.1") == (
        f'<s:Fault><faultcode {code}faultcode><faultstring xml:lang="en-US">{text}</faultstring>'
        "</s:Fault>"
    )
    assert internal_fault().action == f"{DISPATCHER}/fault"


FAULTS = {
    "service": NOT_FOUND,
    "internal": internal_fault(),
    "action": action_fault(ACTION),
    "deserialization": deserialization_fault("urn:x", "request", ContractError("a < b")),
    "discovery": Fault(
        "Sender",
        "No.",
        detail=service_fault(0x8004A100, "No.", WHEN, kind="DiscoveryServiceFault"),
    ),
    "not understood": Fault("MustUnderstand", "The header"),
    "version": Fault("VersionMismatch", "The version"),
    "receiver": Fault("Receiver", "Busy", language="de-DE"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_read_back(name):
    fault = FAULTS[name]
    data = write_response(write_fault(fault, "1.2"), version="1.2", action=fault.action)
    with pytest.raises(SoapFault) as answered:
        read_response(data, content_type=content_type("1.2"))
    assert answered.value.fault == fault


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_soap_1_1_is_read_back(name):
    fault = FAULTS[name]
    text = write_fault(fault, "1.1")
    data = write_response(text, version="1.1", action=fault.action, addressed=False)
    with pytest.raises(SoapFault) as answered:
        read_response(data, content_type=content_type("1.1"))
    found = answered.value.fault
    assert (found.reason, found.subcode, found.detail) == (
        fault.reason,
        fault.subcode,
        fault.detail,
    )
    # A code of one's own takes the place of SOAP's.
    assert found.code == (fault.code if fault.subcode is None else "Receiver")
    assert found.action == FAULT_ACTION


@pytest.mark.parametrize("text", ["<s:Fault/>", "<s:Fault><s:Code/></s:Fault>"])
def test_what_is_no_fault_is_not_read_as_one(text):
    data = write_response(text, version="1.2", action="x")
    with pytest.raises(ContractError):
        read_response(data, content_type=content_type("1.2"))


def test_a_detail_of_a_stranger_is_passed_over():
    text = write_fault(Fault("Sender", "No."), "1.2")
    text = text.replace("</s:Fault>", '<s:Detail><Own xmlns="urn:own"/></s:Detail></s:Fault>')
    data = write_response(text, version="1.2", action="x")
    with pytest.raises(SoapFault) as answered:
        read_response(data, content_type=content_type("1.2"))
    assert answered.value.fault.detail is None
