"""Envelopes of answers, written by hand as the service writes them."""

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
XRM = "http://schemas.microsoft.com/xrm/2011/Contracts"
CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
GENERIC = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
XSD = "http://www.w3.org/2001/XMLSchema"
DECLARED = (
    f'xmlns:b="{XRM}" xmlns:c="{CRM}" xmlns:d="{GENERIC}" xmlns:e="{SERIALIZATION}" '
    f'xmlns:x="{XSD}" xmlns:i="{INSTANCE}"'
)

Reply = tuple[int, dict[str, str], bytes]
XML = {"Content-Type": "text/xml; charset=utf-8"}


def envelope(body: str, version: str = "1.1") -> bytes:
    space = SOAP11 if version == "1.1" else SOAP12
    return f'<s:Envelope xmlns:s="{space}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def answered(operation: str, content: str = "", **headers: str) -> Reply:
    """Return 200 with the response of an operation around its result."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = f'<{operation}Response xmlns="{SERVICES}">{content}</{operation}Response>'
    return 200, {**XML, **named}, envelope(body)


def executed(kind: str, results: str = "", *, name: str | None = None) -> Reply:
    """Return 200 with a response of a type, such as `c:WhoAmIResponse`."""
    said = kind.rpartition(":")[2].removesuffix("Response") if name is None else name
    stated = f' i:type="{kind}"' if kind else ""
    return answered(
        "Execute",
        f"<ExecuteResult {DECLARED}{stated}><b:ResponseName>{said}</b:ResponseName>"
        f"<b:Results>{results}</b:Results></ExecuteResult>",
    )


def pair(key: str, kind: str, content: str) -> str:
    """Return a key with a value of a type."""
    return (
        f"<b:KeyValuePairOfstringanyType><d:key>{key}</d:key>"
        f'<d:value i:type="{kind}">{content}</d:value></b:KeyValuePairOfstringanyType>'
    )


def service_fault(
    code: int, message: str, *, details: str = "", inner: str = "", kind: str = "", more: str = ""
) -> Reply:
    """Return 500 with a fault of the service; `code` is signed, as it is on the wire."""
    kind = kind or "OrganizationServiceFault"
    body = (
        "<s:Fault><faultcode>s:Client</faultcode>"
        f'<faultstring xml:lang="en-US">{message}</faultstring><detail>'
        f'<{kind} xmlns="{XRM}" {DECLARED}>'
        "<ActivityId>7f1e0b4c-0001-4000-8000-000000000001</ActivityId>"
        f"<ErrorCode>{code}</ErrorCode><ErrorDetails>{details}</ErrorDetails>"
        f"<Message>{message}</Message><Timestamp>2026-01-02T03:04:05.1234567Z</Timestamp>"
        f'{inner}<TraceText i:nil="true"/>{more}</{kind}></detail></s:Fault>'
    )
    return 500, {**XML, "x-ms-service-request-id": "request-1"}, envelope(body)


def platform_fault(space: str, name: str, reason: str, version: str = "1.1") -> Reply:
    """Return 500 with a fault of the platform, which has no detail."""
    if version == "1.1":
        fault = (
            f'<s:Fault><faultcode xmlns:a="{space}">a:{name}</faultcode>'
            f'<faultstring xml:lang="en-US">{reason}</faultstring></s:Fault>'
        )
        return 500, XML, envelope(fault)
    fault = (
        f'<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a="{space}">'
        f'a:{name}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{reason}'
        "</s:Text></s:Reason></s:Fault>"
    )
    return 500, {"Content-Type": "application/soap+xml"}, envelope(fault, version)
