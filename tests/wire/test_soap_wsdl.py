"""The descriptions of the services: which documents there are, what they name, their policies."""

import re

import pytest
from lxml import etree

from support import soap_documents
from support.soap_documents import DISCOVERY, ORGANIZATION, STS

SERVICES = [ORGANIZATION, DISCOVERY]
XSD = "{http://www.w3.org/2001/XMLSchema}"
NAMES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "wsp": "http://schemas.xmlsoap.org/ws/2004/09/policy",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "wsx": "http://schemas.xmlsoap.org/ws/2004/09/mex",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsaw": "http://www.w3.org/2006/05/addressing/wsdl",
    "sp": "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    "sp2005": "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
    "trust": "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    "xrm": "http://schemas.microsoft.com/xrm/2011/Contracts/Services",
    "xrm2012": "http://schemas.microsoft.com/xrm/2012/Contracts/Services",
    "identity": "http://schemas.xmlsoap.org/ws/2006/02/addressingidentity",
}
ALL = "wsp:Policy/wsp:ExactlyOne/wsp:All"


def tree(address: str, query: str, **how: str) -> etree._Element:
    document = soap_documents.documents(address, **how).document(query)
    assert document is not None
    return etree.fromstring(document)


def found(root: etree._Element, path: str) -> list[str]:
    result = root.xpath(path, namespaces=NAMES)
    return [str(getattr(each, "text", each)) for each in result]


@pytest.mark.covers("wsdl: sdkversion beside it")
@pytest.mark.parametrize("address", SERVICES)
@pytest.mark.parametrize(
    ("query", "root"),
    [
        pytest.param("wsdl", "definitions", marks=pytest.mark.covers("wsdl: ?wsdl")),
        ("WSDL", "definitions"),
        ("wsdl=", "definitions"),
        ("wsdl&sdkversion=9", "definitions"),
        ("sdkversion=9.0&Wsdl", "definitions"),
        pytest.param("wsdl=wsdl0", "definitions", marks=pytest.mark.covers("wsdl: ?wsdl=wsdl0")),
        pytest.param("wsdl=wsdl1", "definitions", marks=pytest.mark.covers("wsdl: ?wsdl=wsdl1")),
        pytest.param("singleWsdl", "definitions", marks=pytest.mark.covers("wsdl: ?singleWsdl")),
        ("singlewsdl", "definitions"),
        pytest.param("xsd=xsd0", "schema", marks=pytest.mark.covers("wsdl: ?xsd=xsdN")),
        ("XSD=xsd2", "schema"),
    ],
)
def test_what_a_query_asks_for(address: str, query: str, root: str):
    assert etree.QName(tree(address, query)).localname == root


@pytest.mark.parametrize(
    "query",
    [
        *("", "=", "%ff", "disco", "sdkclientversion=9.2", "singleWsdl=1"),
        *("wsdl=wsdl2", "wsdl=0", "wsdl=wsdl0'", "xsd", "xsd=", "xsd=xsd99", "xsd=xsd-1"),
    ],
)
def test_other_queries_ask_for_no_document(query: str):
    assert soap_documents.documents().document(query) is None


@pytest.mark.covers("wsdl: absolute locations")
@pytest.mark.parametrize("address", SERVICES)
def test_locations_are_absolute_and_each_leads_to_a_document(address: str):
    held = soap_documents.documents(address)
    waiting, seen = [f"{address}?wsdl"], set[str]()
    while waiting:
        url = waiting.pop()
        seen.add(url)
        root = etree.fromstring(soap_documents.fetched(held, url))
        locations = {str(each) for each in root.xpath("//@location | //@schemaLocation")}
        for location in locations - {address, f"{address}/web"}:
            assert location.startswith(f"{address}?")
            waiting += [location] if location not in seen else []
    assert {f"{address}?wsdl=wsdl0", f"{address}?wsdl=wsdl1", f"{address}?xsd=xsd0"} <= seen


