"""The description of a farm in outline: policies, bindings and ports as AD FS was recorded.

Each is one of a default install of Windows Server 2012; those of names and passwords, and of
certificates, in both versions.
"""

import pytest
from lxml import etree

from support.outlines import below, lines, outline
from xrm.wire.wstrust import mex
from xrm.wire.xml import parse

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
TRANSPORT = lines(
    """
    sp:TransportBinding
      wsp:Policy
        sp:TransportToken
          wsp:Policy
            {0}
        sp:AlgorithmSuite
          wsp:Policy
            sp:Basic256
        sp:Layout
          wsp:Policy
            sp:Strict
        sp:IncludeTimestamp
    """
)
USERNAME = lines(
    """
    sp:{0}
      wsp:Policy
        sp:UsernameToken [sp:IncludeToken]
          wsp:Policy
            sp:WssUsernameToken10
    """
)
ENDORSING = lines(
    """
    sp:EndorsingSupportingTokens
      wsp:Policy
        {0} [sp:IncludeToken wsp:Optional]
        sp:SignedParts
          sp:Header [Name Namespace]
    """
)
ENDORSING_BY_CERTIFICATE = lines(
    """
    sp:EndorsingSupportingTokens
      wsp:Policy
        sp:X509Token [sp:IncludeToken]
          wsp:Policy
            sp:RequireThumbprintReference
            sp:WssX509V3Token10
        {0} [sp:IncludeToken wsp:Optional]
        sp:SignedParts
          sp:Header [Name Namespace]
    """
)
WSS_11 = lines(
    """
    sp:Wss11
      wsp:Policy
    """
)
TRUST = lines(
    """
    sp:{0}
      wsp:Policy
        sp:MustSupportIssuedTokens
        sp:RequireClientEntropy
        sp:RequireServerEntropy
    """
)
BINDING = lines(
    """
    wsdl:binding [name type]
      wsp:PolicyReference [URI]
      soap12:binding [transport]
      wsdl:operation [name]
        soap12:operation [soapAction style]
        wsdl:input
          soap12:body [use]
        wsdl:output
          soap12:body [use]
    """
)
PORT = lines(
    """
    wsdl:port [binding name]
      soap12:address [location]
      wsa10:EndpointReference
        wsa10:Address
    """
)
VERSIONS = {
    "13": ("sp:HttpsToken", "sp:KeyValueToken", "Trust13", "SignedEncryptedSupportingTokens"),
    "Feb2005": (
        "sp:HttpsToken [RequireClientCertificate]",
        "mssp:RsaToken",
        "Trust10",
        "SignedSupportingTokens",
    ),
}


def recorded(name: str, version: str) -> str:
    """Return the outline of a policy."""
    https, key, trust, signed = VERSIONS[version]
    parts = [TRANSPORT.replace("{0}", https)]
    if name == "UserName":
        parts += [USERNAME.replace("{0}", signed), ENDORSING.replace("{0}", key), WSS_11]
    else:
        parts += [ENDORSING_BY_CERTIFICATE.replace("{0}", key)]
        parts += [WSS_11, below(below("sp:MustSupportRefThumbprint"))]
    parts += [TRUST.replace("{0}", trust), "wsaw:UsingAddressing"]
    return lines("\n".join(parts), "wsp:Policy [wsu:Id]", "wsp:ExactlyOne", "wsp:All")


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return parse(mex.write("https://sts.example/adfs/services/trust/"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["UserName", "Certificate"])
def test_an_endpoint_is_described_as_recorded(
    root: etree._Element, name: str, version: str
) -> None:
    binding = f"{name}WSTrustBinding_IWSTrust{version}Async"
    (policy,) = (one for one in root if one.get(f"{{{WSU}}}Id") == f"{binding}_policy")
    assert outline(policy) == recorded(name, version)
    (bound,) = (one for one in root.findall(f"{WSDL}binding") if one.get("name") == binding)
    assert outline(bound) == BINDING
    (port,) = (one for one in root.iter(f"{WSDL}port") if one.get("binding") == f"tns:{binding}")
    assert outline(port) == PORT
    assert port.get("name") == binding


def test_what_is_signed_besides_the_timestamp_is_the_address(root: etree._Element) -> None:
    headers = {tuple(one.attrib.items()) for one in root.iter("{*}Header")}
    assert headers == {(("Name", "To"), ("Namespace", ADDRESSING))}
