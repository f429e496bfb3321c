"""Who is told where to sign in, and what anybody may read."""

from dataclasses import replace

import pytest
from lxml import etree

from support.estate import STS, TENANT, URL, Client, Estate
from support.soap_elements import SERVICES, columns, expression, order
from support.soaping import SVC, WEB, Soap, action_of, envelope
from xrm.db import StepBudgetExceeded, budget
from xrm.org.faces.soap import mount
from xrm.wire.http import Request

CHALLENGE = f"Bearer authorization_uri={STS}/{TENANT}/oauth2/authorize, resource_id={URL}"
NEW, OLD = "9.2.25063.1", "6.0.0002.0000"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
BODY = f'<Execute xmlns="{SERVICES}"><request/></Execute>'


@pytest.fixture
def stranger(estate: Estate) -> Soap:
    """A caller without a token."""
    return Soap(Client(estate), path=SVC)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["SdkClientVersion", "SDKClientVersion", "sdkclientversion"])
@pytest.mark.parametrize(
    "headers", [(), (("authorization", "Bearer"),), (("authorization", "Bearer "),)]
)
@pytest.mark.covers(
    "authority discovery: SdkClientVersion in the query",
    "authority discovery: in any letter case",
    "authority discovery: with an empty Bearer header",
    "authority discovery: authorization_uri and resource_id",
)
def test_a_modern_client_is_told_where_to_sign_in(
    stranger: Soap, method: str, name: str, headers: tuple[tuple[str, str], ...]
) -> None:
    for path in (SVC, WEB, SVC.lower(), WEB.upper()):
        found = replace(stranger, path=path).send(method, query=f"{name}={NEW}", headers=headers)
        assert found.status == 401
        assert found.response.header("www-authenticate") == CHALLENGE
        assert found.response.body == b"HTTP Error 401 - Unauthorized: Access is denied"
        assert found.response.header("access-control-allow-origin") is None


@pytest.mark.covers("authority discovery: version too low")
@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("6.0.2.1", True),
        ("6.0.0002.0001", True),
        ("6.1", True),
        ("7.0", True),
        ("10.0.0.0", True),
        (OLD, False),
        ("6.0.2", False),
        ("6.0.1.9999", False),
        ("5.9.9.9", False),
        ("9", False),
        ("", False),
        ("9.x", False),
        ("9.0.0.0.0", False),
        ("-9.0", False),
        ("99999999999999999999.0", False),
    ],
)
def test_only_versions_above_the_documented_one_are_told(
    stranger: Soap, version: str, told: bool
) -> None:
    found = stranger.send("GET", query=f"SdkClientVersion={version}")
    assert found.status == (401 if told else 200)
    web = replace(stranger, path=WEB).send("GET", query=f"SdkClientVersion={version}")
    assert web.status == 401


@pytest.mark.covers("authority discovery: the endpoint /web always")
def test_the_endpoint_of_bearer_tokens_always_challenges(stranger: Soap) -> None:
    for method in ("GET", "POST"):
        found = replace(stranger, path=WEB).send(method)
        assert (found.status, found.response.header("www-authenticate")) == (401, CHALLENGE)


@pytest.mark.covers("authority discovery: an invalid token")
@pytest.mark.parametrize("path", [SVC, WEB])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bad_token_is_refused_with_its_reason(estate: Estate, path: str, method: str) -> None:
    found = Soap(Client(estate, "not.a.token"), path=path).send(method)
    challenge = found.response.header("www-authenticate") or ""
    assert found.status == 401
    assert challenge.startswith("Bearer error=invalid_token, error_description=")
    assert challenge.endswith(CHALLENGE.removeprefix("Bearer "))


def _post(stranger: Soap, headers: str, version: str = "1.2") -> str:
    action = action_of("Execute")
    document = envelope(BODY, version=version, headers=headers, action=action)
    kind = "application/soap+xml" if version == "1.2" else "text/xml"
    sent = (("content-type", f"{kind}; charset=utf-8"), ("soapaction", f'"{action}"'))
    return stranger.post(document, sent).subcode


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.covers(
    "soap fault: InvalidSecurity",
    "soap fault: FailedAuthentication",
    "authority discovery: without a version",
)
def test_a_message_without_proof_is_refused_as_an_online_service_does(
    stranger: Soap, version: str
) -> None:
    timestamp = f'<o:Security xmlns:o="{WSSE}"><u:Timestamp xmlns:u="urn:u"/></o:Security>'
    token = f'<o:Security xmlns:o="{WSSE}"><Assertion xmlns="urn:saml"/></o:Security>'
    assert _post(stranger, "", version) == "InvalidSecurity"
    assert _post(stranger, timestamp, version) == "InvalidSecurity"
    assert _post(stranger, token, version) == "FailedAuthentication"


