"""The old online chain: GetUserRealm.srf and RST2.srf, as clients of before 2016 speak to them."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from support.federating import AUDIENCE, DOMAIN, PASSIVE, TRUST, Federated
from support.signing_in import PASSWORD, cheap_passwords
from xrm.model.secret import Secret
from xrm.sts import online
from xrm.sts.faces.entra import mount
from xrm.sts.registration.people import set_user_enabled
from xrm.wire import saml, xmldsig, xmlenc
from xrm.wire.http import Request, Response
from xrm.wire.saml import claim_types
from xrm.wire.soap.envelope import write_request
from xrm.wire.wssecurity import writing
from xrm.wire.wstrust import TRUST_2005, RequestSecurityToken, mex
from xrm.wire.wstrust import write_request as write_body
from xrm.wire.xml import parse

FRED, MARIA = f"fred@{DOMAIN}", "maria@contoso.example"
REGION = "urn:crmna:dynamics.com"
SOAP = (("content-type", "application/soap+xml; charset=utf-8"),)
BASE = "https://localhost:8443"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
FAILED = "FailedAuthentication"


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Any]:
    built = build_world(tmp_path_factory.mktemp("online"))
    built.realm = Federated.open(built)
    yield built
    built.service.close()
    built.database.close()


def members(world: Any, login: str, **more: str) -> Any:
    return world.post("/GetUserRealm.srf", {"login": login, **more})


def test_the_realm_of_a_federated_name(world: Any) -> None:
    answer = members(world, FRED, xml="1")
    assert answer.header("content-type") == "text/xml; charset=utf-8"
    root = parse(answer.body)
    assert (root.tag, root.get("Success")) == ("RealmInfo", "true")
    found = {child.tag: child.text for child in root}
    assert found.pop("AuthURL").startswith(f"{PASSIVE}?username=fred%40")
    assert found == {
        "State": "3",
        "UserState": "2",
        "Login": FRED,
        "NameSpaceType": "Federated",
        "DomainName": DOMAIN,
        "FederationGlobalVersion": "-1",
        "IsFederatedNS": "true",
        "STSAuthURL": f"{TRUST}/2005/usernamemixed",
        "FederationBrandName": "Corp",
        "MEXURL": f"{TRUST}/mex",
    }
    # Clients look for these very texts.
    assert b"<IsFederatedNS>true</IsFederatedNS>" in answer.body
    assert f"<STSAuthURL>{TRUST}/2005/usernamemixed</STSAuthURL>".encode() in answer.body


@pytest.mark.parametrize(
    ("login", "kind"),
    [(MARIA, "Managed"), ("x@nowhere.example", "Unknown"), ("maria", "Unknown"), ("@", "Unknown")],
)
def test_the_realm_of_other_names(world: Any, document: Any, login: str, kind: str) -> None:
    assert b"<IsFederatedNS>false</IsFederatedNS>" in members(world, login, xml="1").body
    found = document(members(world, login))
    assert (found["NameSpaceType"], found["Login"]) == (kind, login)
    assert found["CloudInstanceIssuerUri"] == AUDIENCE
    assert document(world.get("/getuserrealm.SRF", f"login={login}")) == found


def test_what_is_no_question_for_a_realm(world: Any, document: Any) -> None:
    assert document(world.post("/GetUserRealm.srf", {}))["error_codes"] == [900144]
    assert document(members(world, "a\x00@b"))["error_codes"] == [90023]
    assert document(members(world, "a" * 300))["error_codes"] == [90023]
    assert b"<a>" not in members(world, "<a>@b", xml="1").body


class Asked:
    """A message to RST2.srf, put together as clients do."""

    def __init__(self, world: Any, *proofs: etree._Element, **members: Any) -> None:
        self.world = world
        self.members = {"applies_to": REGION, **members}
        self.created = members.pop("created", world.clock())
        self.members.pop("created", None)
        self.proofs = proofs

    def send(self, path: str = "/RST2.srf") -> Response:
        header = writing.security_header(writing.timestamp(self.created), *self.proofs)
        body = write_body(RequestSecurityToken(version=TRUST_2005, **self.members))
        message = write_request(
            body,
            version="1.2",
            action=TRUST_2005.request_action("issue"),
            to=f"{BASE}{path}",
            message_id="urn:uuid:1",
            headers=(writing.header_text(header),),
        )
        answer: Response = self.world.send("POST", path, headers=SOAP, body=message)
        return answer


def named(name: str = MARIA, password: str = PASSWORD) -> etree._Element:
    return writing.username_token(name, Secret(password), token_id="user")


def subcode(answer: Response) -> str:
    assert answer.status == 500, answer.body
    root = parse(answer.body)
    return (root.findtext(".//{*}Subcode/{*}Value") or "").rpartition(":")[2]


def opened(world: Any, answer: Response) -> saml.Assertion:
    """Return what the token says to who can open it."""
    assert answer.status == 200, answer.body
    token = parse(answer.body).find(f".//{xmlenc.ENCRYPTED_DATA}")
    assert token is not None
    (key, *_) = online.private_keys(world.service, world.realm.tenant)
    certificates = world.service.keys.certificates()
    element = xmldsig.verify_enveloped(
        xmlenc.decrypt(token, key, tripledes=True), certificates=certificates
    )
    return saml.read(element, key=key)


def test_the_token_of_a_managed_person(world: Any) -> None:
    answer = Asked(world, named()).send()
    found = opened(world, answer)
    assert found.issuer == f"{BASE}/{world.realm.tenant.tenant_id}/"
    assert found.audiences == (REGION,)
    assert found.values(claim_types.UPN) == (MARIA,)
    assert found.not_on_or_after - found.not_before == 8 * 3600
    root = parse(answer.body)
    response = root.find(f".//{{{WST}}}RequestSecurityTokenResponse")
    assert response is not None
    assert [etree.QName(child).localname for child in response] == [
        "TokenType",
        "AppliesTo",
        "Lifetime",
        "RequestedSecurityToken",
        "RequestedAttachedReference",
        "RequestedUnattachedReference",
        "RequestedProofToken",
    ]
    proof = response.findtext(f".//{{{WST}}}BinarySecret")
    assert found.confirmation.secret is not None
    assert base64.b64decode(proof or "") == found.confirmation.secret
    assert len(found.confirmation.secret) == 24


def test_the_shape_that_clients_take_apart(world: Any) -> None:
    """By prefix and position: the first key identifier is the key's, the first cipher the key."""
    text = Asked(world, named()).send().body.decode()
    assert text.index("X509SubjectKeyIdentifier") < text.index("SAMLAssertionID")
    assert "<wsse:KeyIdentifier" in text
    assert 'Id="Assertion0"' in text
    assert "http://www.w3.org/2001/04/xmlenc#tripledes-cbc" in text
    root = parse(text.encode())
    ciphers = [len(each.text or "") for each in root.iter("{*}CipherValue")]
    assert ciphers[0] == 344 < ciphers[1]
    (requested,) = root.iter(f"{{{WST}}}RequestedSecurityToken")
    assert not requested.text


