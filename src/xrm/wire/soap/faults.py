"""Faults, in both versions of SOAP (SOAP 1.1 4.4, SOAP 1.2 5.4).

A fault without a detail is the platform's own (WCF): its words and actions are those it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from lxml import etree

from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.reading import ContractError, read_value
from xrm.wire.soap.values import Pairs, Struct
from xrm.wire.soap.versions import ADDRESSING, NAMESPACES, SOAP_11, SOAP_12, Version, scope_of
from xrm.wire.soap.writing import write_root
from xrm.wire.xml import escape, quote

Code = Literal["Sender", "Receiver", "MustUnderstand", "VersionMismatch"]
FAULT_ACTION = f"{ADDRESSING}/soap/fault"
DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
UNADDRESSED = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
_SERVICE_FAULT = "OrganizationServiceFault"
"""What the operations declare: a fault derived from it is one that tells its own type."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES_11: dict[Code, str] = {"Sender": "Client", "Receiver": "Server"}
_CODES: dict[str, Code] = {
    "Sender": "Sender",
    "Receiver": "Receiver",
    "Client": "Sender",
    "Server": "Receiver",
    "MustUnderstand": "MustUnderstand",
    "VersionMismatch": "VersionMismatch",
}


class Subcode(NamedTuple):
    """A fault's own code: its namespace and local name."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: codes are those of SOAP 1.2; `detail` is an instance of a fault contract.

    `action` is that of the envelope which carries it.
    """

    code: Code
    reason: str
    subcode: Subcode | None = None
    detail: Struct | None = None
    action: str = FAULT_ACTION
    language: str = "en-US"


class SoapFault(Exception):
    """A fault to answer with, or one that was answered."""

    def __init__(self, fault: Fault, version: Version = "1.2") -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.version = version


def service_fault(
    code: int,
    message: str,
    timestamp: datetime,
    *,
    kind: str = "OrganizationServiceFault",
    activity_id: str | None = None,
    details: Mapping[str, Any] | None = None,
    inner: Struct | None = None,
) -> Struct:
    """Return an instance of a fault contract, every member in its place.

    `code` may be signed or, as the Web API spells it, unsigned.
    """
    members: dict[str, Any] = {
        "ActivityId": UUID(activity_id) if activity_id else UUID(int=0),
        "ErrorCode": code - 2**32 if code >= 2**31 else code,
        "ErrorDetails": Pairs("ErrorDetailCollection", dict(details or {})),
        "HelpLink": None,
        "Message": message,
        "Timestamp": timestamp,
    }
    if kind != "DiscoveryServiceFault":
        members |= {"ExceptionRetriable": False, "ExceptionSource": None}
        members |= {"OriginalException": None, "TraceText": None}
    return Struct(kind, {**members, "InnerFault": inner})


def internal_fault() -> Fault:
    """Return the fault for what went wrong without a word for it."""
    return Fault(
        "Receiver",
        "The server was unable to process the request due to an internal error.",
        Subcode(DISPATCHER, "InternalServiceFault"),
        action=f"{DISPATCHER}/fault",
    )


def deserialization_fault(namespace: str, parameter: str, error: ContractError) -> Fault:
    """Return the fault for a parameter of an operation that could not be read."""
    return Fault(
        "Sender",
        "The formatter threw an exception while trying to deserialize the message: There was an "
        f"error while trying to deserialize parameter {namespace}:{parameter}. The "
        f"InnerException message was '{error}'.  Please see InnerException for more details.",
        Subcode(DISPATCHER, "DeserializationFailed"),
        action=f"{DISPATCHER}/fault",
    )


def action_fault(action: str, *, addressed: bool = True) -> Fault:
    """Return the fault for an action that no operation has."""
    return Fault(
        "Sender",
        f"The message with Action '{action[:1000]}' cannot be processed at the receiver, due to "
        "a ContractFilter mismatch at the EndpointDispatcher. This may be because of either a "
        "contract mismatch (mismatched Actions between sender and receiver) or a "
        "binding/security mismatch between the sender and the receiver.  Check that sender and "
        "receiver have the same contract and the same binding (including security requirements, "
        "e.g. Message, Transport, None).",
        Subcode(ADDRESSING if addressed else UNADDRESSED, "ActionNotSupported"),
    )


