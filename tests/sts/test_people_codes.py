"""The authorization code grant: who may redeem a code, where, how often, with what proof."""

from types import SimpleNamespace

import pytest

from support.credentials import basic, signed
from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    REDIRECT,
    VERIFIER,
    Visitor,
    asking,
    authorize_path,
    challenge,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import registration

ORIGIN = ("origin", "https://spa.example")
SPA, WEB, LOCAL = "https://spa.example/", "https://web.example/cb", "http://localhost/deep"
BASE = "https://localhost:8443"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


def build(world, pair):
    service, tenant = world.service, world.tenant
    desk = make_application(
        service, tenant, "Code desk", audience="AzureADMultipleOrgs", implicit_id_tokens=True,
        redirects={REDIRECT: "InstalledClient", SPA: "Spa", WEB: "Web"},
    )  # fmt: skip
    site = make_application(
        service, tenant, "Code site", public_client=None, redirects={WEB: "Web", LOCAL: "Web"}
    )
    registration.add_certificate(service, site, pair.der, description="c")
    secrets = [registration.add_secret(service, one, description="s").secret.reveal()
               for one in (desk, site)]  # fmt: skip
    for one in (desk, site):
        registration.consent(service, tenant, one.application_id)
    person = make_person(service, tenant, "coder")
    visitor = Visitor(service)
    page = visitor.get(authorize_path(tenant), asking(desk))
    assert sign_in(visitor, page, person.user_principal_name).told["code"]
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, desk=desk, site=site, person=person,
        visitor=visitor, secrets=dict(zip(("Code desk", "Code site"), secrets, strict=True)),
        pair=pair,
    )  # fmt: skip


@pytest.fixture(scope="module")
def scene(world, pair):
    return build(world, pair)


@pytest.fixture
def own(fresh, pair):
    """The same in a service of the test's own: its clock may be moved."""
    return build(fresh, pair)


def code(scene, application=None, version="v2", *, tenant=None, **changes):
    path = authorize_path(tenant or scene.tenant, version)
    reply = scene.visitor.get(path, asking(application or scene.desk, version, **changes))
    assert reply.told.get("code"), reply.told or reply.heading
    return reply.told["code"]


def secret(scene, application):
    return {"client_secret": scene.secrets[application.name]}


def assertion(scene, version="v2"):
    now = int(scene.world.clock())
    site = str(scene.site.application_id)
    text = signed(
        scene.pair,
        {"aud": BASE + scene.world.path(version), "iss": site, "sub": site, "jti": code(scene)[:20],
         "nbf": now, "exp": now + 600},
    )  # fmt: skip
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": text}


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("who", "redirect", "proof", "origin", "acr"),
    [
        ("desk", REDIRECT, "none", None, "0"),
        ("desk", SPA, "none", ORIGIN, "0"),
        ("desk", WEB, "secret", None, "1"),
        ("site", WEB, "secret", None, "1"),
        ("site", WEB, "basic", None, "1"),
        ("site", WEB, "certificate", None, "2"),
        ("site", "http://localhost:5000/deep", "secret", None, "1"),
    ],
)
def test_who_redeems_a_code(scene, version, who, redirect, proof, origin, acr):
    application = getattr(scene, who)
    form = {"code": code(scene, application, version, redirect_uri=redirect)}
    headers = (origin,) if origin else ()
    if proof == "secret":
        form |= secret(scene, application)
    elif proof == "certificate":
        form |= assertion(scene, version)
    elif proof == "basic":
        client = str(application.application_id)
        headers = (basic(client, scene.secrets[application.name]),)
        form["client_id"] = None
    reply = redeem(
        scene.service, scene.tenant, application, version=version, redirect_uri=redirect,
        headers=headers, **form,
    )  # fmt: skip
    assert reply.status == 200, reply.document
    claims = claims_of(reply.document["access_token"])
    assert (claims["appidacr"], claims["oid"]) == (acr, str(scene.person.object_id))
    assert dict(reply.response.headers)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("who", "redirect", "proof", "origin", "refusal"),
    [
        ("desk", REDIRECT, "secret", None, (401, "invalid_client", 700025)),
        ("desk", SPA, "secret", ORIGIN, (401, "invalid_client", 700025)),
        ("desk", WEB, "none", None, (401, "invalid_client", 7000218)),
        ("site", WEB, "none", None, (401, "invalid_client", 7000218)),
        ("site", WEB, "wrong", None, (401, "invalid_client", 7000215)),
        ("desk", SPA, "none", None, (400, "invalid_request", 9002327)),
        ("desk", REDIRECT, "none", ORIGIN, (400, "invalid_request", 9002326)),
        ("site", WEB, "secret", ORIGIN, (400, "invalid_request", 9002326)),
        ("site", LOCAL, "secret", ORIGIN, (400, "invalid_request", 9002326)),
    ],
)
def test_who_may_not_redeem_a_code(scene, who, redirect, proof, origin, refusal):
    application = getattr(scene, who)
    form = {"code": code(scene, application, redirect_uri=redirect), "redirect_uri": redirect}
    if proof != "none":
        form |= secret(scene, application) if proof == "secret" else {"client_secret": "wrong"}
    headers = (origin,) if origin else ()
    reply = redeem(scene.service, scene.tenant, application, headers=headers, **form)
    assert reply.refusal == refusal
    if refusal[2] == 9002326:
        assert "Request origin: 'https://spa.example'." in reply.document["error_description"]


