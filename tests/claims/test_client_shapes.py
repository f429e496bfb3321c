"""What clients of old demand of the shape of answers: each rule on answers as they come.

They are read as those clients do it: by item 0, by first child, by the text of a prefix, by the
order of elements. What stands where is what AD FS and Dynamics were recorded to write.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.dom import minidom, pulldom

import pytest

from support.old_clients import ADAL, ADAL_2005, COMBINED, PHP, PYTHON, ask, call, send, who
from support.old_clients_desk import Desk
from support.old_texts import (
    DSIG,
    SERVICES,
    SOAP,
    TRUST_13,
    WSSE,
    WSU,
    XENC,
    Client,
    Issued,
    between,
    content,
    items,
    read_by_prefix,
)

DATA = "http://schemas.microsoft.com/xrm/2011/Contracts"
FAULT = "http://www.w3.org/2005/08/addressing/soap/fault"
ISSUED = [
    "Lifetime",
    "AppliesTo",
    "RequestedSecurityToken",
    "RequestedProofToken",
    "RequestedAttachedReference",
    "RequestedUnattachedReference",
    "TokenType",
    "RequestType",
    "KeyType",
]
"""The members of a response in the order AD FS writes them."""
PROVEN = (PYTHON, COMBINED)


def answered(desk: Desk, client: Client) -> str:
    """Return the envelope of an issued token."""
    answer = send(desk.http, *ask(desk.place, client))
    assert answer.status_code == 200, answer.text
    return answer.text


def names(element: Any) -> list[str]:
    """Return the names of an element's children; there is nothing between them."""
    assert all(child.nodeType == child.ELEMENT_NODE for child in element.childNodes)
    return [child.localName for child in element.childNodes]


@pytest.mark.parametrize("client", PROVEN, ids=str)
def test_1_the_first_cipher_values_are_the_key_and_the_data(desk: Desk, client: Client) -> None:
    text = answered(desk, client)
    key, data = (base64.b64decode(content(each)) for each in items(text, "CipherValue"))
    assert len(key) == 256  # of an RSA key of 2048 bits
    assert len(data) > 1024
    assert len(data) % 16 == 0
    assert between(text, "e:CipherValue") == base64.b64encode(key).decode()
    assert between(text, "xenc:CipherValue") == base64.b64encode(data).decode()


