"""Faults of a token service and of message security, in the form clients look for."""

import pytest

from xrm.wire.soap.envelope import read_response, write_response
from xrm.wire.soap.faults import SoapFault, write_fault
from xrm.wire.wssecurity import faults as security
from xrm.wire.wstrust import TRUST_13, TRUST_2005
from xrm.wire.wstrust.faults import fault

OASIS = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
CONVERSATION = "http://schemas.xmlsoap.org/ws/2005/02/sc"
FAULT = "http://www.w3.org/2005/08/addressing/soap/fault"
VALIDATED = "At least one security token in the message could not be validated."
VERIFIED = "An error occurred when verifying security for the message."
CONTEXT = "The security context token is expired or is not valid."

TRUST = {
    "failed authentication": ("FailedAuthentication", "ID3242: "),
    "access denied": ("FailedAuthentication", "MSIS7068: Access denied."),
    "invalid request": ("InvalidRequest", "MSIS"),
    "request failed": ("RequestFailed", "MSIS3127: The specified request failed."),
    "unknown party": ("InvalidScope", "MSIS"),
    "cannot renew": ("UnableToRenew", "MSIS"),
    "invalid token": ("InvalidSecurityToken", "MSIS"),
}
SECURITY = (
    (security.FAILED_AUTHENTICATION, WSSE, "FailedAuthentication", VALIDATED),
    (security.INVALID_TOKEN, WSSE, "InvalidSecurityToken", ""),
    (security.INVALID_SECURITY, WSSE, "InvalidSecurity", VERIFIED),
    (security.BAD_CONTEXT, CONVERSATION, "BadContextToken", CONTEXT),
)
ROWS = [
    (fault(cause, version), namespace, code, reason)
    for cause, (code, reason) in TRUST.items()
    for version, namespace in ((TRUST_13, OASIS), (TRUST_2005, FEBRUARY))
]


@pytest.mark.parametrize(("made", "namespace", "code", "reason"), [*ROWS, *SECURITY])
def test_faults(made, namespace, code, reason):
    body = write_fault(made, "1.2")
    answer = write_response(body, version="1.2", action=made.action)
    with pytest.raises(SoapFault) as caught:
        read_response(answer, content_type="application/soap+xml")
    found = caught.value.fault
    assert (found.code, found.action, found.detail) == ("Sender", FAULT, None)
    assert found.subcode == (namespace, code)
    assert found.reason.startswith(reason)
    # The prefix is declared where it is used: some clients read no further up.
    assert f'<s:Subcode><s:Value xmlns:a="{namespace}">a:{code}</s:Value></s:Subcode>' in body
    assert b"Security" not in answer.split(b"<s:Body>")[0]
