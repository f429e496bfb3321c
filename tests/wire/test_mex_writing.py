"""The description of a farm: which endpoints it names, and that clients' own readers find them."""

import io

import adal.mex
import pytest
import requests
from lxml import etree
from msal.mex import Mex
from requests.adapters import HTTPAdapter

from xrm.wire.wstrust import TRUST_13, TRUST_2005, mex
from xrm.wire.xml import parse

TRUST = "https://sts.example/adfs/services/trust/"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SP = "{http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702}"
SP_2005 = "{http://schemas.xmlsoap.org/ws/2005/07/securitypolicy}"
OASIS = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
MIXED = "issuedtokenmixedsymmetricbasic256"
PATHS = [
    ("2005", "certificate", "2005/certificatemixed"),
    ("2005", "username", "2005/usernamemixed"),
    ("2005", "issued-symmetric", f"2005/{MIXED}"),
    ("1.3", "certificate", "13/certificatemixed"),
    ("1.3", "username", "13/usernamemixed"),
    ("1.3", "issued-symmetric", f"13/{MIXED}"),
]
NAMES = [
    "CertificateWSTrustBinding_IWSTrustFeb2005Async",
    "UserNameWSTrustBinding_IWSTrustFeb2005Async",
    "IssuedTokenWSTrustBinding_IWSTrustFeb2005Async",
    "CertificateWSTrustBinding_IWSTrust13Async",
    "UserNameWSTrustBinding_IWSTrust13Async",
    "IssuedTokenWSTrustBinding_IWSTrust13Async",
]


@pytest.fixture(scope="module")
def document():
    return mex.write(TRUST)


@pytest.fixture(scope="module")
def root(document):
    return parse(document)


def test_it_is_named_as_that_of_adfs(root):
    assert (root.tag, root.prefix) == (f"{WSDL}definitions", "wsdl")
    assert root.get("name") == "SecurityTokenService"
    space = "http://schemas.microsoft.com/ws/2008/06/identity/securitytokenservice"
    assert root.get("targetNamespace") == root.nsmap["tns"] == space
    local = [etree.QName(child).localname for child in root]
    order = ("Policy", "types", "message", "portType", "binding", "service")
    assert local == sorted(local, key=order.index)
    assert [local.count(name) for name in order] == [6, 1, 4, 2, 6, 1]


def test_policies_bindings_and_ports_go_by_the_same_names(root, document):
    policies = [one.get(f"{{{WSU}}}Id") for one in root if one.tag.endswith("}Policy")]
    assert policies == [f"{name}_policy" for name in NAMES]
    bindings = root.findall(f"{WSDL}binding")
    assert [one.get("name") for one in bindings] == NAMES
    assert [one[0].get("URI") for one in bindings] == [f"#{name}" for name in policies]
    ports = root.findall(f"{WSDL}service/{WSDL}port")
    assert [one.get("binding") for one in ports] == [f"tns:{name}" for name in NAMES]
    addresses = [f"{TRUST}{path}" for _, _, path in PATHS]
    assert [one[0].get("location") for one in ports] == addresses
    assert [one[1][0].text for one in ports] == addresses
    assert b'<wsp:Policy wsu:Id="' in document


def test_actions_and_messages(root):
    actions = [one.get("soapAction") for one in root.iter("{*}operation") if one.get("soapAction")]
    assert actions == [f"{FEBRUARY}/RST/Issue"] * 3 + [f"{OASIS}/RST/Issue"] * 3
    said = [
        one.get("{http://www.w3.org/2006/05/addressing/wsdl}Action")
        for one in root.iterfind(f"{WSDL}portType/{WSDL}operation/*")
    ]
    assert said == [
        *(f"{FEBRUARY}/RST/Issue", f"{FEBRUARY}/RSTR/Issue"),
        *(f"{OASIS}/RST/Issue", f"{OASIS}/RSTRC/IssueFinal"),
    ]
    elements = [one.get("element") for one in root.iterfind(f"{WSDL}message/{WSDL}part")]
    assert elements == [
        *("t:RequestSecurityToken", "t:RequestSecurityTokenResponse"),
        *("trust:RequestSecurityToken", "trust:RequestSecurityTokenResponseCollection"),
    ]
    declared = {
        f"{schema.get('targetNamespace')} {element.get('name')}"
        for schema in root.iter("{http://www.w3.org/2001/XMLSchema}schema")
        for element in schema
    }
    assert declared == {
        f"{root.nsmap[prefix]} {name}" for prefix, name in (one.split(":") for one in elements)
    }


