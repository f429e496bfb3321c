"""The token endpoint (RFC 6749, 7521, 7523, 7636, 9700): docs/openid.md."""

import base64
import time

import pytest

from support.profiled import BASE, PAGE, PROFILES, SITE, profiled
from support.signing_in import (
    IMPERSONATION,
    Visitor,
    claims_of,
    make_application,
    redeem,
    token_path,
)
from xrm.sts import first_party, registration
from xrm.sts.model import GRAPH_APPLICATION

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
VERSIONS = ["v1", "v2"]
ORIGIN = (("origin", "http://localhost"),)


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("oauth"), request.param) as opened:
        yield opened


def redeemed(at, **form):
    return redeem(at.service, at.tenant, at.desk, **form)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_token_answer(at, version):
    code = at.answered(version).told["code"]
    answer = redeemed(at, version=version, code=code)
    document = answer.document
    assert document["token_type"] == "Bearer"
    # v1 writes numbers as text, as it always did; strict ones are numbers (RFC 6749 5.1).
    kind = str if (at.name, version) == ("faithful", "v1") else int
    numbers = ["expires_in", "ext_expires_in"]
    numbers += ["expires_on", "not_before"] if version == "v1" else []
    assert all(type(document[name]) is kind for name in numbers)
    assert int(document["expires_in"]) > 0
    assert {"access_token", "refresh_token", "id_token", "scope"} <= set(document)
    assert "no-store" in answer.response.header("cache-control")
    assert answer.response.header("pragma") == "no-cache"
    assert answer.response.header("content-type") == "application/json; charset=utf-8"


def test_a_code_is_good_once_and_takes_what_it_gave_with_it(at):
    code = at.answered().told["code"]
    first = redeemed(at, code=code).document
    assert redeemed(at, code=code).refusal == (400, "invalid_grant", 54005)
    after = redeemed(at, refresh_token=first["refresh_token"])
    assert after.refusal[1] == "invalid_grant"


def test_a_code_is_good_for_ten_minutes(at):
    code = at.answered().told["code"]
    at.clock.ahead += 601
    try:
        assert redeemed(at, code=code).refusal == (400, "invalid_grant", 70008)
    finally:
        at.clock.ahead = 0


BOUND = {
    "another client": ({}, "invalid_grant"),
    "another address": ({"redirect_uri": "http://localhost/other"}, "invalid_client"),
    "no address": ({"redirect_uri": None}, "invalid_grant"),
    "another verifier": ({"code_verifier": "w" * 43}, "invalid_grant"),
    "no verifier": ({"code_verifier": None}, "invalid_grant"),
    "another code": ({"code": "1.AAAA"}, "invalid_grant"),
}


@pytest.mark.parametrize("case", BOUND)
def test_a_code_is_bound_to_its_request(at, case):
    changes, error = BOUND[case]
    if at.name == "strict":
        error = "invalid_grant"  # RFC 6749 5.2
    form = {"code": at.answered().told["code"]} | changes
    if case == "another client":
        form |= {"client_id": str(at.page.application_id)}
    answer = redeemed(at, **form)
    assert answer.refusal[1] == error
    assert answer.status == (401 if error == "invalid_client" else 400)
    assert (answer.refusal[2] == 500112) == (case == "another address")
    assert "access_token" not in answer.document


def test_a_verifier_without_a_challenge_is_refused(at):
    """The downgrade of RFC 9700 4.8.2: the code was asked without what the client relies on."""
    reply = at.answered(code_challenge=None, code_challenge_method=None)
    if at.name == "strict":
        assert reply.error == ("invalid_request", 50147)
        return
    assert redeemed(at, code=reply.told["code"]).refusal == (400, "invalid_grant", 501471)