def test_a_single_document_refers_to_no_other():
    root = tree(ORGANIZATION, "singleWsdl")
    assert found(root, "//wsdl:import | //@schemaLocation") == []
    assert set(found(root, "//@location")) == {ORGANIZATION, f"{ORGANIZATION}/web"}


@pytest.mark.covers("wsdl: names clients know")
@pytest.mark.parametrize(
    ("address", "service", "operations"),
    [
        (
            ORGANIZATION,
            "OrganizationService",
            "Create Retrieve Update Delete Execute Associate Disassociate RetrieveMultiple",
        ),
        (DISCOVERY, "DiscoveryService", "Execute"),
    ],
)
def test_names_are_those_clients_know(address: str, service: str, operations: str):
    root = tree(address, "singleWsdl")
    namespace = "http://schemas.microsoft.com/xrm/2011/Contracts/" + (
        "Services" if address == ORGANIZATION else "Discovery"
    )
    assert root.get("targetNamespace") == namespace
    assert found(root, "wsdl:service/@name") == [service]
    assert found(root, "wsdl:portType/@name") == [f"I{service}"]
    assert found(root, "wsdl:binding/@name") == [
        f"CustomBinding_I{service}",
        f"BasicHttpBinding_I{service}",
    ]
    assert found(root, "wsdl:binding/@type") == [f"tns:I{service}"] * 2
    assert found(root, "wsdl:service/wsdl:port/@binding") == [
        f"tns:CustomBinding_I{service}",
        f"tns:BasicHttpBinding_I{service}",
    ]
    assert sorted(found(root, "wsdl:portType/wsdl:operation/@name")) == sorted(operations.split())
    action = f"{namespace}/I{service}/Execute"
    execute = "wsdl:operation[@name='Execute']"
    assert found(root, f"wsdl:portType/{execute}/*/@wsaw:Action") == [
        action,
        f"{action}Response",
        f"{action}{service}FaultFault",
    ]
    assert found(root, f"wsdl:binding/{execute}/soap12:operation/@soapAction") == [action]
    assert found(root, f"wsdl:binding/{execute}/soap:operation/@soapAction") == [action]


def test_each_binding_has_the_version_of_soap_of_its_endpoint():
    root = tree(ORGANIZATION, "wsdl")
    assert found(root, "//wsdl:port[1]/soap12:address/@location") == [ORGANIZATION]
    assert found(root, "//wsdl:port[2]/soap:address/@location") == [f"{ORGANIZATION}/web"]


@pytest.mark.parametrize("place", ["wsdl0", "wsdl1"])
@pytest.mark.parametrize(
    ("address", "policy"),
    [
        (ORGANIZATION, "CustomBinding_IOrganizationService_policy"),
        (DISCOVERY, "CustomBinding_IDiscoveryService_policy"),
    ],
)
@pytest.mark.covers("wsdl: wsu:Id")
def test_the_policy_is_in_both_documents_under_the_name_clients_ask_for(
    address: str, place: str, policy: str
):
    written = soap_documents.documents(address).document(f"wsdl={place}") or b""
    assert f'<wsp:Policy wsu:Id="{policy}">'.encode() in written
    assert b"<ms-xrm:AuthenticationPolicy xmlns:ms-xrm=" in written
    references = found(etree.fromstring(written), "wsdl:binding/wsp:PolicyReference/@URI")
    assert references == ([f"#{policy}"] if place == "wsdl0" else [])