def test_what_the_policies_demand(root):
    demanded = [
        [etree.QName(child).localname for child in policy[0][0]]
        for policy in root
        if policy.tag.endswith("}Policy")
    ]
    endorsing = ["TransportBinding", "EndorsingSupportingTokens", "Wss11"]
    username = ["TransportBinding", "SignedSupportingTokens", *endorsing[1:]]
    encrypted = ["TransportBinding", "SignedEncryptedSupportingTokens", *endorsing[1:]]
    assert demanded == [
        [*endorsing, "Trust10", "UsingAddressing"],
        [*username, "Trust10", "UsingAddressing"],
        [*endorsing, "Trust10", "UsingAddressing"],
        [*endorsing, "Trust13", "UsingAddressing"],
        [*encrypted, "Trust13", "UsingAddressing"],
        [*endorsing, "Trust13", "UsingAddressing"],
    ]
    assert len(list(root.iter(f"{SP}TransportBinding"))) == 3
    assert len(list(root.iter(f"{SP_2005}TransportBinding"))) == 3
    assert [one.text for one in root.iter("{*}KeyType")] == [
        f"{FEBRUARY}/SymmetricKey",
        f"{OASIS}/SymmetricKey",
    ]


def test_our_own_reader(document):
    found = [(one.version.name, one.credential, one.address) for one in mex.read(document)]
    assert found == [(version, kind, f"{TRUST}{path}") for version, kind, path in PATHS]


def test_the_reader_of_msal(document):
    found = Mex(document.decode()).get_wstrust_username_password_endpoint()
    assert found == {"address": f"{TRUST}13/usernamemixed", "action": f"{OASIS}/RST/Issue"}


def test_the_reader_of_adal(document, monkeypatch):
    def send(_self, request, **_):
        assert request.url == f"{TRUST}mex"
        answer = requests.Response()
        answer.status_code, answer.raw, answer.url = 200, io.BytesIO(document), request.url
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    reader = adal.mex.Mex({"log_context": {"correlation_id": "1"}}, f"{TRUST}mex")
    reader.discover()
    found = reader.username_password_policy
    assert (found["url"], found["version"]) == (f"{TRUST}13/usernamemixed", "wstrust13")


@pytest.mark.parametrize(("version", "path"), [(TRUST_13, "13"), (TRUST_2005, "2005")])
def test_only_the_endpoints_there_are(version, path):
    rows = [row for row in mex.ENDPOINTS if row.version is version]
    document = mex.write("https://x/a'&\"<>/", rows[:2])
    assert [one.address for one in mex.read(document)] == [
        f"https://x/a'&\"<>/{path}/certificatemixed",
        f"https://x/a'&\"<>/{path}/usernamemixed",
    ]
    assert len(parse(document).findall(f"{WSDL}portType")) == 1


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_a_windows_endpoint_and_bindings_of_one_name(version):
    rows = [
        mex.Row(version, "windows", "windowstransport", "CustomBinding"),
        mex.Row(version, "windows", "second", "CustomBinding"),
    ]
    document = mex.write(TRUST, rows)
    assert [one.credential for one in mex.read(document)] == ["windows", "windows"]
    names = [one.get("name") for one in parse(document).iter(f"{WSDL}binding")]
    assert names == [f"CustomBinding_{version.port_type}", f"CustomBinding_{version.port_type}1"]
