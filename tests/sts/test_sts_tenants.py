"""Applications between tenants: who is known where, who is disabled where, what consent does."""

from dataclasses import dataclass, replace
from typing import Any

import jwt
import pytest

from support.credentials import signed
from xrm.sts import manifest, registration
from xrm.sts.first_party import SAMPLE_CLIENT
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION, PERSONAL_AUDIENCES

ORGANIZATION = "https://localhost:8444/"
GRAPH = "https://graph.microsoft.com"


@dataclass
class Two:
    """Contoso's world, Fabrikam beside it, and an application of Contoso's for many tenants."""

    world: Any
    fabrikam: Any
    shared: Any
    secret: Any

    def ask(self, segment="fabrikam.example", version="v1", **changes):
        given = {
            "client_id": str(self.shared.application_id),
            "client_secret": self.secret.reveal(),
            **({"resource": GRAPH} if version == "v1" else {"scope": f"{GRAPH}/.default"}),
            **changes,
        }
        return self.world.post(self.world.path(version, segment), self.world.form(version, **given))


def make(world, name, **members):
    return registration.create_application(
        world.service, world.tenant, name=name, amend=lambda one: replace(one, **members)
    )


@pytest.fixture
def two(fresh):
    fabrikam = registration.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    shared = make(fresh, "Shared", audience="AzureADMultipleOrgs")
    secret = registration.add_secret(fresh.service, shared, description="x").secret
    return Two(fresh, fabrikam, shared, secret)


@pytest.fixture
def ask(two, document):
    """Return the claims of a token, or the number of the refusal."""

    def asking(*arguments, **changes):
        found = document(two.ask(*arguments, **changes))
        if "error_codes" in found:
            return found["error_codes"]
        return jwt.decode(found["access_token"], options={"verify_signature": False})

    return asking


def test_consent_lets_it_in_and_its_withdrawal_puts_it_out(two, ask):
    service, application_id = two.world.service, two.shared.application_id
    assert ask() == [700016]
    principal = registration.create_principal(service, two.fabrikam, application_id)
    claims = ask()
    assert claims["tid"] == str(two.fabrikam.tenant_id)
    assert claims["iss"] == f"https://localhost:8443/{two.fabrikam.tenant_id}/"
    assert claims["oid"] == claims["sub"] == str(principal.object_id)
    assert claims["appid"] == str(application_id)
    registration.delete_principal(service, principal)
    assert ask() == [700016]
    # At home nothing of it mattered.
    home = registration.find_principal(service, two.world.tenant, application_id)
    assert ask("contoso.example")["oid"] == str(home.object_id)
    assert registration.create_principal(service, two.fabrikam, application_id) != principal
    assert isinstance(ask(), dict)


def test_by_certificate_in_another_tenant(two, ask, pair, document):
    service, world = two.world.service, two.world
    registration.add_certificate(service, two.shared, pair.der)
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    client_id = str(two.shared.application_id)

    def at(segment, audience):
        claims = world.claims(iss=client_id, sub=client_id)
        claims["aud"] = f"https://localhost:8443/{audience}/oauth2/token"
        form = world.asserting(signed(pair, claims), client_id=client_id, resource=GRAPH)
        return document(world.post(world.path("v1", segment), form))

    found = jwt.decode(
        at("fabrikam.example", "fabrikam.example")["access_token"],
        options={"verify_signature": False},
    )
    assert (found["tid"], found["appidacr"]) == (str(two.fabrikam.tenant_id), "2")
    # One made for home is not taken elsewhere.
    assert at("fabrikam.example", "contoso.example")["error_codes"] == [700023]
    assert at("contoso.example", "fabrikam.example")["error_codes"] == [700023]


def test_a_single_tenant_application_is_not_taken_in(two, ask, document):
    world = two.world
    with pytest.raises(registration.RegistrationError, match="own tenant"):
        registration.create_principal(world.service, two.fabrikam, world.application.application_id)
    answer = world.post(world.path("v1", "fabrikam.example"), world.form(resource=GRAPH))
    assert document(answer)["error_codes"] == [700016]