def test_the_token_of_a_federated_person(world: Any) -> None:
    realm = world.realm
    token = realm.token(id="_online-1")
    found = opened(world, Asked(world, token).send())
    assert found.values(claim_types.UPN) == (FRED,)
    # It was redeemed: here, and everywhere else.
    assert subcode(Asked(world, token).send()) == FAILED
    assert realm.redeem(token).refusal == (400, "invalid_grant", 50008)


def test_at_the_tenants_own_address(world: Any) -> None:
    tenant = world.realm.tenant.tenant_id
    opened(world, Asked(world, named()).send(f"/{tenant}/RST2.srf"))
    opened(world, Asked(world, named()).send("/contoso.example/rst2.srf"))
    assert subcode(Asked(world, named()).send("/nowhere.example/rst2.srf")) == "InvalidRequest"


def test_for_an_organization_by_its_address(world: Any) -> None:
    found = opened(world, Asked(world, named(), applies_to="https://localhost:8444").send())
    assert found.audiences == ("https://localhost:8444/",)


@pytest.mark.parametrize(
    "changes",
    [
        {"applies_to": None},
        {"applies_to": "urn:federation:MicrosoftOnline"},
        {"applies_to": "urn:crmna:dynamics.com.evil.example"},
        {"applies_to": "https://elsewhere.example/"},
        {"applies_to": "https://graph.microsoft.com/"},
        {"key": "public"},
        {"operation": "validate"},
    ],
)
def test_what_is_not_issued(world: Any, changes: dict[str, Any]) -> None:
    assert subcode(Asked(world, named(), **changes).send()) == "InvalidRequest"


def test_who_proves_nobody(world: Any) -> None:
    realm = world.realm
    cases = {
        "a wrong password": [named(password="Not-it-7")],
        "nobody's name": [named("nobody@contoso.example")],
        "a federated person's password": [named(FRED)],
        "another key": [realm.token(key="somebody else", id="_online-2")],
        "another audience": [realm.token(audiences=(REGION,), id="_online-3")],
        "a managed person's assertion": [realm.token(person=realm.maria, id="_online-4")],
        "both": [named(), realm.token(id="_online-5")],
    }
    for what, proofs in cases.items():
        assert subcode(Asked(world, *proofs).send()) == FAILED, what


def test_messages_that_are_not_in_order(world: Any) -> None:
    now = world.clock()
    for created in (now - 3600, now + 3600):
        assert subcode(Asked(world, named(), created=created).send()) == "InvalidSecurity"
    assert subcode(Asked(world).send()) == FAILED
    for headers, body, status in (
        (SOAP, b"<a", 400),
        (SOAP, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 400),
        ((("content-type", "text/xml"),), b"<a/>", 415),
        ((*SOAP, ("content-encoding", "gzip")), b"", 415),
    ):
        found = world.send("POST", "/RST2.srf", headers=headers, body=body)
        assert found.status == status, body[:20]
    assert world.get("/RST2.srf").status == 405
    head = Request("POST", "/RST2.srf", "", SOAP)
    assert mount(world.service).route(head).too_large(head).status == 413


def test_passwords_are_counted_as_everywhere(fresh: Any) -> None:
    realm = Federated.open(fresh)
    for number in range(12):
        Asked(fresh, named(password=f"Guess-{number}")).send()
    assert subcode(Asked(fresh, named()).send()) == FAILED
    fresh.clock.now += 3600
    assert Asked(fresh, named()).send().status == 200
    set_user_enabled(fresh.service, realm.maria, enabled=False)
    assert subcode(Asked(fresh, named()).send()) == FAILED


def test_the_description_names_the_endpoint(world: Any) -> None:
    tenant = world.realm.tenant.tenant_id
    answer = world.get(f"/{tenant}/v2/wstrust/mex")
    (found,) = mex.read(answer.body)
    assert (found.version, found.credential) == (TRUST_2005, "username")
    assert found.address == f"{BASE}/{tenant}/RST2.srf"
    assert world.get("/common/v2/wstrust/mex").status in (400, 404)
