"""Refresh tokens: a new one each time, for how long, for whom, for which resource."""

from types import SimpleNamespace

import pytest

from support.signing_in import (
    IMPERSONATION,
    NAMES_SESSION,
    ORGANIZATION,
    PASSWORD,
    REDIRECT,
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
from xrm.model.secret import Secret
from xrm.sts import first_party, registration
from xrm.sts.model import GRAPH_APPLICATION
from xrm.sts.registration.people import (
    change_password,
    delete_user,
    revoke_sessions,
    set_password,
    set_user_enabled,
)

DAY = 86_400
GRAPH = "https://graph.microsoft.com"
SPA = "https://spa.example/"
WEB = "https://web.example/cb"
ORIGIN = (("origin", "https://spa.example"),)
GRANT = "invalid_grant"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


def build(world):
    service, tenant = world.service, world.tenant
    desk = make_application(
        service, tenant, "Refresh desk", audience="AzureADMultipleOrgs", extras=NAMES_SESSION,
        redirects={REDIRECT: "InstalledClient", SPA: "Spa", WEB: "Web"},
    )  # fmt: skip
    graph = first_party.APPLICATIONS[GRAPH_APPLICATION]
    desk = registration.require(service, desk, resource=graph, value_or_id="User.Read")
    secret = registration.add_secret(service, desk, description="s").secret.reveal()
    registration.consent(service, tenant, desk.application_id)
    person = make_person(service, tenant, "remy")
    visitor = Visitor(service)
    page = visitor.get(authorize_path(tenant), asking(desk))
    assert sign_in(visitor, page, person.user_principal_name).told["code"]
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, desk=desk, person=person, visitor=visitor,
        secret=secret,
    )  # fmt: skip


@pytest.fixture(scope="module")
def scene(world):
    return build(world)


@pytest.fixture
def own(fresh):
    """The same in a service of the test's own: its clock may be moved."""
    return build(fresh)


@pytest.fixture
def own_on_each(fresh_on_each):
    return build(fresh_on_each)


def first(scene, version="v2", *, redirect=REDIRECT, tenant=None, application=None, **changes):
    """Return the answer to a code of the standing session."""
    application, tenant = application or scene.desk, tenant or scene.tenant
    fields = asking(application, version, redirect_uri=redirect, **changes)
    reply = scene.visitor.get(authorize_path(tenant, version), fields)
    more = {"headers": ORIGIN} if redirect == SPA else {}
    if redirect == WEB:
        more = {"client_secret": scene.secret}
    answer = redeem(
        scene.service, tenant, application, version=version, code=reply.told["code"],
        redirect_uri=redirect, **more,
    )  # fmt: skip
    assert answer.status == 200, answer.document
    return answer.document


def refresh(scene, token, version="v2", *, tenant=None, application=None, **form):
    return redeem(
        scene.service, tenant or scene.tenant, application or scene.desk, version=version,
        refresh_token=token, **form,
    )  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_new_token_comes_each_time_and_the_old_one_stays(own_on_each, version):
    scene = own_on_each
    answer = first(scene, version, nonce="n-1")
    tokens = [answer["refresh_token"]]
    for _ in range(3):
        scene.world.clock.now += 10
        again = refresh(scene, tokens[-1], version)
        assert (again.status, list(again.document)) == (200, list(answer))
        tokens.append(again.document["refresh_token"])
        claims = claims_of(again.document["id_token"])
        # What was asked at the beginning is repeated, the nonce too.
        assert claims["nonce"] == "n-1"
        assert claims["sid"] == claims_of(answer["id_token"])["sid"]
        assert again.document["scope"] == answer["scope"]
    assert len(set(tokens)) == 4
    for token in tokens:
        assert refresh(scene, token, version).status == 200


def test_a_token_is_good_for_ninety_days_after_it_was_given(own):
    token = first(own)["refresh_token"]
    for _ in range(3):  # used, it goes on: there is no absolute end
        own.world.clock.now += 90 * DAY - 1
        answer = refresh(own, token)
        assert answer.status == 200
        token = answer.document["refresh_token"]
    own.world.clock.now += 90 * DAY
    reply = refresh(own, token)
    assert reply.refusal == (400, GRANT, 700082)
    assert reply.document["suberror"] == "bad_token"
    assert "was inactive for '90.00:00:00'" in reply.document["error_description"]


