"""The token endpoint and devices (RFC 6749, 6750, 7523, 7636, 8252, 8628, 9700): docs/openid.md."""

import base64
import time

import pytest

from support.profiled import BASE, PAGE, PROFILES, SITE, profiled
from support.signing_in import IMPERSONATION, Visitor, claims_of, redeem, sign_in, token_path

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
    form = {"code": at.answered().told["code"]} | changes
    if case == "another client":
        form |= {"client_id": str(at.page.application_id)}
    answer = redeemed(at, **form)
    assert answer.refusal[1] == error
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
        assert answer.refusal[1] in ("invalid_resource", "invalid_scope")
    else:
        assert claims_of(answer.document["access_token"])["scp"] == "user_impersonation"


def test_a_refresh_token_is_bound_to_its_client(at):
    token = at.tokens()["refresh_token"]
    answer = redeem(at.service, at.tenant, at.page, refresh_token=token)
    assert answer.refusal[:2] == (400, "invalid_grant")


@pytest.mark.parametrize("name", ["grant_type", "code"])
def test_a_form_that_lacks_something_is_an_invalid_request(at, name):
    form = {"code": "x", "grant_type": "authorization_code"} | {name: None}
    assert redeemed(at, **form).refusal == (400, "invalid_request", 900144)


def test_a_token_endpoint_takes_forms_by_post_only(at):
    answer = at.visitor().get(token_path(at.tenant), {"grant_type": "client_credentials"})
    assert answer.refusal == (400, "invalid_request", 900561)


def test_an_unknown_grant_type(at):
    assert redeemed(at, grant_type="telepathy").refusal[1] == "unsupported_grant_type"


def begin(at, version="v2"):
    middle = "" if version == "v1" else "v2.0/"
    asked = {"scope": f"{IMPERSONATION} openid offline_access"}
    if version == "v1":
        asked = {"resource": "https://localhost:8444/"}
    return at.visitor().post(
        f"/{at.tenant.tenant_id}/oauth2/{middle}devicecode",
        {"client_id": str(at.desk.application_id), **asked},
    )


def poll(at, device, version="v2"):
    return redeemed(at, version=version, grant_type=DEVICE, device_code=device["device_code"])


def type_in(at, device, decision):
    visitor = at.signed_in
    page = visitor.submit(
        visitor.get("/common/oauth2/deviceauth"), "code", code=device["user_code"]
    )
    page = sign_in(visitor, page, at.person.user_principal_name, consent="")
    if page.heading.startswith("Desk asks"):
        page = visitor.submit(page, "accept")
    return visitor.submit(page, decision)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_is_given_codes(at, version):
    answer = begin(at, version)
    document = answer.document
    page = document["verification_url" if version == "v1" else "verification_uri"]
    assert page == f"{BASE}/common/oauth2/deviceauth"
    assert (int(document["expires_in"]), int(document["interval"])) == (900, 5)
    assert len(document["user_code"]) == 9
    assert len(document["device_code"]) >= 43
    assert "no-store" in answer.response.header("cache-control")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_waits_for_its_person(at, version):
    device = begin(at, version).document
    assert poll(at, device, version).refusal == (400, "authorization_pending", 70016)
    type_in(at, device, "accept")
    at.clock.ahead += 10
    try:
        answer = poll(at, device, version)
        assert answer.status == 200, answer.text
        assert poll(at, device, version).refusal[2] == 70018
    finally:
        at.clock.ahead = 0


def test_a_device_whose_person_says_no(at):
    device = begin(at).document
    type_in(at, device, "decline")
    told = {"faithful": "authorization_declined", "strict": "access_denied"}[at.name]
    assert poll(at, device).refusal[:2] == (400, told)


@pytest.mark.parametrize(("version", "error"), [("v1", "code_expired"), ("v2", "expired_token")])
def test_a_device_whose_time_is_over(at, version, error):
    device = begin(at, version).document
    at.clock.ahead += 901
    try:
        assert poll(at, device, version).refusal == (400, error, 70020)
    finally:
        at.clock.ahead = 0


def test_a_device_that_polls_too_fast(at):
    """Entra ID says that the sign-in is pending; RFC 8628 3.5 says slow_down, and wait longer."""
    device = begin(at).document
    said, waited = [], (0, 1, 9, 11)
    for seconds in waited:
        at.clock.ahead += seconds
        said.append(poll(at, device).refusal[1])
    at.clock.ahead = 0
    pending, slow = "authorization_pending", "slow_down"
    # After the first warning ten seconds are to be waited, after the second fifteen.
    expected = [pending, slow, slow, slow] if at.name == "strict" else [pending] * 4
    assert said == expected


def test_the_page_of_devices_may_know_the_code_already(at):
    """RFC 8628 3.3.1 lets the address carry it; the person still has to press the button."""
    device = begin(at).document
    page = at.visitor().get("/common/oauth2/deviceauth", {"user_code": device["user_code"]})
    assert device["user_code"] in page.text
    assert page.steps == ["code"]


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