@pytest.mark.covers("wsdl: AuthenticationPolicy online")
def test_online_there_are_two_ways_to_sign_in():
    root = tree(ORGANIZATION, "wsdl=wsdl0")
    live = f"{ALL}/xrm:AuthenticationPolicy"
    assert found(root, f"{live}/xrm:Authentication") == ["LiveId"]
    service = f"{live}/xrm:SecureTokenService"
    assert found(root, f"{service}/xrm:Identifier") == ["urn:federation:MicrosoftOnline"]
    common = [
        "urn:crmna:dynamics.com",
        "WSTrustFeb2005",
        "TransportWithMessageCredential",
        "MBI_FED_SSL",
        "http://Passport.NET/tb",
    ]
    assert found(root, f"{service}/xrm:LiveTrust/*") == common
    federated = f"{ALL}/xrm2012:AuthenticationPolicy"
    assert found(root, f"{federated}/xrm2012:Authentication") == ["OnlineFederation"]
    trust = f"{federated}/xrm2012:SecureTokenService/xrm2012:OrgTrust"
    assert found(root, f"{trust}/*") == [
        *common,
        f"{STS}/RST2.srf",
        "urn:federation:MicrosoftOnline",
    ]
    names = [etree.QName(each).localname for each in root.xpath(f"{ALL}/*", namespaces=NAMES)]
    assert names == [
        *("FailoverPolicy", "AuthenticationPolicy", "FailoverPolicy", "AuthenticationPolicy"),
        *("FailoverPolicy", "TransportBinding", "SignedSupportingTokens", "Wss11", "Trust13"),
        "UsingAddressing",
    ]


@pytest.mark.covers("wsdl: EndorsingSupportingTokens")
@pytest.mark.parametrize(
    ("deployment", "tokens", "suite", "size", "issuer", "mex"),
    [
        (
            "online",
            "SignedSupportingTokens",
            "TripleDes",
            "192",
            f"{STS}/RST2.srf",
            f"{STS}/v2/wstrust/mex",
        ),
        (
            "federation",
            "EndorsingSupportingTokens",
            "Basic256",
            "256",
            "http://www.w3.org/2005/08/addressing/anonymous",
            f"{STS}/adfs/services/trust/mex",
        ),
    ],
)
def test_where_tokens_are_issued_is_found_by_the_path_clients_walk(
    deployment: str, tokens: str, suite: str, size: str, issuer: str, mex: str
):
    root = tree(ORGANIZATION, "wsdl=wsdl0", deployment=deployment)
    token = f"{ALL}/sp:{tokens}/wsp:Policy/sp:IssuedToken"
    metadata = "wsa:Metadata/wsx:Metadata/wsx:MetadataSection/wsx:MetadataReference/wsa:Address"
    assert found(root, f"{token}/sp:Issuer/{metadata}") == [mex]
    assert found(root, f"{token}/sp:Issuer/wsa:Address") == [issuer]
    template = f"{token}/sp:RequestSecurityTokenTemplate"
    assert found(root, f"{template}/trust:KeySize") == [size]
    assert found(root, f"{template}/trust:SignWith") == [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1"
    ]
    transport = f"{ALL}/sp:TransportBinding/wsp:Policy"
    assert len(root.xpath(f"{transport}/sp:TransportToken//sp:HttpsToken", namespaces=NAMES)) == 1
    assert len(root.xpath(f"{transport}/sp:AlgorithmSuite//sp:{suite}", namespaces=NAMES)) == 1


@pytest.mark.covers("wsdl: AuthenticationPolicy Federation")
def test_with_federation_the_token_service_is_named():
    root = tree(ORGANIZATION, "wsdl=wsdl1", deployment="federation")
    policy = f"{ALL}/xrm:AuthenticationPolicy"
    assert found(root, f"{policy}/xrm:Authentication") == ["Federation"]
    identifier = f"{policy}/xrm:SecureTokenService/xrm:Identifier"
    assert found(root, identifier) == ["http://sts.xrm.test/adfs/services/trust"]
    assert found(root, f"{ALL}/xrm2012:FailoverPolicy") == []