def test_credentials_never_come_from_a_page(scene):
    for form in (
        {"grant_type": "client_credentials", "scope": f"{ORGANIZATION}/.default"},
        {"grant_type": "password", "username": scene.person.user_principal_name,
         "password": "Correct-horse-9", "scope": IMPERSONATION},
    ):  # fmt: skip
        sent = {**form, **secret(scene, scene.site)}
        reply = redeem(scene.service, scene.tenant, scene.site, headers=(ORIGIN,), **sent)
        assert reply.refusal == (400, "invalid_request", 90023)
        assert redeem(scene.service, scene.tenant, scene.site, **sent).status == 200


GRANT, CLIENT, REQUEST = "invalid_grant", "invalid_client", "invalid_request"


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"code": ""}, (400, REQUEST, 900144)),
        ({"code": "garbage"}, (400, GRANT, 70000)),
        ({"code": "1.AAAA"}, (400, GRANT, 70000)),
        ({"redirect_uri": None}, (400, GRANT, 700009)),
        ({"redirect_uri": REDIRECT + "/"}, (401, CLIENT, 500112)),
        ({"redirect_uri": "http://localhost:1"}, (401, CLIENT, 500112)),
        ({"code_verifier": None}, (400, GRANT, 501481)),
        ({"code_verifier": "w" * 43}, (400, GRANT, 501481)),
        ({"code_verifier": VERIFIER + "x"}, (400, GRANT, 501481)),
        ({"code_verifier": challenge()}, (400, GRANT, 501481)),
        ({"code_verifier": "ü" * 43}, (400, GRANT, 501481)),
        ({"client_id": None}, (400, REQUEST, 900144)),
    ],
)
def test_codes_that_are_refused(scene, version, form, refusal):
    fields = {"code": code(scene, version=version), **form}
    reply = redeem(scene.service, scene.tenant, scene.desk, version=version, **fields)
    assert reply.refusal == refusal
    document = reply.document
    assert document["error_uri"] == f"{BASE}/error?code={refusal[2]}"
    assert (document.get("suberror") == "bad_token") == (refusal[2] == 70000)


@pytest.mark.parametrize(
    ("asked", "verifier", "status"),
    [
        ({"code_challenge": challenge(), "code_challenge_method": "S256"}, VERIFIER, 200),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, VERIFIER, 200),
        ({"code_challenge": VERIFIER, "code_challenge_method": None}, VERIFIER, 200),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, challenge(), 400),
        ({"code_challenge": None, "code_challenge_method": None}, None, 200),
        ({"code_challenge": None, "code_challenge_method": None}, VERIFIER, 400),
    ],
)
def test_proof_keys(scene, asked, verifier, status):
    reply = redeem(
        scene.service, scene.tenant, scene.desk, code=code(scene, **asked), code_verifier=verifier
    )
    assert reply.status == status
    if asked["code_challenge"] is None and verifier:
        assert reply.refusal == (400, GRANT, 501471)


def test_an_address_that_was_not_named_need_not_be_named(scene):
    for redirect in (None, REDIRECT):
        asked = code(scene, redirect_uri=None)
        reply = redeem(scene.service, scene.tenant, scene.desk, code=asked, redirect_uri=redirect)
        assert reply.status == 200