def write_fault(
    fault: Fault,
    version: Version,
    contracts: Contracts = CONTRACTS,
    *,
    addressed: bool | None = None,
) -> str:
    """Return the Fault element of an envelope's body.

    `addressed` tells whether the envelope has headers of WS-Addressing; one of SOAP 1.2 has
    them unless it is said.
    """
    detail = ""
    if fault.detail is not None:
        scope = scope_of(version, addressed=version == "1.2" if addressed is None else addressed)
        kind = fault.detail.type
        declared = _SERVICE_FAULT if contracts.fits(kind, _SERVICE_FAULT) else kind
        detail = write_root(fault.detail, scope, contracts, declared=declared)
    reason = f'xml:lang="{quote(fault.language)}">{escape(fault.reason)}</'
    if version == "1.1":
        return _fault_11(fault, reason, detail)
    subcode = ""
    if fault.subcode is not None:
        subcode = f"<s:Subcode>{_code('s:Value', fault.subcode)}</s:Subcode>"
    return (
        f"<s:Fault><s:Code><s:Value>s:{fault.code}</s:Value>{subcode}</s:Code>"
        f"<s:Reason><s:Text {reason}s:Text></s:Reason>"
        + (f"<s:Detail>{detail}</s:Detail>" if detail else "")
        + "</s:Fault>"
    )


def _fault_11(fault: Fault, reason: str, detail: str) -> str:
    if fault.subcode is None:
        code = f"<faultcode>s:{_CODES_11.get(fault.code, fault.code)}</faultcode>"
    else:
        code = _code("faultcode", fault.subcode)
    return (
        f"<s:Fault>{code}<faultstring {reason}faultstring>"
        + (f"<detail>{detail}</detail>" if detail else "")
        + "</s:Fault>"
    )


def _code(tag: str, subcode: Subcode) -> str:
    return f'<{tag} xmlns:a="{quote(subcode.namespace)}">a:{escape(subcode.name)}</{tag}>'


def is_fault(element: etree._Element) -> bool:
    """Tell whether a body holds a fault, of either version."""
    return element.tag in (f"{{{SOAP_11}}}Fault", f"{{{SOAP_12}}}Fault")


def read_fault(
    element: etree._Element, *, action: str = "", contracts: Contracts = CONTRACTS
) -> Fault:
    """Return a body's Fault. Raises ContractError if it is not one."""
    if not is_fault(element):
        raise ContractError("The body holds no fault.")
    if element.tag == f"{{{SOAP_11}}}Fault":
        code, subcode, text = _read_11(element)
        details = element.find("detail")
    else:
        code, subcode, text = _read_12(element)
        details = element.find(f"{{{SOAP_12}}}Detail")
    if text is None:
        raise ContractError("The fault has no reason.")
    detail = None if details is None else _detail(details, contracts)
    language = text.get(_LANGUAGE, "")
    return Fault(code, text.text or "", subcode, detail, action or FAULT_ACTION, language)


def _read_11(element: etree._Element) -> tuple[Code, Subcode | None, etree._Element | None]:
    namespace, name = _qualified(element.find("faultcode"))
    code: Code = "Receiver"
    subcode = None
    if namespace == SOAP_11:
        code = _CODES.get(name.partition(".")[0], code)
    else:
        subcode = Subcode(namespace, name)
    return code, subcode, element.find("faultstring")


def _read_12(element: etree._Element) -> tuple[Code, Subcode | None, etree._Element | None]:
    spaces = {"s": SOAP_12}
    _, name = _qualified(element.find("s:Code/s:Value", spaces))
    inner = element.find("s:Code/s:Subcode/s:Value", spaces)
    subcode = None if inner is None else Subcode(*_qualified(inner))
    return _CODES.get(name, "Receiver"), subcode, element.find("s:Reason/s:Text", spaces)


def _qualified(element: etree._Element | None) -> tuple[str, str]:
    if element is None:
        raise ContractError("The fault has no code.")
    prefix, colon, local = (element.text or "").strip().rpartition(":")
    return element.nsmap.get(prefix if colon else None) or "", local


def _detail(details: etree._Element, contracts: Contracts) -> Struct | None:
    """Return the first detail that is of a known contract."""
    for child in details:
        name = etree.QName(child)
        contract = contracts.found(name.namespace or "", name.localname)
        if contract is not None:
            value = read_value(child, contract.name, contracts)
            return value if isinstance(value, Struct) else None
    return None


def version_of(namespace: str) -> Version | None:
    """Return the version of SOAP whose namespace it is."""
    return next((version for version, known in NAMESPACES.items() if known == namespace), None)