@pytest.mark.parametrize(
    ("account", "kind"),
    [("crm@contoso.test", "Upn"), ("host/crm.contoso.test", "Spn")],
)
@pytest.mark.covers("wsdl: AuthenticationPolicy ActiveDirectory")
def test_with_active_directory_the_one_port_names_the_account(account: str, kind: str):
    how = {"deployment": "activedirectory", "account": account}
    policy = f"{ALL}/xrm:AuthenticationPolicy"
    root = tree(ORGANIZATION, "wsdl=wsdl0", **how)
    assert found(root, f"{policy}/*") == ["ActiveDirectory"]
    assert found(root, "wsdl:binding/@name") == ["CustomBinding_IOrganizationService"]
    root = tree(ORGANIZATION, "wsdl", **how)
    port = "wsdl:service/wsdl:port"
    assert found(root, f"{port}/soap12:address/@location") == [ORGANIZATION]
    assert found(root, f"{port}/wsa:EndpointReference/identity:Identity/identity:{kind}") == [
        account
    ]


@pytest.mark.parametrize(
    ("address", "binding", "keys"),
    [
        (ORGANIZATION, "EndorsingSupportingTokens", 0),
        (ORGANIZATION.replace("https:", "http:"), "SymmetricBinding", 1),
    ],
)
def test_windows_tokens_endorse_over_tls_and_derive_keys_without(
    address: str, binding: str, keys: int
):
    root = tree(address, "wsdl=wsdl0", deployment="activedirectory")
    token = f"{ALL}/sp2005:{binding}//sp2005:SpnegoContextToken"
    assert len(root.xpath(token, namespaces=NAMES)) == 1
    assert len(root.xpath("//sp2005:RequireDerivedKeys", namespaces=NAMES)) == keys
    assert len(root.xpath("//sp2005:TransportBinding", namespaces=NAMES)) == 1 - keys


@pytest.mark.parametrize("query", ["wsdl", "wsdl=wsdl0", "xsd=xsd0", "xsd=xsd2"])
def test_a_document_imports_a_namespace_once(query: str):
    imported = found(tree(ORGANIZATION, query), "//*[local-name() = 'import']/@namespace")
    assert imported
    assert len(imported) == len(set(imported))


@pytest.mark.parametrize("address", [ORGANIZATION, DISCOVERY])
def test_each_schema_is_included_once_and_is_that_of_its_namespace(address: str):
    schemas = tree(address, "wsdl=wsdl1").findall(f".//{XSD}schema")
    assert len(schemas) > 2
    spaces = [each.get("targetNamespace") for each in schemas]
    assert len(set(spaces)) == len(spaces)
    for each in schemas:
        (included,) = each
        assert included.tag == f"{XSD}include"
        _, _, query = (included.get("schemaLocation") or "").partition("?")
        assert tree(address, query).get("targetNamespace") == each.get("targetNamespace")


@pytest.mark.parametrize("address", [ORGANIZATION, DISCOVERY])
def test_what_is_imported_can_be_put_into_the_document_that_imports_it(address: str):
    """The PHP toolkit copies its attributes, and whatever else it imports: it fails at either."""
    assert set(tree(address, "wsdl").attrib) == {"name", "targetNamespace"}
    for query in ("wsdl=wsdl0", "wsdl=wsdl1"):
        root = tree(address, query)
        assert set(root.attrib) == {"targetNamespace"}
        below = [each for each in root.iter("{*}import") if each.getparent() is not root]
        assert not below


@pytest.mark.parametrize("query", ["wsdl=wsdl0", "wsdl=wsdl1", "singleWsdl"])
def test_a_prefix_means_one_namespace_in_all_documents(query: str):
    held = soap_documents.documents()
    meant: dict[bytes, bytes] = {}
    written = [held.document(query) or b""]
    written += [held.document(f"xsd=xsd{number}") or b"" for number in range(3)]
    for document in written:
        for prefix, namespace in re.findall(rb'xmlns:(q\d+)="([^"]+)"', document):
            assert meant.setdefault(prefix, namespace) == namespace
    assert len(meant) > 3
