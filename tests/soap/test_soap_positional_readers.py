"""Descriptions and answers taken apart as clients do that look for places and prefixes.

Each reader here is as narrow as the client it stands for: it knows no namespace where that one
knows none, and asks for a text where that one does.
"""

from collections.abc import Callable
from functools import partial
from xml.dom import minidom

import pytest
from lxml import etree

from support import soap_documents
from support import soap_elements as made
from support.estate import Client, Estate
from support.soap_documents import ORGANIZATION, fetched
from support.soap_elements import DATA, SOAP12
from support.soaping import SVC, WEB, Soap, results

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PAIR = "b:KeyValuePairOfstringanyType"


@pytest.fixture(scope="module")
def stranger(estate: Estate) -> Soap:
    return Soap(Client(estate), path=SVC)


@pytest.fixture(scope="module")
def modern(client: Client) -> Soap:
    return Soap(client, "1.2", SVC)


def get(stranger: Soap, query: str) -> bytes:
    found = stranger.send("GET", query=query)
    assert found.status == 200
    return found.response.body


def named(document: bytes, name: str) -> list[minidom.Element]:
    """Return elements by the text of their names, prefixes and all."""
    return list(minidom.parseString(document).getElementsByTagName(name))


def text_of(element: minidom.Element) -> str:
    (child,) = element.childNodes
    return str(child.data)


@pytest.mark.parametrize("query", ["wsdl=wsdl0", "wsdl=wsdl1"])
@pytest.mark.covers(
    "wsdl: ?wsdl=wsdl0", "wsdl: ?wsdl=wsdl1", "wsdl: names clients know",
    "wsdl: AuthenticationPolicy online",
)  # fmt: skip
def test_javascript_finds_the_policy_by_its_prefix(stranger: Soap, query: str) -> None:
    document = get(stranger, query)
    first = named(document, "ms-xrm:AuthenticationPolicy")[0]
    kinds = [text_of(each) for each in named(document, "ms-xrm:Authentication")]
    assert kinds == ["LiveId", "OnlineFederation"]
    names = [each.tagName for each in first.childNodes]
    assert names == ["ms-xrm:Authentication", "ms-xrm:SecureTokenService"]
    identifier = first.getElementsByTagName("ms-xrm:Identifier")[0]
    assert text_of(identifier) == "urn:federation:MicrosoftOnline"


@pytest.mark.parametrize("query", ["wsdl=wsdl0", "wsdl=wsdl1"])
@pytest.mark.covers("wsdl: AuthenticationPolicy Federation", "wsdl: AuthenticationPolicy online")
@pytest.mark.parametrize("deployment", ["online", "federation"])
def test_a_path_from_the_root_leads_to_the_identifier(query: str, deployment: str) -> None:
    """Python, Lua and R ask for the policy straight below the root of wsdl0."""
    held = soap_documents.documents(deployment=deployment)
    root = etree.fromstring(fetched(held, f"{ORGANIZATION}?{query}"))
    found = root
    for name in ("Policy", "ExactlyOne", "All", "AuthenticationPolicy", "SecureTokenService"):
        found = next(child for child in found if etree.QName(child).localname == name)
    assert etree.QName(found[0]).localname == "Identifier"
    if deployment == "federation":
        assert (found[0].text or "").endswith("/adfs/services/trust")


def follow(fetch: Callable[[str], bytes], address: str) -> dict[str, bytes]:
    """Fetch what a document imports, by the text of the location, until nothing is new."""
    found: dict[str, bytes] = {}
    waiting = [address]
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found[place] = fetch(place)
        for name in ("wsdl:import", "xs:import", "xsd:import"):
            for element in named(found[place], name):
                location = element.getAttribute("location") or element.getAttribute(
                    "schemaLocation"
                )
                assert location.startswith("https://")
                waiting.append(location)
    return found