def test_a_confidential_client_proves_itself_for_a_code_too(at):
    code = at.answered(application=at.portal, redirect_uri=SITE).told["code"]
    form = {"code": code, "redirect_uri": SITE}
    bare = redeem(at.service, at.tenant, at.portal, **form)
    assert bare.refusal == (401, "invalid_client", 7000218)
    wrong = redeem(at.service, at.tenant, at.portal, client_secret="wrong", **form)
    assert wrong.refusal == (401, "invalid_client", 7000215)
    proved = redeem(at.service, at.tenant, at.portal, client_secret=at.secret, **form)
    assert proved.status == 200


def test_a_client_that_failed_by_basic_is_told_the_scheme(at):
    """RFC 6749 5.2: the answer matches the scheme the client used."""
    proof = base64.b64encode(f"{at.portal.application_id}:wrong".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": f"{BASE}/.default"}
    basic = (("authorization", f"Basic {proof}"),)
    answer = Visitor(at.service).post(token_path(at.tenant), form, headers=basic)
    assert answer.refusal == (401, "invalid_client", 7000215)
    assert answer.response.header("www-authenticate").startswith("Basic realm=")
    posted = redeem(at.service, at.tenant, at.portal, client_secret="wrong", **form)
    assert posted.response.header("www-authenticate") is None


def test_a_browser_redeems_what_a_page_was_given_and_nothing_else(at):
    code = at.answered(application=at.page, redirect_uri=PAGE).told["code"]
    form = {"code": code, "redirect_uri": PAGE}
    assert redeem(at.service, at.tenant, at.page, **form).refusal[2] == 9002327
    answer = redeem(at.service, at.tenant, at.page, headers=ORIGIN, **form)
    assert answer.status == 200
    assert answer.response.header("access-control-allow-origin") in ("*", "http://localhost")
    other = redeemed(at, code=at.answered().told["code"], headers=ORIGIN)
    assert other.refusal[2] == 9002326


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("wanted", ["same", "other"])
def test_a_refresh_never_widens(at, version, wanted):
    token = at.tokens(version)["refresh_token"]
    asked = {"scope": "https://nowhere.example/all"} if version == "v2" else {"resource": "x:y"}
    answer = redeemed(
        at, version=version, refresh_token=token, **(asked if wanted == "other" else {})
    )
    if wanted == "other":
        expected = ("invalid_resource", 500011)
        if at.name == "strict":
            expected = ("invalid_scope", 70011)
        assert answer.refusal[1:] == expected
    else:
        assert claims_of(answer.document["access_token"])["scp"] == "user_impersonation"


GRAPH = "https://graph.microsoft.com"
BOTH = f"{GRAPH}/User.Read {GRAPH}/User.ReadBasic.All"
ONE = f"{GRAPH}/User.Read"
LASTING = "openid offline_access"
REFRESHED = {
    "the same": (f"{BOTH} {LASTING}", f"{BOTH} {LASTING}", "User.Read User.ReadBasic.All openid"),
    "by another name": (f"{ONE} {LASTING}", "User.Read", "User.Read openid"),
    "nothing named": (f"{ONE} {LASTING}", None, "User.Read openid"),
    "narrower": (f"{BOTH} {LASTING}", ONE, "User.Read openid"),
    "openid alone": (f"{ONE} {LASTING}", "openid", "openid"),
    "all of it": (f"{ONE} {LASTING}", f"{GRAPH}/.default", "User.Read openid"),
    "one of all": (f"{GRAPH}/.default {LASTING}", ONE, "User.Read openid"),
    "the second of two": (f"{IMPERSONATION} {ONE} {LASTING}", ONE, "User.Read openid"),
    "a scope beyond": (f"{ONE} {LASTING}", BOTH, None),
    "another resource": (f"{ONE} {LASTING}", IMPERSONATION, None),
    "all of another": (f"{IMPERSONATION} {LASTING}", f"{GRAPH}/.default", None),
    "a scope of OpenID beyond": (f"{ONE} {LASTING}", f"{ONE} openid email", None),
    "a resource after none": (LASTING, ONE, None),
}


@pytest.fixture(scope="module")
def allowed(at):
    """Return an application that has been allowed all of these, and more."""
    graph = first_party.APPLICATIONS[GRAPH_APPLICATION]
    several = make_application(at.service, at.tenant, "Several")
    for value in ("User.Read", "User.ReadBasic.All", "openid", "profile", "email"):
        several = registration.require(at.service, several, resource=graph, value_or_id=value)
    registration.consent(at.service, at.tenant, several.application_id)
    return several


@pytest.mark.parametrize("case", REFRESHED)
def test_a_refresh_serves_what_the_sign_in_was_for(at, allowed, case):
    """RFC 6749 6: nothing that was not granted then. Entra ID serves all that was consented to."""
    before, after, granted = REFRESHED[case]
    told = at.answered(application=allowed, scope=before).told
    first = redeem(at.service, at.tenant, allowed, code=told["code"]).document
    token = first["refresh_token"]
    answer = redeem(at.service, at.tenant, allowed, refresh_token=token, scope=after)
    if at.name == "faithful":
        assert answer.status == 200, answer.text
        return
    if granted is None:
        assert answer.refusal == (400, "invalid_scope", 70011)
        # What is refused spends nothing.
        answer = redeem(at.service, at.tenant, allowed, refresh_token=token)
        assert answer.status == 200
        return
    assert set(claims_of(answer.document["access_token"])["scp"].split()) == set(granted.split())
    assert {"id_token", "refresh_token"} <= set(answer.document)
    # The next one is good for all that the first was (RFC 6749 6).
    again = redeem(
        at.service,
        at.tenant,
        allowed,
        refresh_token=answer.document["refresh_token"],
        scope=before,
    )
    assert again.document["scope"] == first["scope"]


def test_a_code_serves_what_it_was_asked_for(at, allowed):
    told = at.answered(application=allowed, scope=f"{ONE} {LASTING}").told
    answer = redeem(at.service, at.tenant, allowed, code=told["code"], scope=IMPERSONATION)
    if at.name == "faithful":
        assert claims_of(answer.document["access_token"])["scp"] == "user_impersonation"
    else:
        assert answer.refusal == (400, "invalid_scope", 70011)


@pytest.mark.parametrize("resource", [None, "https://localhost:8444", GRAPH])
def test_on_v1_a_refresh_serves_the_resource_of_the_sign_in(at, allowed, resource):
    told = at.answered("v1", application=allowed).told
    ask = {"version": "v1"}
    first = redeem(at.service, at.tenant, allowed, code=told["code"], **ask).document
    ask |= {"refresh_token": first["refresh_token"], "resource": resource}
    answer = redeem(at.service, at.tenant, allowed, **ask)
    if resource == GRAPH and at.name == "strict":
        assert answer.refusal == (400, "invalid_scope", 70011)
    else:
        assert answer.document["resource"] == (resource or "https://localhost:8444/")
        assert "id_token" in answer.document


def test_a_refresh_token_is_bound_to_its_client(at):
    token = at.tokens()["refresh_token"]
    answer = redeem(at.service, at.tenant, at.page, refresh_token=token)
    assert answer.refusal[:2] == (400, "invalid_grant")


def test_programs_of_a_family_share_their_refresh_tokens(at):
    """RFC 6749 6 binds a token to its client; Microsoft's own programs have theirs in common."""
    tools = {one.name: one for one in first_party.APPLICATIONS.values()}
    cli, powershell = tools["Microsoft Azure CLI"], tools["Microsoft Azure PowerShell"]
    told = at.answered(application=cli, scope=f"{IMPERSONATION} offline_access").told
    first = redeem(at.service, at.tenant, cli, code=told["code"]).document
    assert ("foci" in first) == (at.name == "faithful")
    answer = redeem(at.service, at.tenant, powershell, refresh_token=first["refresh_token"])
    if at.name == "faithful":
        assert (answer.status, answer.document["foci"]) == (200, "1")
        return
    assert answer.refusal == (400, "invalid_grant", 70000)
    assert redeem(at.service, at.tenant, cli, refresh_token=first["refresh_token"]).status == 200


@pytest.mark.parametrize("name", ["grant_type", "code"])
def test_a_form_that_lacks_something_is_an_invalid_request(at, name):
    form = {"code": "x", "grant_type": "authorization_code"} | {name: None}
    assert redeemed(at, **form).refusal == (400, "invalid_request", 900144)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("end", ["token", "devicecode"])
@pytest.mark.parametrize("middle", ["", "v2.0/"])
def test_a_token_endpoint_takes_forms_by_post_only(at, method, end, middle):
    path = f"/{at.tenant.tenant_id}/oauth2/{middle}{end}"
    answer = at.visitor().send(method, path, query="grant_type=client_credentials")
    if at.name == "faithful":
        assert answer.refusal == (400, "invalid_request", 900561)
        return
    assert (answer.status, answer.response.header("allow")) == (405, "POST, OPTIONS")
    assert at.visitor().send("OPTIONS", path).status == 200
    assert at.visitor().post(path, {}).status == 400


ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OWN_CODES = {
    "an unknown client": (
        {"client_id": "11111111-2222-4333-8444-555555555555"},
        (400, "unauthorized_client", 700016),
        (401, "invalid_client", 700016),
    ),
    "an assertion that is none": (
        {"client_assertion": "x", "client_assertion_type": ASSERTED},
        (400, "invalid_request", 50027),
        (401, "invalid_client", 50027),
    ),
    "an unknown resource": (
        {"scope": "https://nowhere.example/.default"},
        (400, "invalid_resource", 500011),
        (400, "invalid_scope", 500011),
    ),
    "an unknown device code": (
        {"grant_type": DEVICE, "device_code": "x"},
        (400, "bad_verification_code", 70018),
        (400, "invalid_grant", 70018),
    ),
}


@pytest.mark.parametrize("case", OWN_CODES)
def test_an_error_has_the_word_the_standards_have_for_it(at, case):
    """RFC 6749 5.2, RFC 7521 4.2.1, RFC 8628 3.5."""
    changes, faithful, strict = OWN_CODES[case]
    form = {"grant_type": "client_credentials", "scope": "https://localhost:8444/.default"}
    if not changes.keys() & {"client_assertion", "grant_type"}:
        form["client_secret"] = at.secret
    application = at.desk if "device_code" in changes else at.portal
    answer = redeem(at.service, at.tenant, application, **(form | changes))
    assert answer.refusal == (strict if at.name == "strict" else faithful)


def test_a_tenant_that_does_not_exist(at):
    answer = redeem(at.service, "nowhere.example", at.desk, grant_type="client_credentials")
    expected = "invalid_tenant" if at.name == "faithful" else "invalid_request"
    assert answer.refusal == (400, expected, 90002)


def test_an_unknown_grant_type(at):
    assert redeemed(at, grant_type="telepathy").refusal[1] == "unsupported_grant_type"


def test_a_person_s_password_sent_by_a_program(at):
    form = {
        "grant_type": "password",
        "username": at.person.user_principal_name,
        "password": "Correct-horse-9",
        "scope": f"{IMPERSONATION} openid",
    }
    at.answered()
    answer = redeemed(at, **form)
    if at.name == "strict":
        assert answer.refusal[1] in ("unsupported_grant_type", "unauthorized_client")
    else:
        assert answer.status == 200, answer.text


def test_refresh_tokens_come_anew_each_time(at):
    """RFC 9700 4.14.2: rotation, and a second use ends the family; Entra ID keeps the old valid."""
    first = at.tokens()["refresh_token"]
    second = redeemed(at, refresh_token=first).document["refresh_token"]
    assert second != first
    again = redeemed(at, refresh_token=first)
    if at.name == "faithful":
        assert again.status == 200
        assert redeemed(at, refresh_token=second).status == 200
        return
    assert again.refusal == (400, "invalid_grant", 50173)
    assert redeemed(at, refresh_token=second).refusal == (400, "invalid_grant", 50173)


def test_the_clock_of_these_tests_is_the_real_one(at):
    assert abs(at.clock() - time.time()) < 5
