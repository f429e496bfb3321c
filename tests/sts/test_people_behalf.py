"""On behalf of: an API goes on to Dynamics in the name of who called it (RFC 7523, as in Entra)."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from support.credentials import signed
from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    Visitor,
    asking,
    authorize_path,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import first_party, registration
from xrm.sts.model import CRM_APPLICATION, Scope
from xrm.sts.registration.people import delete_user, revoke_sessions, set_user_enabled

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GRANT = "invalid_grant"
API = "api://orders.example"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


def build(world, *, version=1):
    """A desk that calls an API, which goes on to Dynamics."""
    service, tenant = world.service, world.tenant
    uri = f"{API}/{version}"
    api = registration.create_application(
        service, tenant, name=f"Orders {version}", amend=lambda one: replace(
            one, identifier_uris=(uri,), token_version=version, scopes=(Scope(uuid4(), "place"),)
        ),
    )  # fmt: skip
    dynamics = first_party.APPLICATIONS[CRM_APPLICATION]
    api = registration.require(service, api, resource=dynamics, value_or_id="user_impersonation")
    secret = registration.add_secret(service, api, description="s").secret.reveal()
    desk = make_application(service, tenant, f"Orders desk {version}", implicit_id_tokens=True)
    desk = registration.require(service, desk, resource=api, value_or_id="place")
    for one in (api, desk):
        registration.consent(service, tenant, one.application_id)
    person = make_person(service, tenant, f"olga{version}")
    visitor = Visitor(service)
    fields = asking(desk, scope=f"{uri}/place openid")
    page = visitor.get(authorize_path(tenant), fields)
    told = sign_in(visitor, page, person.user_principal_name).told
    called = redeem(service, tenant, desk, code=told["code"]).document
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, api=api, secret=secret, desk=desk, uri=uri,
        person=person, visitor=visitor, called=called, token=called["access_token"],
    )  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2])
def scene(world, request):
    return build(world, version=request.param)


@pytest.fixture
def own(fresh):
    return build(fresh)


def go_on(scene, version="v2", *, tenant=None, application=None, **changes):
    fields = {
        "grant_type": BEARER, "requested_token_use": "on_behalf_of",
        "assertion": scene.token, "client_secret": scene.secret,
    }  # fmt: skip
    fields |= {"scope": IMPERSONATION} if version == "v2" else {"resource": ORGANIZATION}
    return redeem(
        scene.service, tenant or scene.tenant, application or scene.api, version=version,
        **{**fields, **changes},
    )  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_api_goes_on_in_the_name_of_its_caller(scene, version):
    reply = go_on(scene, version, client_info="1")
    assert reply.status == 200, reply.document
    claims = claims_of(reply.document["access_token"])
    wanted = {
        "aud": ORGANIZATION, "appid": str(scene.api.application_id), "appidacr": "1",
        "oid": str(scene.person.object_id), "upn": scene.person.user_principal_name,
        "scp": "user_impersonation", "ver": "1.0",
    }  # fmt: skip
    assert {name: claims[name] for name in wanted} == wanted
    assert "client_info" in reply.document
    beside = {"id_token", "refresh_token"} & reply.document.keys()
    assert beside == ({"id_token", "refresh_token"} if version == "v1" else set())


def test_what_beside_is_asked(scene):
    fields = go_on(scene).document.keys()
    assert not {"id_token", "refresh_token"} & fields
    answer = go_on(scene, scope=f"{ORGANIZATION}/.default openid profile offline_access").document
    assert claims_of(answer["id_token"])["aud"] == str(scene.api.application_id)
    again = redeem(
        scene.service, scene.tenant, scene.api, refresh_token=answer["refresh_token"],
        client_secret=scene.secret,
    )  # fmt: skip
    assert claims_of(again.document["access_token"])["oid"] == str(scene.person.object_id)


def test_a_certificate_proves_the_api_too(scene, pair):
    registration.add_certificate(scene.service, scene.api, pair.der, description="c")
    now, client = int(scene.world.clock()), str(scene.api.application_id)
    path = f"https://localhost:8443/{scene.tenant.tenant_id}/oauth2/v2.0/token"
    text = signed(pair, {"aud": path, "iss": client, "sub": client, "jti": str(uuid4()),
                         "nbf": now, "exp": now + 600})  # fmt: skip
    reply = go_on(
        scene, client_secret=None, client_assertion=text,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    )  # fmt: skip
    assert claims_of(reply.document["access_token"])["appidacr"] == "2"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"requested_token_use": None}, (400, "invalid_request", 900144)),
        ({"requested_token_use": "other"}, (400, "invalid_request", 90023)),
        ({"assertion": None}, (400, "invalid_request", 900144)),
        ({"assertion": "garbage"}, (400, "invalid_request", 50027)),
        ({"assertion": "a.b"}, (400, "invalid_request", 50027)),
        ({"assertion": "eyJhbGciOiJub25lIn0.e30."}, (400, GRANT, 50013)),
        ({"scope": None}, (400, "invalid_request", 900144)),
        ({"scope": "https://graph.microsoft.com/User.Read"}, (400, GRANT, 65001)),
        ({"client_secret": None}, (401, "invalid_client", 7000216)),
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"tenant": "common"}, (400, "invalid_request", 50194)),
    ],
)
def test_what_is_refused(scene, changes, refusal):
    assert go_on(scene, **changes).refusal == refusal


def test_assertions_of_other_kinds(scene):
    service, tenant = scene.service, scene.tenant
    assert go_on(scene, assertion=scene.called["id_token"]).refusal == (400, GRANT, 500131)
    # An id token for the API itself has the right audience, and is no access token.
    beside = go_on(scene, scope=f"{IMPERSONATION} openid").document["id_token"]
    assert go_on(scene, assertion=beside).refusal == (400, GRANT, 240002)
    other = redeem(
        service, tenant, scene.desk,
        code=scene.visitor.get(authorize_path(tenant), asking(scene.desk)).told["code"],
    ).document  # fmt: skip
    reply = go_on(scene, assertion=other["access_token"])
    assert reply.refusal == (400, GRANT, 500131)
    assert ORGANIZATION in reply.document["error_description"]
    own = redeem(
        service, tenant, scene.api, grant_type="client_credentials", client_secret=scene.secret,
        scope=f"{scene.api.application_id}/.default",
    ).document  # fmt: skip
    assert go_on(scene, assertion=own["access_token"]).refusal == (400, GRANT, 7000114)


def test_a_forged_assertion(scene, pair):
    head, body, signature = scene.token.split(".")
    assert go_on(scene, assertion=f"{head}.{body}.{signature[::-1]}").refusal[1:] == (GRANT, 50013)
    forged = signed(pair, claims_of(scene.token), header={"kid": "x"})
    assert go_on(scene, assertion=forged).refusal == (400, GRANT, 50013)


def test_an_assertion_of_another_tenant(own):
    service = own.service
    other = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    registration.amend_application(
        service, own.api, lambda one: replace(one, audience="AzureADMultipleOrgs")
    )
    registration.add_resource(service, other, "https://localhost:8444")
    registration.consent(service, other, own.api.application_id)
    reply = go_on(own, tenant="fabrikam.example")
    assert reply.refusal == (400, GRANT, 50013)


def test_an_assertion_expires(own):
    left = claims_of(own.token)["exp"] - int(own.world.clock())
    own.world.clock.now += left + 299  # clocks may differ by five minutes
    assert go_on(own).status == 200
    own.world.clock.now += 1
    assert go_on(own).refusal == (400, GRANT, 500133)


@pytest.mark.parametrize(
    ("end", "number"),
    [(revoke_sessions, 50173), (delete_user, 50034),
     (lambda service, person: set_user_enabled(service, person, enabled=False), 50057)],
)  # fmt: skip
def test_people_who_are_out(own, end, number):
    own.world.clock.now += 1
    end(own.service, own.person)
    assert go_on(own).refusal == (400, GRANT, number)


def test_what_was_signed_in_within_the_second_its_account_was_made_counts(fresh):
    fresh.clock.now += 0.6
    own = build(fresh)
    assert go_on(own).status == 200


def test_the_api_needs_consent_of_its_own(own):
    registration.withdraw(own.service, own.tenant, own.api.application_id)
    reply = go_on(own)
    assert reply.refusal == (400, GRANT, 65001)
    assert reply.document["suberror"] == "consent_required"