def test_a_single_page_application_has_a_day_from_its_sign_in(own):
    clock = own.world.clock
    answer = first(own, redirect=SPA)
    fields = list(answer)
    assert fields[fields.index("refresh_token") + 1] == "refresh_token_expires_in"
    assert answer["refresh_token_expires_in"] == DAY - 1
    token = answer["refresh_token"]
    clock.now += DAY - 100
    answer = refresh(own, token, headers=ORIGIN).document
    assert answer["refresh_token_expires_in"] == 99
    assert refresh(own, token).refusal == (400, "invalid_request", 9002327)
    clock.now += 100
    for each in (token, answer["refresh_token"]):
        reply = refresh(own, each, headers=ORIGIN)
        assert reply.refusal == (400, GRANT, 700084)
        assert "1.00:00:00" in reply.document["error_description"]


def test_only_a_single_page_application_refreshes_from_a_page(scene):
    native = first(scene)
    assert "refresh_token_expires_in" not in native
    reply = refresh(scene, native["refresh_token"], headers=ORIGIN)
    assert reply.refusal == (400, "invalid_request", 9002326)


def test_whoever_has_a_secret_needs_it_to_refresh(scene):
    token = first(scene, redirect=WEB)["refresh_token"]
    assert refresh(scene, token, client_secret=scene.secret).status == 200
    assert refresh(scene, token).refusal == (401, "invalid_client", 7000218)
    reply = refresh(scene, token, client_secret="wrong")
    assert reply.refusal == (401, "invalid_client", 7000215)


@pytest.mark.parametrize(
    ("scope", "audience", "answered"),
    [
        (None, ORGANIZATION, IMPERSONATION),
        (f"{GRAPH}/User.Read", GRAPH, f"{GRAPH}/User.Read"),
        (f"profile {GRAPH}/User.Read openid", GRAPH, f"openid profile {GRAPH}/User.Read"),
        (f"{GRAPH}/User.Read {IMPERSONATION}", GRAPH, f"{GRAPH}/User.Read"),
        (f"{GRAPH}/.default offline_access", GRAPH, f"{GRAPH}/User.Read {GRAPH}/.default"),
        ("https://localhost:8444/.default", "https://localhost:8444",
         "https://localhost:8444/user_impersonation https://localhost:8444/.default"),
    ],
)  # fmt: skip
def test_scopes_of_a_refresh(scene, scope, audience, answered):
    answer = first(scene)
    reply = refresh(scene, answer["refresh_token"], scope=scope).document
    assert claims_of(reply["access_token"])["aud"] == audience
    assert reply["scope"] == answered
    assert {"id_token", "refresh_token"} <= reply.keys()
    # What comes back is as good as the one before, for the first resource too.
    again = refresh(scene, reply["refresh_token"], scope=IMPERSONATION).document
    assert claims_of(again["access_token"])["aud"] == ORGANIZATION


def test_resources_of_a_refresh(scene):
    token = first(scene, "v1")["refresh_token"]
    for resource, audience in ((None, ORGANIZATION), (GRAPH, GRAPH),
                               ("https://localhost:8444", "https://localhost:8444")):  # fmt: skip
        answer = refresh(scene, token, "v1", resource=resource).document
        assert (answer["resource"], claims_of(answer["access_token"])["aud"]) == (audience,) * 2
    reply = refresh(scene, token, "v1", resource="https://nobody.example")
    assert reply.refusal == (400, "invalid_resource", 500011)


def test_a_token_of_one_version_serves_the_other(scene):
    token = first(scene, "v1")["refresh_token"]
    answer = refresh(scene, token, "v2", scope=f"{IMPERSONATION} offline_access")
    assert (answer.status, answer.document["scope"]) == (200, IMPERSONATION)
    answer = refresh(scene, first(scene)["refresh_token"], "v1", resource=ORGANIZATION)
    assert (answer.status, answer.document["resource"]) == (200, ORGANIZATION)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"refresh_token": ""}, (400, "invalid_request", 900144)),
        ({"refresh_token": "garbage"}, (400, GRANT, 70000)),
        ({"refresh_token": "1.AAAA"}, (400, GRANT, 70000)),
        ({"scope": f"{GRAPH}/User.Read.All"}, (400, GRANT, 65001)),
        ({"scope": f"{GRAPH}/Nothing"}, (401, "invalid_client", 650053)),
        ({"scope": 'bad"scope'}, (400, "invalid_scope", 70011)),
        ({"resource": ORGANIZATION}, (400, "invalid_request", 901002)),
    ],
)
def test_refreshes_that_are_refused(scene, form, refusal):
    fields = {"refresh_token": first(scene)["refresh_token"], **form}
    reply = redeem(scene.service, scene.tenant, scene.desk, **fields)
    assert reply.refusal[1:] == refusal[1:]
    if refusal[2] == 65001:
        assert reply.document["suberror"] == "consent_required"


