"""Sign-out: the session, every site that was signed in to, and where to go then."""

import html
import re

import pytest

from support.farms import (
    LS,
    SITE_ENDPOINT,
    VAULT,
    VAULT_ENDPOINT,
    Farms,
    asking,
    choose_home,
    follow,
    give_password,
    signed_in,
)
from support.signing_in import Reply
from xrm.sts.adfs import parties

SIGN_OUT = {"wa": "wsignout1.0"}


def frames(page: Reply) -> list[str]:
    return [html.unescape(url) for url in re.findall(r'<iframe src="([^"]*)"', page.text)]


def onward(page: Reply) -> str:
    found = re.search(r'id="onward" href="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def test_every_site_that_was_signed_in_to_is_told(farms: Farms):
    visitor = signed_in(farms, VAULT)
    page = visitor.get(LS, SIGN_OUT)
    assert (page.status, page.heading) == (200, "You are signed out")
    assert sorted(frames(page)) == [
        f"{SITE_ENDPOINT}?wa=wsignoutcleanup1.0",
        f"{VAULT_ENDPOINT}?wa=wsignoutcleanup1.0",
    ]
    assert onward(page) == ""
    policy = page.response.header("content-security-policy") or ""
    assert "frame-src https://site.example https://vault.example" in policy


def test_a_site_that_was_not_signed_in_to_is_not_told(farms: Farms):
    assert frames(signed_in(farms).get(LS, SIGN_OUT)) == [f"{SITE_ENDPOINT}?wa=wsignoutcleanup1.0"]


@pytest.mark.parametrize("action", ["wsignout1.0", "wsignoutcleanup1.0"])
def test_the_session_is_over_at_the_server_too(farms: Farms, action: str):
    visitor = signed_in(farms)
    before = dict(visitor.jar)
    visitor.get(LS, {"wa": action})
    assert not any("MSISAuth" in name or "SignOut" in name for name in visitor.jar)
    # The cookie of before is worth nothing.
    visitor.jar = before
    assert visitor.get(LS, asking()).heading == "Sign in"


@pytest.mark.parametrize(
    ("reply", "taken"),
    [
        (f"{SITE_ENDPOINT}bye?x=1", True),
        (VAULT_ENDPOINT, True),
        ("https://evil.example/", False),
        ("https://site.example/", False),
        ("https://site.example/app/../evil", False),
        ("javascript:alert(1)", False),
        ("//evil.example/", False),
        ("", False),
    ],
)
def test_only_an_address_of_a_party_is_gone_back_to(farms: Farms, reply: str, taken: bool):
    page = signed_in(farms).get(LS, {**SIGN_OUT, "wreply": reply})
    assert onward(page) == (reply if taken else "")
    # Also where nobody is signed in.
    page = farms.visitor().get(LS, {**SIGN_OUT, "wreply": reply})
    assert (page.heading, onward(page)) == ("You are signed out", reply if taken else "")


def test_an_address_of_a_disabled_party_is_none(farms: Farms):
    party = parties.add(
        farms.service,
        farms.farm,
        name="Leaving",
        identifiers=("urn:leaving",),
        endpoints=("https://leaving.example/",),
    )
    asked = {**SIGN_OUT, "wreply": "https://leaving.example/bye"}
    assert onward(farms.visitor().get(LS, asked)) == "https://leaving.example/bye"
    parties.update(farms.service, farms.farm, party.party_id, enabled=False)
    assert onward(farms.visitor().get(LS, asked)) == ""


def test_a_message_that_cannot_be_read_signs_nobody_out(farms: Farms):
    visitor = signed_in(farms)
    assert visitor.get(LS, "wa=wsignout1.0&wreply=a&wreply=b").status == 400
    assert visitor.get(LS, asking()).target == SITE_ENDPOINT


@pytest.mark.parametrize("value", ["", "!!!", "cGFydHk6eA==", "/w==", "cGFydHk=" * 2000])
def test_a_cookie_of_anybodys_making_tells_nobody(farms: Farms, value: str):
    visitor = farms.visitor()
    visitor.get(LS, asking())
    mark = next(iter(visitor.jar)).rpartition("-")[2]
    visitor.jar[f"__Host-MSISSignOut-{mark}"] = value
    page = visitor.get(LS, SIGN_OUT)
    assert (page.status, frames(page)) == (200, [])


def test_the_way_back_leads_over_the_token_service_before_this_one(chained: Farms):
    visitor = chained.visitor()
    page = choose_home(visitor, visitor.get(LS, asking()), "Fabrikam")
    page = give_password(visitor, follow(visitor, page), "grace@fabrikam.example")
    assert follow(visitor, page).target == SITE_ENDPOINT

    page = visitor.get(LS, {**SIGN_OUT, "wreply": f"{SITE_ENDPOINT}bye"})
    assert frames(page) == [f"{SITE_ENDPOINT}?wa=wsignoutcleanup1.0"]
    path, _, query = onward(page).removeprefix("https://localhost:8443").partition("?")
    assert path == "/fabrikam.example/adfs/ls/"
    page = visitor.get(path, query)
    assert page.heading == "You are signed out"
    assert frames(page) == ["https://localhost:8443/adfs/ls/?wa=wsignoutcleanup1.0"]
    path, _, query = onward(page).removeprefix("https://localhost:8443").partition("?")
    assert path == LS
    page = visitor.get(path, query)
    assert onward(page) == f"{SITE_ENDPOINT}bye"
    # Both have forgotten the person.
    assert follow(visitor, visitor.get(LS, asking())).heading == "Sign in"


def test_only_a_token_service_before_this_one_frames_the_clean_up(farms: Farms, chained: Farms):
    def framing(at: Farms, action: str) -> tuple[str, str | None]:
        response = at.visitor().get(LS, {"wa": action}).response
        policy = response.header("content-security-policy") or ""
        return policy.rpartition("; ")[2], response.header("x-frame-options")

    nobody = ("frame-ancestors 'none'", "DENY")
    assert framing(chained, "wsignoutcleanup1.0") == (
        "frame-ancestors https://localhost:8443",
        None,
    )
    assert framing(chained, "wsignout1.0") == nobody
    assert framing(farms, "wsignoutcleanup1.0") == nobody
