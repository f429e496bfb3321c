"""Devices without a browser (RFC 8628): docs/openid.md."""

import pytest

from support.profiled import BASE, PROFILES, profiled
from support.signing_in import (
    IMPERSONATION,
    redeem,
    sign_in,
)

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
VERSIONS = ["v1", "v2"]


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("devices"), request.param) as opened:
        yield opened


def redeemed(at, **form):
    return redeem(at.service, at.tenant, at.desk, **form)


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
    old = "verification_url" if version == "v1" else "verification_uri"
    names = {old, "verification_uri"} if at.name == "strict" else {old}
    assert {name for name in document if name.startswith("verification")} == names
    assert {document[name] for name in names} == {f"{BASE}/common/oauth2/deviceauth"}
    kind = str if (at.name, version) == ("faithful", "v1") else int
    assert {type(document[name]) for name in ("expires_in", "interval")} == {kind}
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
    error = "expired_token" if at.name == "strict" else error
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