def test_a_code_is_of_one_client_one_version_and_one_path(scene):
    service, tenant = scene.service, scene.tenant
    for redirect, refusal in (
        (REDIRECT, (401, CLIENT, 700025)), (WEB, (400, GRANT, 70000)),
    ):  # fmt: skip
        other = redeem(
            service, tenant, scene.site, code=code(scene, redirect_uri=redirect),
            redirect_uri=redirect, **secret(scene, scene.site),
        )  # fmt: skip
        assert other.refusal == refusal
    for asked, used in (("v1", "v2"), ("v2", "v1")):
        reply = redeem(service, tenant, scene.desk, version=used, code=code(scene, version=asked))
        assert reply.refusal == (400, GRANT, 70000)
    home = str(tenant.tenant_id)
    for asked, used, number in (
        (home, "common", 700005), ("common", home, 700005), ("organizations", "common", 700005),
        ("common", "common", 0), ("organizations", "ORGANIZATIONS", 0),
        (home, "contoso.example", 0), ("contoso.example", home.upper(), 0),
    ):  # fmt: skip
        reply = redeem(service, used, scene.desk, code=code(scene, tenant=asked))
        if number:
            assert reply.refusal == (400, GRANT, number)
        else:
            assert reply.status == 200


def test_a_code_is_good_once_and_for_ten_minutes(own):
    service, tenant, clock = own.service, own.tenant, own.world.clock
    asked = code(own)
    clock.now += 599
    first = redeem(service, tenant, own.desk, code=asked)
    assert first.status == 200
    late = code(own)
    clock.now += 600
    reply = redeem(service, tenant, own.desk, code=late)
    assert reply.refusal == (400, GRANT, 70008)
    asked = code(own)
    first = redeem(service, tenant, own.desk, code=asked).document
    assert redeem(service, tenant, own.desk, code=asked).refusal == (400, GRANT, 54005)
    # What the first redemption gave is of no use any more.
    reply = redeem(service, tenant, own.desk, refresh_token=first["refresh_token"])
    assert reply.refusal == (400, GRANT, 50173)


def test_a_refused_redemption_leaves_the_code_as_it_was(scene):
    asked = code(scene)
    for form in ({"code_verifier": "w" * 43}, {"redirect_uri": "http://localhost:1"}):
        assert redeem(scene.service, scene.tenant, scene.desk, code=asked, **form).status >= 400
    assert redeem(scene.service, scene.tenant, scene.desk, code=asked).status == 200


def test_codes_on_each_engine(fresh_on_each, open_over):
    world = fresh_on_each
    person = make_person(world.service, world.tenant)
    desk = make_application(world.service, world.tenant)
    visitor = Visitor(world.service)
    page = visitor.get(authorize_path(world.tenant), asking(desk))
    asked = sign_in(visitor, page, person.user_principal_name).told["code"]
    other = open_over(world)
    answer = redeem(other, world.tenant, desk, code=asked)
    assert answer.status == 200
    assert redeem(world.service, world.tenant, desk, code=asked).refusal[2] == 54005
    token = answer.document["refresh_token"]
    assert redeem(other, world.tenant, desk, refresh_token=token).refusal[2] == 50173
    other.close()


@pytest.mark.parametrize(
    ("version", "asked", "at_token", "audience"),
    [
        ("v1", {"resource": ORGANIZATION}, {}, ORGANIZATION),
        ("v1", {"resource": ORGANIZATION}, {"resource": "https://localhost:8444"},
         "https://localhost:8444"),
        ("v1", {"resource": None}, {"resource": ORGANIZATION}, ORGANIZATION),
        ("v1", {"resource": ORGANIZATION}, {"resource": "https://graph.microsoft.com"}, 9010010),
        ("v2", {}, {}, ORGANIZATION),
        ("v2", {}, {"scope": f"{ORGANIZATION}/.default"}, ORGANIZATION),
        ("v2", {}, {"scope": "https://localhost:8444/user_impersonation"},
         "https://localhost:8444"),
        ("v2", {}, {"scope": "bad\"scope"}, 70011),
        ("v2", {}, {"resource": ORGANIZATION}, 901002),
        ("v2", {}, {"scope": "https://nobody.example/.default"}, 500011),
    ],
)  # fmt: skip
def test_what_is_asked_at_the_token_endpoint(scene, version, asked, at_token, audience):
    reply = redeem(
        scene.service, scene.tenant, scene.desk, version=version,
        code=code(scene, version=version, **asked), **at_token,
    )  # fmt: skip
    if isinstance(audience, int):
        assert reply.refusal[::2] == (400, audience)
    else:
        assert claims_of(reply.document["access_token"])["aud"] == audience


def test_a_preflight_is_answered(scene):
    visitor = Visitor(scene.service)
    for version in ("v1", "v2"):
        reply = visitor.send(
            "OPTIONS", scene.world.path(version),
            headers=(ORIGIN, ("access-control-request-headers", "x-client-sku")),
        )  # fmt: skip
        headers = dict(reply.response.headers)
        assert reply.status == 200
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Headers"] == "x-client-sku"
        assert "POST" in headers["Access-Control-Allow-Methods"]
