"""Devices: a code shown here, typed there, and polled for (RFC 8628)."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    Visitor,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.registration.people import revoke_sessions

BASE = "https://localhost:8443"
PAGE = f"{BASE}/common/oauth2/deviceauth"
LONG, SHORT = "urn:ietf:params:oauth:grant-type:device_code", "device_code"
PENDING = (400, "authorization_pending", 70016)
WRONG = (400, "bad_verification_code", 70018)
UPN = "dee@contoso.example"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


def build(world):
    service, tenant = world.service, world.tenant
    tool = make_application(
        service, tenant, "Device tool", audience="AzureADMultipleOrgs", redirects={}
    )
    registration.consent(service, tenant, tool.application_id)
    person = make_person(service, tenant, "dee")
    return SimpleNamespace(world=world, service=service, tenant=tenant, tool=tool, person=person)


@pytest.fixture(scope="module")
def scene(world):
    return build(world)


@pytest.fixture
def own(fresh):
    return build(fresh)


def begin(scene, version="v2", *, tenant=None, application=None, **changes):
    segment = tenant or str(scene.tenant.tenant_id)
    path = f"/{segment}/oauth2/{'v2.0/' if version == 'v2' else ''}devicecode"
    fields = {"client_id": str((application or scene.tool).application_id)}
    if version == "v2":
        fields["scope"] = f"{IMPERSONATION} openid offline_access"
    else:
        fields["resource"] = ORGANIZATION
    fields |= changes
    sent = {name: value for name, value in fields.items() if value is not None}
    return Visitor(scene.service).post(path, sent)


def poll(scene, device, version="v2", *, grant=LONG, name="device_code", **changes):
    form = {"grant_type": grant, name: device["device_code"]}
    where = (changes.pop("tenant", scene.tenant), changes.pop("application", scene.tool))
    return redeem(scene.service, *where, version=version, **form, **changes)


def typed(scene, text, visitor=None, *, username=UPN):
    """Type a code and sign in; return the browser and the page that comes then."""
    visitor = visitor or Visitor(scene.service)
    page = visitor.get("/common/oauth2/deviceauth")
    assert page.steps == ["code"]
    page = visitor.submit(page, "code", code=text)
    return visitor, sign_in(visitor, page, username, consent="")


def decide(scene, device, step="accept"):
    visitor, page = typed(scene, device["user_code"])
    assert page.heading == "Are you trying to sign in to Device tool?"
    return visitor.submit(page, step)


def test_the_fields_of_v2(scene):
    reply = begin(scene)
    device = reply.document
    assert (reply.status, list(device)) == (
        200,
        ["user_code", "device_code", "verification_uri", "expires_in", "interval", "message"],
    )
    assert re.fullmatch("[A-Z0-9]{9}", device["user_code"])
    assert (device["verification_uri"], device["expires_in"], device["interval"]) == (PAGE, 900, 5)
    assert device["message"] == (
        f"To sign in, use a web browser to open the page {PAGE} and enter the code "
        f"{device['user_code']} to authenticate."
    )
    assert dict(reply.response.headers)["Access-Control-Allow-Origin"] == "*"


def test_the_fields_of_v1(scene):
    device = begin(scene, "v1").document
    assert list(device) == [
        "user_code", "device_code", "verification_url", "expires_in", "interval", "message"
    ]  # fmt: skip
    assert (device["verification_url"], device["expires_in"], device["interval"]) == (
        PAGE, "900", "5",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "changes", "refusal"),
    [
        ("v2", {"client_id": None}, (400, "invalid_request", 900144)),
        ("v1", {"client_id": None}, (400, "invalid_request", 900144)),
        ("v2", {"scope": None}, (400, "invalid_request", 900144)),
        ("v1", {"resource": None}, (400, "invalid_request", 900144)),
        ("v2", {"resource": ORGANIZATION}, (400, "invalid_request", 901002)),
        ("v2", {"scope": 'bad"'}, (400, "invalid_scope", 70011)),
        ("v2", {"client_id": "no guid"}, (400, "unauthorized_client", 700016)),
        ("v2", {"tenant": "consumers"}, (400, "invalid_request", 9001023)),
        ("v2", {"tenant": "nowhere.example"}, (400, "invalid_tenant", 90002)),
        ("v1", {"tenant": "nowhere.example"}, (400, "invalid_request", 90002)),
    ],
)
def test_requests_that_are_refused(scene, version, changes, refusal):
    assert begin(scene, version, **changes).refusal == refusal


def test_applications_that_have_no_devices(scene):
    site = make_application(scene.service, scene.tenant, "Device site", public_client=None)
    assert begin(scene, application=site).refusal == (401, "invalid_client", 7000218)
    single = make_application(scene.service, scene.tenant, "Device single")
    assert begin(scene, application=single, tenant="common").refusal[2] == 50194
    registration.set_enabled(scene.service, single, enabled=False)
    assert begin(scene, application=single).refusal == (400, "unauthorized_client", 7000112)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("grant", "name"), [(LONG, "device_code"), (SHORT, "device_code"), (SHORT, "code")]
)
def test_a_device_is_signed_in(scene, version, grant, name):
    device = begin(scene, version).document
    spelled = {"grant": grant, "name": name}
    assert poll(scene, device, version, **spelled).refusal == PENDING
    done = decide(scene, device)
    assert done.heading == "You are signed in to Device tool"
    reply = poll(scene, device, version, client_info="1", **spelled)
    assert reply.status == 200, reply.document
    answer = reply.document
    claims = claims_of(answer["access_token"])
    assert (claims["upn"], claims["aud"]) == (UPN, ORGANIZATION)
    assert {"refresh_token", "id_token", "client_info"} <= answer.keys()
    # Once only.
    assert poll(scene, device, version, **spelled).refusal == WRONG
    again = redeem(
        scene.service, scene.tenant, scene.tool, version=version,
        refresh_token=answer["refresh_token"],
    )  # fmt: skip
    assert again.status == 200


def test_msal_sends_both_names(scene):
    device = begin(scene).document
    both = {"code": device["device_code"]}
    assert poll(scene, device, **both).refusal == PENDING
    decide(scene, device)
    assert poll(scene, device, **both).status == 200


def test_a_device_is_declined(scene):
    device = begin(scene).document
    done = decide(scene, device, "decline")
    assert done.heading == "You were not signed in to Device tool"
    assert poll(scene, device).refusal == (400, "authorization_declined", 65004)
    visitor = Visitor(scene.service)
    page = visitor.get("/common/oauth2/deviceauth")
    assert "not right" in visitor.submit(page, "code", code=device["user_code"]).text


@pytest.mark.parametrize(("version", "error"), [("v1", "code_expired"), ("v2", "expired_token")])
def test_a_code_expires_after_a_quarter_of_an_hour(own, version, error):
    device = begin(own, version).document
    own.world.clock.now += 899
    assert poll(own, device, version).refusal == PENDING
    visitor, page = typed(own, device["user_code"])
    own.world.clock.now += 1
    assert poll(own, device, version).refusal == (400, error, 70020)
    page = visitor.submit(page, "accept")
    assert page.steps == ["code"]
    assert poll(own, device, version).refusal == (400, error, 70020)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"device_code": "garbage"}, WRONG),
        ({"device_code": ""}, (400, "invalid_request", 900144)),
        ({"version": "v1"}, WRONG),
        ({"tenant": "common"}, WRONG),
        ({"tenant": "contoso.example"}, PENDING),
        ({"client_secret": "x"}, (401, "invalid_client", 700025)),
    ],
)
def test_polls_that_are_refused(scene, changes, refusal):
    device = begin(scene).document
    device["device_code"] = changes.pop("device_code", device["device_code"])
    assert poll(scene, device, **changes).refusal == refusal


def test_a_device_code_is_of_one_client(scene):
    other = make_application(scene.service, scene.tenant, "Device other")
    registration.consent(scene.service, scene.tenant, other.application_id)
    device = begin(scene).document
    decide(scene, device)
    assert poll(scene, device, application=other).refusal == WRONG
    assert poll(scene, device).status == 200


@pytest.mark.parametrize("spelled", [str.lower, lambda text: f" {text[:3]}-{text[3:]} "])
def test_how_a_code_may_be_typed(scene, spelled):
    device = begin(scene).document
    _, page = typed(scene, spelled(device["user_code"]))
    assert "accept" in page.steps


def test_the_page_may_be_opened_with_the_code(scene):
    device = begin(scene).document
    visitor = Visitor(scene.service)
    page = visitor.get("/common/oauth2/deviceauth", {"user_code": device["user_code"]})
    assert (page.steps, page.fields["code"]) == (["code"], device["user_code"])
    page = visitor.submit(page, "code", code="WRONGCODE")
    assert (page.steps, "not right" in page.text) == (["code"], True)


def test_whoever_is_signed_in_still_confirms(scene):
    first, second = (begin(scene).document for _ in range(2))
    visitor, page = typed(scene, first["user_code"])
    visitor.submit(page, "accept")
    _, page = typed(scene, second["user_code"], visitor)
    assert page.steps == ["accept", "decline"]
    assert poll(scene, second).refusal == PENDING


def test_consent_comes_before_the_confirmation(own):
    tool = make_application(own.service, own.tenant, "Device tool", redirects={})
    device = begin(own, application=tool).document
    visitor, page = typed(own, device["user_code"])
    assert page.heading == "Device tool asks for permissions"
    page = visitor.submit(page, "accept")
    assert page.heading == "Are you trying to sign in to Device tool?"
    assert poll(own, device, application=tool).refusal == PENDING
    visitor.submit(page, "accept")
    assert poll(own, device, application=tool).status == 200


def test_tenants_of_devices(own):
    service = own.service
    fabrikam = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    registration.add_resource(service, fabrikam, "https://localhost:8444")
    registration.consent(service, fabrikam, own.tool.application_id)
    make_person(service, fabrikam, "finn")
    upn = "finn@fabrikam.example"
    for segment in ("common", "organizations"):
        device = begin(own, tenant=segment).document
        visitor, page = typed(own, device["user_code"], username=upn)
        visitor.submit(page, "accept")
        assert poll(own, device).refusal == WRONG
        claims = claims_of(poll(own, device, tenant=segment).document["access_token"])
        assert claims["tid"] == str(fabrikam.tenant_id)
    device = begin(own).document
    _, page = typed(own, device["user_code"], username=upn)
    assert page.number == 50020
    assert poll(own, device).refusal == PENDING


def test_a_sign_in_that_was_revoked_since_gives_nothing(own):
    device = begin(own).document
    decide(own, device)
    own.world.clock.now += 1
    revoke_sessions(own.service, own.person)
    assert poll(own, device).refusal == (400, "invalid_grant", 50173)


def test_polling_too_fast(own, reopen):
    device = begin(own).document
    for _ in range(3):
        assert poll(own, device).refusal == PENDING
    profile = replace(own.service.profile, slows_polling=True)
    own.service = reopen(own.world.database, profile=profile)
    assert poll(own, device).refusal == (400, "slow_down", 70016)
    own.world.clock.now += 9  # five seconds more each time
    assert poll(own, device).refusal == (400, "slow_down", 70016)
    own.world.clock.now += 15
    assert poll(own, device).refusal == PENDING
    own.service.close()


def test_devices_on_each_engine(fresh_on_each, open_over):
    scene = build(fresh_on_each)
    device = begin(scene).document
    assert poll(scene, device).refusal == PENDING
    decide(scene, device)
    scene.service = open_over(scene.world)
    assert poll(scene, device).status == 200
    assert poll(scene, device).refusal == WRONG
    scene.service.close()