@pytest.mark.covers("soap header: Security with a Timestamp alone")
def test_a_token_that_nobody_checks_is_refused_beside_a_good_one(soap: Soap) -> None:
    token = f'<o:Security xmlns:o="{WSSE}"><Assertion xmlns="urn:saml"/></o:Security>'
    assert _post(soap, token) == "FailedAuthentication"
    timestamp = f'<o:Security xmlns:o="{WSSE}"><u:Timestamp xmlns:u="urn:u"/></o:Security>'
    reply = Soap(soap.client).call(
        "Execute", '<request i:type="c:WhoAmIRequest"/>', soap_headers=timestamp
    )
    assert reply.status == 200


@pytest.mark.parametrize(
    "query",
    [
        "wsdl",
        "WSDL",
        "wsdl=wsdl0",
        "Wsdl=wsdl1",
        "singleWsdl",
        "SINGLEWSDL",
        "xsd=xsd0",
        "XSD=xsd1",
    ],
)
@pytest.mark.covers("wsdl: case-insensitive queries, without a token")
def test_anybody_may_read_the_description(stranger: Soap, query: str) -> None:
    found = stranger.send("GET", query=query)
    assert (found.status, found.response.header("content-type")) == (200, "text/xml; charset=utf-8")
    root = etree.fromstring(found.response.body)
    assert etree.QName(root).localname == ("schema" if "xsd" in query.lower() else "definitions")


@pytest.mark.covers("wsdl: every message")
def test_the_description_knows_every_message(stranger: Soap) -> None:
    found = stranger.send("GET", query="singleWsdl").response.body.decode()
    for name in (
        "WhoAmIRequest",
        "WhoAmIResponse",
        "CreateMultipleRequest",
        "ExecuteMultipleResponse",
    ):
        assert f'name="{name}"' in found


@pytest.mark.covers("soap form: browser page")
def test_a_browser_is_shown_a_page(stranger: Soap) -> None:
    for path in (SVC, f"{SVC}/"):
        found = replace(stranger, path=path).send("GET")
        assert (found.status, found.response.header("content-type")) == (
            200,
            "text/html; charset=utf-8",
        )
        assert b"Organization.svc?wsdl" in found.response.body
    assert stranger.send("GET", query="xsd=nosuch").status == 200


@pytest.mark.covers("soap form: no CORS")
def test_what_is_no_call_is_refused(soap: Soap) -> None:
    assert soap.send("GET").status == 400
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        found = replace(soap, path=SVC).send(method)
        assert (found.status, found.response.header("allow")) == (405, "GET, HEAD, POST")
        assert not [
            name for name, _ in found.response.headers if name.lower().startswith("access-control")
        ]


def test_nothing_lies_below_the_service(soap: Soap) -> None:
    for below in ("/other", "/web/other", "/webs"):
        assert replace(soap, path=f"{SVC}{below}").send("POST").status == 404


def test_an_expensive_question_leaves_the_event_loop(soap: Soap) -> None:
    asked = expression("lead", columns("subject"), orders=order("subject", "Descending"))
    with budget.limited(1000), pytest.raises(StepBudgetExceeded):
        soap.query(asked)
    with budget.limited(10**9):
        assert soap.query(asked).status == 200


def test_only_small_questions_run_on_the_event_loop(client: Client) -> None:
    service = mount(client.estate.organization)

    def lane(operation: str, length: str = "500", kind: str = "text/xml") -> str:
        action = action_of(operation)
        said = (("soapaction", f'"{action}"'),) if kind == "text/xml" else ()
        kind = kind if said else f'{kind}; charset=utf-8; action="{action}"'
        headers = (("content-type", kind), ("content-length", length), *said)
        return service.route(Request("POST", WEB, "", headers)).lane

    for kind in ("text/xml", "application/soap+xml"):
        assert lane("Retrieve", kind=kind) == "inline"
        assert lane("Create", kind=kind) == "turn"
    assert [lane(name) for name in ("Update", "Delete", "Associate", "Disassociate")] == [
        "turn"
    ] * 4
    assert [lane("RetrieveMultiple"), lane("RetrieveMultiple", "9999999")] == ["inline", "pool"]
    assert [lane("Execute"), lane("Other"), lane("Retrieve", "")] == ["pool"] * 3
    assert service.route(Request("GET", SVC, "wsdl")).lane == "pool"


def test_a_body_too_large_is_refused(client: Client) -> None:
    head = Request("POST", WEB, "", (("content-type", "text/xml"),))
    route = mount(client.estate.organization).route(head)
    assert route.limit == 16 * 1024 * 1024
    assert route.too_large(head).status == 413