def test_a_token_is_of_one_client(scene):
    other = make_application(scene.service, scene.tenant, "Refresh other")
    registration.consent(scene.service, scene.tenant, other.application_id)
    reply = refresh(scene, first(scene)["refresh_token"], application=other)
    assert reply.refusal == (400, GRANT, 70000)
    assert reply.document["suberror"] == "client_mismatch"


def test_tenants_at_which_a_token_is_good(own):
    fabrikam = registration.create_tenant(own.service, name="Fabrikam", domain="fabrikam.example")
    registration.consent(own.service, fabrikam, own.desk.application_id)
    token = first(own)["refresh_token"]
    for tenant in ("common", "organizations", "contoso.example"):
        assert refresh(own, token, tenant=tenant).status == 200
    assert refresh(own, token, tenant="fabrikam.example").refusal == (400, GRANT, 50020)
    assert refresh(own, token, tenant="consumers").refusal[2] == 9001023


def test_families_of_first_party_tools(scene):
    tools = {one.name: one for one in first_party.APPLICATIONS.values()}
    cli, powershell = tools["Microsoft Azure CLI"], tools["Microsoft Azure PowerShell"]
    sample = tools["Dynamics 365 Development Tools"]
    answer = first(scene, application=cli, scope=f"{ORGANIZATION}/.default offline_access")
    fields = list(answer)
    assert answer["foci"] == "1"
    assert fields[fields.index("refresh_token") + 1] == "foci"
    reply = refresh(scene, answer["refresh_token"], application=powershell)
    assert (reply.status, reply.document["foci"]) == (200, "1")
    claims = claims_of(reply.document["access_token"])
    assert claims["appid"] == str(powershell.application_id)
    # What one of a family was given, the others may hand on.
    assert refresh(scene, reply.document["refresh_token"], application=cli).status == 200
    for stranger in (sample, scene.desk):
        reply = refresh(scene, answer["refresh_token"], application=stranger)
        assert reply.refusal == (400, GRANT, 70000)
        assert reply.document["suberror"] == "client_mismatch"
    assert "foci" not in first(scene)
    reply = refresh(scene, first(scene)["refresh_token"], application=cli)
    assert reply.refusal == (400, GRANT, 70000)


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ("changed", 50173),
        ("set", 50173),
        ("revoked", 50173),
        ("disabled", 50057),
        ("deleted", 50034),
        ("withdrawn", 65001),
    ],
)
def test_what_ends_refresh_tokens(own, event, number):
    service, person = own.service, own.person
    token = first(own)["refresh_token"]
    own.world.clock.now += 1
    {
        "changed": lambda: change_password(
            service, person, Secret(PASSWORD), Secret("Better-horse-10")
        ),
        "set": lambda: set_password(service, person, Secret("Better-horse-10")),
        "revoked": lambda: revoke_sessions(service, person),
        "disabled": lambda: set_user_enabled(service, person, enabled=False),
        "deleted": lambda: delete_user(service, person),
        "withdrawn": lambda: registration.withdraw(service, own.tenant, own.desk.application_id),
    }[event]()
    reply = refresh(own, token)
    assert reply.refusal == (400, GRANT, number)
    if number == 50173:
        text = reply.document["error_description"]
        assert "'2027-01-15T08:00:00.0000000Z'" in text
        assert "valid from '2027-01-15T08:00:01.0000010Z'" in text


def test_signing_out_leaves_refresh_tokens_alone(own):
    token = first(own)["refresh_token"]
    own.visitor.get(f"/{own.tenant.tenant_id}/oauth2/v2.0/logout")
    assert refresh(own, token).status == 200