def test_an_application_made_single_tenant_again_is_out(two, ask):
    service = two.world.service
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    assert isinstance(ask(), dict)
    registration.amend_application(
        service, two.shared, lambda one: replace(one, audience="AzureADMyOrg")
    )
    assert ask() == [700016]
    assert isinstance(ask("contoso.example"), dict)


def test_disabled_in_one_tenant_it_works_in_the_other(two, ask):
    service = two.world.service
    principal = registration.create_principal(service, two.fabrikam, two.shared.application_id)
    registration.set_principal_enabled(service, principal, enabled=False)
    assert ask() == [7000112]
    assert isinstance(ask("contoso.example"), dict)
    registration.set_principal_enabled(service, principal, enabled=True)
    assert isinstance(ask(), dict)


def test_disabled_at_home_it_works_nowhere(two, ask):
    service = two.world.service
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    registration.set_enabled(service, two.shared, enabled=False)
    assert ask() == ask("contoso.example") == [7000112]


def test_deleted_at_home_it_is_known_nowhere(two, ask):
    service = two.world.service
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    assert isinstance(ask(), dict)
    registration.delete_application(service, two.shared)
    assert ask() == ask("contoso.example") == [700016]
    assert ask("common") == [700016]


def test_without_a_principal_at_home(two, document):
    service = two.world.service
    home = registration.find_principal(service, two.world.tenant, two.shared.application_id)
    registration.delete_principal(service, home)
    answer = two.ask("contoso.example")
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (
        *(401, "invalid_client"),
        [7000229],
    )


def test_an_organization_of_another_tenant_is_not_there(two, ask):
    service = two.world.service
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    assert ask("contoso.example", resource=ORGANIZATION)["aud"] == ORGANIZATION
    assert ask(resource=ORGANIZATION) == [500011]
    # Dynamics itself is in every tenant.
    assert ask(resource=str(CRM_APPLICATION))["tid"] == str(two.fabrikam.tenant_id)


def test_an_api_of_another_tenant_is_there_once_it_is_taken_in(two, ask):
    service, world = two.world.service, two.world
    api = make(world, "Api", audience="AzureADMultipleOrgs", token_version=2)
    registration.create_principal(service, two.fabrikam, two.shared.application_id)
    name = str(api.application_id)
    assert ask(resource=name) == [500011]
    registration.create_principal(service, two.fabrikam, api.application_id)
    claims = ask(resource=name)
    assert (claims["aud"], claims["ver"], claims["azpacr"]) == (name, "2.0", "1")
    assert claims["iss"] == f"https://localhost:8443/{two.fabrikam.tenant_id}/v2.0"


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("segment", "client", "error", "number"),
    [
        ("common", "single", "invalid_request", 50194),
        ("organizations", "single", "invalid_request", 50194),
        ("COMMON", "single", "invalid_request", 50194),
        ("common", "shared", "invalid_request", 50059),
        ("organizations", "shared", "invalid_request", 50059),
        ("common", "personal", "invalid_request", 9002331),
        ("organizations", "personal", "invalid_request", 9002331),
        ("common", "nobody", "unauthorized_client", 700016),
        ("organizations", "no GUID", "unauthorized_client", 700016),
        ("common", "nil", "unauthorized_client", 700038),
        ("consumers", "single", "invalid_request", 9001023),
        ("consumers", "shared", "invalid_request", 9001023),
        ("consumers", "nobody", "invalid_request", 9001023),
        ("9188040d-6c67-4c5b-b112-36a304b66dad", "shared", "invalid_request", 9001023),
        ("9188040D-6C67-4C5B-B112-36A304B66DAD", "single", "invalid_request", 9001023),
        ("contoso.example", "personal", "invalid_request", 9002346),
        ("fabrikam.example", "personal", "invalid_request", 9002346),
    ],
)
def test_shared_segments_and_personal_applications(
    two, document, version, segment, client, error, number
):
    personal = make(two.world, "Personal", audience="PersonalMicrosoftAccount", token_version=2)
    client_id = {
        "single": str(two.world.application.application_id),
        "shared": str(two.shared.application_id),
        "personal": str(personal.application_id),
        "nobody": "11111111-2222-3333-4444-555555555555",
        "no GUID": "nobody",
        "nil": "00000000-0000-0000-0000-000000000000",
    }[client]
    answer = two.ask(segment, version, client_id=client_id)
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (400, error, [number])


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_secret": "any"}, 700025),
        ({"client_secret": None, "client_assertion": "any"}, 700025),
        ({"client_secret": None}, 7000216),
    ],
)
@pytest.mark.parametrize("client", ["sample", "own"])
def test_a_public_client_sends_no_credential(two, document, client, changes, number):
    own = make(two.world, "Public", public_client=True)
    client_id = str(SAMPLE_CLIENT if client == "sample" else own.application_id)
    answer = two.ask("contoso.example", client_id=client_id, **changes)
    found = document(answer)
    assert (answer.status, found["error"]) == (401, "invalid_client")
    assert found["error_codes"] == [number]