@pytest.mark.covers("wsdl: absolute locations", "wsdl: wsu:Id", "wsdl: ?xsd=xsdN")
def test_php_merges_every_import_and_finds_the_policy(stranger: Soap) -> None:
    address = f"{stranger.client.estate.organization.url}{SVC[1:]}"

    def fetch(place: str) -> bytes:
        base, _, query = place.partition("?")
        assert base == address
        return get(stranger, query)

    whole = follow(fetch, f"{address}?wsdl")
    assert len(whole) == 3
    ports = [port for each in whole.values() for port in named(each, "wsdl:port")]
    (modern_port,) = [port for port in ports if port.childNodes[0].tagName == "soap12:address"]
    binding = modern_port.getAttribute("binding").removeprefix("tns:")
    (found,) = [
        each
        for document in whole.values()
        for each in named(document, "wsdl:binding")
        if each.getAttribute("name") == binding
    ]
    reference = found.getElementsByTagName("wsp:PolicyReference")[0].getAttribute("URI")
    ids = [
        each.getAttribute("wsu:Id")
        for document in whole.values()
        for each in named(document, "wsp:Policy")
        if each.hasAttribute("wsu:Id")
    ]
    assert reference[1:] in ids


@pytest.mark.covers("wsdl: names clients know", "wsdl: EndorsingSupportingTokens")
@pytest.mark.parametrize("deployment", ["federation", "online"])
def test_data8_finds_its_port_by_the_text_of_the_binding(deployment: str) -> None:
    held = soap_documents.documents(deployment=deployment)
    whole = follow(partial(fetched, held), f"{ORGANIZATION}?wsdl")
    policies = [each for d in whole.values() for each in named(d, "wsp:Policy")]
    ids = {each.getAttribute("wsu:Id") for each in policies if each.hasAttribute("wsu:Id")}
    bindings = [each for d in whole.values() for each in named(d, "wsdl:binding")]
    ports = [each for d in whole.values() for each in named(d, "wsdl:port")]
    (binding,) = [
        each
        for each in bindings
        if any(
            child.getAttribute("URI")[1:] in ids
            for child in each.getElementsByTagName("wsp:PolicyReference")
        )
    ]
    (port,) = [
        each
        for each in ports
        if each.getAttribute("binding") == f"tns:{binding.getAttribute('name')}"
    ]
    address = port.getElementsByTagName("soap12:address")[0].getAttribute("location")
    assert address == ORGANIZATION
    tokens = {"federation": "sp:EndorsingSupportingTokens", "online": "sp:SignedSupportingTokens"}
    assert any(each.getElementsByTagName(tokens[deployment]) for each in policies)


def element_at(node: minidom.Node, *places: int) -> minidom.Element:
    """Return what is at a place among all nodes: a blank between elements would shift it."""
    for place in places:
        node = node.childNodes[place]
    assert isinstance(node, minidom.Element)
    return node


@pytest.mark.covers("soap fault: OrganizationServiceFault", "soap fault: InnerFault")
def test_data8_reads_a_fault_strictly_in_order(modern: Soap) -> None:
    document = modern.delete("account", "93f0325c-a592-e311-b7f3-6c3be5a8a0c8").response.body
    (fault,) = named(document, "s:Fault")
    assert [each.tagName for each in fault.childNodes] == ["s:Code", "s:Reason", "s:Detail"]
    assert text_of(element_at(fault, 0, 0)) == "s:Sender"
    assert element_at(fault, 1, 0).tagName == "s:Text"
    detail = element_at(fault, 2, 0)
    assert (detail.tagName, detail.getAttribute("xmlns")) == ("OrganizationServiceFault", DATA)
    names = [each.tagName for each in detail.childNodes]
    known = ["ErrorCode", "ErrorDetails", "Message", "Timestamp", "InnerFault", "TraceText"]
    assert [name for name in names if name in known] == known
    code = element_at(detail, names.index("ErrorCode"))
    assert int(text_of(code)) == -2147220969
    assert text_of(element_at(detail, names.index("Timestamp"))).endswith("Z")


@pytest.mark.covers("soap fault: InvalidSecurity", "soap fault: ActionNotSupported")
def test_a_subcode_declares_its_own_prefix(estate: Estate, modern: Soap) -> None:
    """PHP looks up the prefix of WS-Security from the value, and compares the text."""
    refused = Soap(Client(estate), "1.2", SVC).execute("WhoAmI").response.body
    (fault,) = named(refused, "s:Fault")
    code = element_at(fault, 0)
    assert [each.tagName for each in code.childNodes] == ["s:Value", "s:Subcode"]
    value = element_at(code, 1, 0)
    prefix, _, name = text_of(value).partition(":")
    assert (name, value.getAttribute(f"xmlns:{prefix}")) == ("InvalidSecurity", WSSE)
    unknown = modern.call("Explode").response.body
    value = element_at(named(unknown, "s:Fault")[0], 0, 1, 0)
    prefix, _, name = text_of(value).partition(":")
    assert name == "ActionNotSupported"
    assert value.hasAttribute(f"xmlns:{prefix}")