@pytest.mark.parametrize("client", [PYTHON, COMBINED, ADAL, ADAL_2005], ids=str)
def test_2_the_first_key_identifier_is_the_id_of_the_assertion(desk: Desk, client: Client) -> None:
    text = answered(desk, client)
    found = items(text, "KeyIdentifier")
    assert len(found) == 2
    assert len({content(each) for each in found}) == 1
    assert re.fullmatch(r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", content(found[0]))
    # So the certificate of what is encrypted is named in another way.
    (serial,) = items(text, "X509SerialNumber")
    assert content(serial).isdigit()
    assert items(text, "X509IssuerSerial")[0].parentNode.localName == "X509Data"


def test_3_the_prefixes_are_those_of_ad_fs(desk: Desk) -> None:
    text = answered(desk, PYTHON)
    for tag in (
        "trust:RequestSecurityTokenResponseCollection",
        "trust:RequestSecurityTokenResponse",
        "trust:Lifetime",
        "wsu:Created",
        "wsu:Expires",
        "wsp:AppliesTo",
        "wsa:EndpointReference",
        "wsa:Address",
        "trust:RequestedSecurityToken",
        "xenc:EncryptedData",
        "e:EncryptedKey",
        "o:SecurityTokenReference",
        "X509SerialNumber",
        "e:CipherValue",
        "xenc:CipherValue",
        "trust:RequestedProofToken",
        "trust:BinarySecret",
        "o:KeyIdentifier",
        "trust:TokenType",
        "a:Action",
        "a:RelatesTo",
        "u:Timestamp",
    ):
        assert f"<{tag}" in text
        assert f"</{tag}>" in text
    assert "<t:RequestSecurityTokenResponse " in answered(desk, ADAL_2005)
    described = desk.http.get(f"{desk.place.service}?wsdl=wsdl0").text
    assert "<ms-xrm:AuthenticationPolicy" in described
    assert between(described, "ms-xrm:Authentication") == "Federation"
    mex = desk.http.get(f"{desk.place.trust}/mex").text
    bindings = re.findall(r'<wsdl:port name="[^"]*" binding="([^"]*)"', mex)
    assert bindings
    assert all(f'<wsdl:binding name="{each.removeprefix("tns:")}"' in mex for each in bindings)
    assert all(each.startswith("tns:") for each in bindings)


@pytest.mark.parametrize("client", [PYTHON, COMBINED, ADAL_2005], ids=str)
def test_4_the_first_expires_of_the_response_ends_in_z(desk: Desk, client: Client) -> None:
    text = answered(desk, client)
    response = items(text, "RequestSecurityTokenResponse")[0]
    first = content(items(response, "Expires")[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first)
    # Its last letter is cut off, and a time zone taken for granted.
    assert first[:-1] > desk.place.moment(after=50 * 60)
    assert first == content(items(items(response, "Lifetime")[0], "Expires")[0])


@pytest.mark.parametrize("client", [PYTHON, COMBINED, ADAL, ADAL_2005], ids=str)
def test_5_the_first_child_of_the_requested_token_is_the_token(desk: Desk, client: Client) -> None:
    requested = items(answered(desk, client), "RequestedSecurityToken")[0]
    first = requested.firstChild
    assert first.nodeType == first.ELEMENT_NODE
    assert (first.localName, first.namespaceURI) == ("EncryptedData", XENC)
    assert requested.lastChild is first
    # It stands alone when it is cut out as text.
    alone = minidom.parseString(first.toxml()).documentElement
    assert names(alone) == ["EncryptionMethod", "KeyInfo", "CipherData"]
    (key,) = items(alone, "EncryptedKey")
    assert names(key) == ["EncryptionMethod", "KeyInfo", "CipherData"]
    assert key.parentNode.namespaceURI == DSIG
    methods = [each.getAttribute("Algorithm") for each in items(alone, "EncryptionMethod")]
    assert methods == [f"{XENC}aes256-cbc", f"{XENC}rsa-oaep-mgf1p"]
    assert items(key, "DigestMethod")[0].getAttribute("Algorithm") == f"{DSIG}sha1"


def test_a_response_has_the_members_of_the_recorded_ones(desk: Desk) -> None:
    text = answered(desk, PYTHON)
    (collection,) = items(text, "RequestSecurityTokenResponseCollection")
    assert collection.namespaceURI == TRUST_13
    (response,) = collection.childNodes
    assert names(response) == ISSUED
    assert content(items(response, "TokenType")[0]) == "urn:oasis:names:tc:SAML:1.0:assertion"
    assert content(items(response, "RequestType")[0]) == f"{TRUST_13}/Issue"
    assert content(items(response, "KeyType")[0]) == f"{TRUST_13}/SymmetricKey"
    assert content(items(response, "Address")[0]) == desk.facts.organization_url
    assert names(items(text, "Header")[0]) == ["Action", "RelatesTo", "Security"]
    assert content(items(text, "Action")[0]) == f"{TRUST_13}/RSTRC/IssueFinal"
    (bearer,) = items(answered(desk, ADAL), "RequestSecurityTokenResponse")
    assert names(bearer) == [name for name in ISSUED if name != "RequestedProofToken"]
    (old,) = items(answered(desk, ADAL_2005), "RequestSecurityTokenResponse")
    assert old.parentNode.localName == "Body"
    assert names(old) == names(bearer)
    assert items(answered(desk, ADAL_2005), "Header")[0].firstChild.firstChild.data == (
        "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/Issue"
    )


class Strict:
    """A reader that goes forward, and knows what comes next."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(pulldom.parseString(text))

    def until(self, name: str) -> None:
        """Go on to the start of an element."""
        for event, node in self._events:
            if event == pulldom.START_ELEMENT and node.localName == name:
                return
        raise AssertionError(name)

    def next(self) -> str:
        """Return what comes next: `<name`, `>name` or a text; the whole of it."""
        event, node = next(self._events)
        if event == pulldom.CHARACTERS:
            return str(node.data)
        return f"{'<' if event == pulldom.START_ELEMENT else '>'}{node.localName}"

    def element(self, name: str) -> str:
        """Return the text of the element that comes next."""
        assert self.next() == f"<{name}"
        text = self.next()
        if text == f">{name}":
            return ""
        assert self.next() == f">{name}"
        return text


def fault_of(text: str) -> tuple[str, str, str, Strict]:
    """Return code, subcode and reason of a fault, and the reader, which stands behind them."""
    reader = Strict(text)
    reader.until("Fault")
    assert reader.next() == "<Code"
    code = reader.element("Value")
    subcode, following = "", reader.next()
    if following == "<Subcode":
        subcode = reader.element("Value")
        assert [reader.next(), reader.next()] == [">Subcode", ">Code"]
    else:
        assert following == ">Code"
    assert reader.next() == "<Reason"
    reason = reader.element("Text")
    assert reader.next() == ">Reason"
    return code, subcode, reason, reader


def is_declared_beside(text: str, subcode: str, space: str) -> bool:
    """Tell whether the prefix of a QName is declared on the very element that holds it."""
    prefix = subcode.partition(":")[0]
    return re.search(rf'<s:Value xmlns:{prefix}="{re.escape(space)}">{subcode}<', text) is not None


def test_6_faults_of_the_token_service_are_read_in_order(desk: Desk) -> None:
    answer = desk.refused(password="wrong")
    assert answer.status_code == 500
    code, subcode, reason, reader = fault_of(answer.text)
    assert (code, subcode) == ("s:Sender", "a:FailedAuthentication")
    assert reason.startswith("ID3242")
    assert reader.next() == ">Fault"
    assert is_declared_beside(answer.text, subcode, TRUST_13)
    assert content(items(answer.text, "Action")[0]) == FAULT
    assert names(items(answer.text, "Header")[0]) == ["Action", "RelatesTo", "Security"]


def test_6_faults_of_a_message_that_is_not_proven(desk: Desk) -> None:
    issued = desk.issued(PYTHON)
    wrong = Issued(issued.token, bytes(32), issued.assertion_id)
    answer = send(desk.http, *call(desk.place, PYTHON, wrong))
    code, subcode, reason, reader = fault_of(answer.text)
    assert (code, subcode) == ("s:Sender", "a:InvalidSecurity")
    assert reason == "An error occurred when verifying security for the message."
    assert reader.next() == ">Fault"
    assert is_declared_beside(answer.text, subcode, WSSE)
    # Such a fault is itself not secured.
    assert not items(answer.text, "Security")
    assert content(items(answer.text, "Action")[0]) == FAULT


def test_6_faults_of_the_organization_are_read_in_order(desk: Desk) -> None:
    url, text, kind = call(desk.place, PYTHON, desk.issued(PYTHON))
    nobody = "0a0a00a0-0000-a000-a00a-a0000aaaa00a"
    body = (
        f'<Retrieve xmlns="{SERVICES}"><entityName>systemuser</entityName><id>{nobody}</id>'
        f'<columnSet xmlns:b="{DATA}"><b:AllColumns>true</b:AllColumns></columnSet></Retrieve>'
    )
    changed = re.sub(r"<Execute .*</Execute>", body, text).replace("/Execute<", "/Retrieve<")
    answer = send(desk.http, url, changed, kind)
    assert answer.status_code == 500
    code, subcode, reason, reader = fault_of(answer.text)
    assert (code, subcode) == ("s:Sender", "")
    assert nobody in reason.lower()
    assert [reader.next(), reader.next()] == ["<Detail", "<OrganizationServiceFault"]
    (detail,) = items(answer.text, "OrganizationServiceFault")
    assert detail.namespaceURI == DATA
    recorded = ["ErrorCode", "ErrorDetails", "Message", "Timestamp", "InnerFault", "TraceText"]
    assert [name for name in names(detail) if name in recorded] == recorded
    assert content(items(detail, "ErrorCode")[0]) == "-2147220969"
    assert content(items(detail, "Message")[0]) == reason
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d{1,7})?Z", content(items(detail, "Timestamp")[0]))
    action = f"{SERVICES}/IOrganizationService/RetrieveOrganizationServiceFaultFault"
    assert content(items(answer.text, "Action")[0]) == action
    found = names(items(answer.text, "Header")[0])
    assert found == ["Action", "RelatesTo", "ActivityId", "Security"]


def test_an_answer_has_the_headers_of_the_recorded_ones(desk: Desk) -> None:
    answer = send(desk.http, *call(desk.place, PHP, desk.issued(PHP)))
    # Without a MessageID there is nothing it could relate to.
    assert names(items(answer.text, "Header")[0]) == ["Action", "ActivityId", "Security"]
    answer = send(desk.http, *call(desk.place, PYTHON, desk.issued(PYTHON)))
    (header,) = items(answer.text, "Header")
    assert names(header) == ["Action", "RelatesTo", "ActivityId", "Security"]
    (security,) = items(answer.text, "Security")
    assert security.getAttributeNS(SOAP, "mustUnderstand") == "1"
    assert [each.toxml().partition(" ")[0] for each in security.childNodes] == ["<u:Timestamp"]
    keys = [content(each) for each in items(answer.text, "key")]
    assert keys == ["UserId", "BusinessUnitId", "OrganizationId"]
    assert items(answer.text, "ExecuteResult")[0].getAttribute("i:type") == "c:WhoAmIResponse"


def test_7_policies_are_found_by_the_text_of_their_ids_name(desk: Desk) -> None:
    for address in (
        f"{desk.place.service}?wsdl=wsdl0",
        f"{desk.place.service}?wsdl=wsdl1",
        f"{desk.facts.discovery_service_url}?wsdl=wsdl0",
        f"{desk.place.trust}/mex",
    ):
        text = desk.http.get(address).text
        policies = [each for each in items(text, "Policy") if each.hasAttributeNS(WSU, "Id")]
        assert policies
        # getAttribute with the prefix in the name, as PHP asks.
        ids = {f"#{each.getAttribute('wsu:Id')}" for each in policies}
        assert "#" not in ids
        assert {each.getAttribute("URI") for each in items(text, "PolicyReference")} <= ids


def descriptions(desk: Desk, address: str) -> dict[str, str]:
    """Return every document that a description takes in, by its address, itself included."""
    found: dict[str, str] = {}
    waiting = [address]
    while waiting:
        at = waiting.pop()
        if at in found:
            continue
        answer = desk.http.get(at)
        assert answer.status_code == 200, at
        found[at] = answer.text
        for each in items(answer.text, "import") + items(answer.text, "include"):
            waiting += [
                value
                for name in ("location", "schemaLocation")
                if (value := each.getAttribute(name))
            ]
    return found


@pytest.mark.parametrize("which", ["organization", "discovery"])
def test_8_whatever_is_imported_has_an_absolute_address(desk: Desk, which: str) -> None:
    service = desk.place.service if which == "organization" else desk.facts.discovery_service_url
    found = descriptions(desk, f"{service}?wsdl")
    assert len(found) > 3
    for address in found:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) == ("https", urlsplit(service).netloc)
    merged = "".join(found.values())
    assert f'location="{service}"' in merged


@pytest.mark.parametrize("document", ["wsdl0", "wsdl1"])
def test_9_the_identifier_is_where_the_token_service_answers(desk: Desk, document: str) -> None:
    text = desk.http.get(f"{desk.place.service}?wsdl={document}").text
    identifier = between(text, "ms-xrm:Identifier")
    assert urlsplit(identifier).scheme == "http"
    address = identifier.replace("http://", "https://", 1) + "/13/usernamemixed"
    _, asked, kind = ask(desk.place, PYTHON)
    answer = send(desk.http, address, asked, kind)
    assert answer.status_code == 200, answer.text
    issued = read_by_prefix(answer.text)
    assert who(send(desk.http, *call(desk.place, PYTHON, issued))) == desk.user


def test_9_the_description_leads_to_the_endpoint_for_passwords(desk: Desk) -> None:
    """Data8's way: WSDL, policy, mex, the policy of names and passwords, its binding, its port."""
    merged = "".join(descriptions(desk, f"{desk.place.service}?wsdl").values())
    mex = re.search(
        r"<sp:EndorsingSupportingTokens.*?<wsx:MetadataReference><wsa10:Address>([^<]*)<", merged
    )
    assert mex
    described = desk.http.get(mex[1]).text
    (policy,) = (
        each.getAttribute("wsu:Id")
        for each in items(described, "Policy")
        if each.hasAttributeNS(WSU, "Id")
        and items(each, "SignedEncryptedSupportingTokens")
        and items(each, "UsernameToken")
        and items(each, "Trust13")
    )
    (binding,) = (
        each.getAttribute("name")
        for each in items(described, "binding")
        for used in items(each, "PolicyReference")
        if each.hasAttribute("name") and used.getAttribute("URI") == f"#{policy}"
    )
    (port,) = (
        each
        for each in items(described, "port")
        if each.getAttribute("binding") == f"tns:{binding}"
    )
    address = items(port, "address")[0].getAttribute("location")
    assert address == f"{desk.place.trust}/13/usernamemixed"