def test_a_scope_without_a_resource_is_graphs(two, ask):
    for scope in (".default", f"{GRAPH}/.default", f"{GRAPH_APPLICATION}/.default"):
        claims = ask("contoso.example", "v2", scope=scope)
        wanted = GRAPH if scope.startswith("https") else str(GRAPH_APPLICATION)
        assert claims["aud"] == wanted


def test_a_token_for_itself_goes_by_its_id(two, ask, document):
    own = make(two.world, "Api", identifier_uris=("api://contoso.example/api",))
    secret = registration.add_secret(two.world.service, own, description="x").secret
    proof = {"client_id": str(own.application_id), "client_secret": secret.reveal()}
    assert ask("contoso.example", resource=str(own.application_id), **proof)["appid"]
    answer = two.ask("contoso.example", resource="api://contoso.example/api", **proof)
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (
        *(400, "invalid_request"),
        [90009],
    )
    # To others the name is as good as the id.
    assert ask("contoso.example", resource="api://contoso.example/api")["aud"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_resource_may_ask_to_be_told_whom_a_token_speaks_for(two, ask, version):
    wish = {"accessToken": [{"name": "idtyp"}, {"name": "none such"}], "idToken": []}
    name = "api://contoso.example/telling"
    make(
        two.world,
        "Telling",
        identifier_uris=(name,),
        token_version=version,
        extras={"optionalClaims": wish},
    )
    claims = ask("contoso.example", resource=name)
    assert (claims["idtyp"], claims["ver"]) == ("app", f"{version}.0")
    assert "none such" not in claims
    assert "idtyp" not in ask("contoso.example", resource=ORGANIZATION)


def test_a_disabled_resource(two, ask, document):
    service, tenant = two.world.service, two.world.tenant
    graph = registration.find_principal(service, tenant, GRAPH_APPLICATION)
    registration.set_principal_enabled(service, graph, enabled=False)
    answer = two.ask("contoso.example")
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (
        *(400, "invalid_resource"),
        [500014],
    )
    registration.set_principal_enabled(service, graph, enabled=True)
    assert isinstance(ask("contoso.example"), dict)


@pytest.mark.parametrize("audience", PERSONAL_AUDIENCES)
@pytest.mark.parametrize("version", [None, 1])
def test_personal_accounts_need_tokens_of_version_2_whatever_way_it_is_said(two, audience, version):
    service, document = two.world.service, {"signInAudience": audience}
    standing = make(two.world, "Standing", token_version=version)
    ways = (
        lambda: make(two.world, "Made", audience=audience, token_version=version),
        lambda: registration.amend_application(
            service, standing, lambda one: replace(one, audience=audience)
        ),
        lambda: registration.amend_application(service, standing, manifest.read(document)),
    )
    for way in ways:
        with pytest.raises(registration.RegistrationError, match="must be 2") as refused:
            way()
        assert refused.value.member == "api.requestedAccessTokenVersion"
    document["api"] = {"requestedAccessTokenVersion": 2}
    after = registration.amend_application(service, standing, manifest.read(document))
    assert (after.audience, after.token_version) == (audience, 2)