def test_php_reads_the_action_and_the_prefix_of_the_envelope(modern: Soap) -> None:
    """Its paths begin with s:Envelope, without saying what s is."""
    document = minidom.parseString(
        modern.delete("account", "93f0325c-a592-e311-b7f3-6c3be5a8a0c8").response.body
    )
    root = document.documentElement
    assert (root.tagName, root.getAttribute("xmlns:s")) == ("s:Envelope", SOAP12)
    header = element_at(root, 0)
    assert text_of(header.getElementsByTagName("a:Action")[0]).endswith(
        "/IOrganizationService/DeleteOrganizationServiceFaultFault"
    )
    assert element_at(root, 1, 0).tagName == "s:Fault"


def ruby_pairs(held: minidom.Element) -> dict[str, object]:
    """Return values as Ruby reads them: its prefix is the first one declared on the parent."""
    declared = [name for name in held.attributes.keys() if name.startswith("xmlns:")]  # noqa: SIM118
    prefix = declared[0].removeprefix("xmlns:") if declared else "c"
    found: dict[str, object] = {}
    for pair in held.childNodes:
        (key,) = pair.getElementsByTagName(f"{prefix}:key")
        value = next(each for each in pair.childNodes if each.tagName == f"{prefix}:value")
        kind = value.getAttribute("i:type")
        if kind in ("b:OptionSetValue", "b:Money"):
            found[text_of(key)] = text_of(value.firstChild)
        elif kind == "b:EntityReference":
            names = [each.tagName for each in value.childNodes]
            found[text_of(key)] = text_of(value.childNodes[names.index("b:Name")])
        else:
            assert kind in ("d:boolean", "d:decimal", "d:dateTime", "d:int", "d:string", "d:guid")
            found[text_of(key)] = text_of(value)
    return found


def test_ruby_reads_values_by_prefix(modern: Soap) -> None:
    contact = modern.created("contact", {"lastname": made.string("Anderson")})
    values = {
        "name": made.string("Adventure Works"),
        "creditonhold": made.simple("boolean", "true"),
        "revenue": made.money("60000"),
        "numberofemployees": made.simple("int", 43),
        "industrycode": made.option(7),
        "primarycontactid": made.reference("contact", contact),
    }
    key = modern.created("account", values)
    document = modern.retrieve("account", key, *values).response.body
    (held,) = named(document, "b:Attributes")
    found = ruby_pairs(held)
    assert found.pop("revenue") in ("60000", "60000.00", "60000.0000")
    assert found == {
        "accountid": key,
        "name": "Adventure Works",
        "creditonhold": "true",
        "numberofemployees": "43",
        "industrycode": "7",
        "primarycontactid": "Anderson",
    }


def test_java_and_lua_find_results_by_prefix(modern: Soap) -> None:
    """The first child of a pair is its key, with nothing before it; b is the data's prefix."""
    reply = modern.execute("WhoAmI", kind="c:WhoAmIRequest")
    pairs = named(reply.response.body, PAIR)
    found = {text_of(element_at(pair, 0)): text_of(element_at(pair, 1)) for pair in pairs}
    assert found == results(reply)
    assert named(reply.response.body, "b:Results")
    assert [each.tagName for each in pairs[0].childNodes] == ["d:key", "d:value"]


def test_a_page_of_the_old_web_client_knows_the_prefix_a(client: Client) -> None:
    """Over SOAP 1.1 without addressing the data's prefix is a: `//a:Results/a:KeyValue…`."""
    document = Soap(client, path=WEB).execute("WhoAmI", kind="c:WhoAmIRequest").response.body
    (held,) = named(document, "a:Results")
    assert len(held.getElementsByTagName(PAIR.replace("b:", "a:"))) == 3
