"""What a farm's page refuses: requests that are wrong, and forms that are not its own."""

import html

import pytest

from support.farms import (
    ADA,
    FABRIKAM_LS,
    LS,
    PASSWORD_FIELD,
    SITE,
    SITE_ENDPOINT,
    USERNAME,
    Farms,
    action_of,
    asking,
    code,
    give_password,
    signed_in,
)
from xrm.sts.adfs import parties
from xrm.sts.faces import adfs
from xrm.wire.http import Request, Route


@pytest.mark.parametrize(
    ("parameters", "status", "number"),
    [
        ({}, 400, "MSIS7065"),
        ({"wtrealm": SITE}, 400, "MSIS7065"),
        ({"wa": "wsignin1.0"}, 400, ""),
        ({"wa": "wattr1.0", "wtrealm": SITE}, 400, ""),
        (asking("https://site.example"), 400, "MSIS7007"),
        (asking("https://SITE.example/"), 400, "MSIS7007"),
        (asking("https://site.example/app/"), 400, "MSIS7007"),
        (asking(wfresh="x"), 400, ""),
        (asking(wreqptr="https://evil.example/"), 400, ""),
        (asking(wreq="<a/>"), 400, ""),
        (asking(whr="urn:unknown"), 400, ""),
        (asking(wctx="x" * 9000), 400, ""),
        (asking("urn:" + "x" * 3000), 400, ""),
        (asking(wctx="<script>alert(1)</script>", wtrealm="<script>"), 400, "MSIS7007"),
    ],
)
def test_what_is_wrong_is_told_on_a_page(
    farms: Farms, parameters: dict[str, str], status: int, number: str
):
    page = farms.visitor().get(LS, parameters)
    assert (page.status, code(page)) == (status, number)
    assert "Activity ID" in page.text
    assert "<script>" not in page.text.replace('<script src="/assets/', "")


def test_a_repeated_parameter_is_refused(farms: Farms):
    page = farms.visitor().get(LS, "wa=wsignin1.0&wtrealm=urn%3Avault&wtrealm=urn%3Aevil")
    assert (page.status, page.heading) == (400, "The request cannot be read")


def test_a_party_that_is_disabled_is_none(farms: Farms):
    party = parties.add(
        farms.service,
        farms.farm,
        name="Off",
        identifiers=("urn:off",),
        endpoints=("https://off.example/",),
    )
    visitor = signed_in(farms)
    assert visitor.get(LS, asking("urn:off")).target == "https://off.example/"
    parties.update(farms.service, farms.farm, party.party_id, enabled=False)
    assert code(visitor.get(LS, asking("urn:off"))) == "MSIS7007"


def test_a_party_without_an_endpoint_takes_no_browsers(farms: Farms):
    parties.add(farms.service, farms.farm, name="Service", identifiers=("urn:service",))
    page = signed_in(farms).get(LS, asking("urn:service", wreply="https://evil.example/"))
    assert (page.status, page.target) == (400, "")


def test_a_site_that_keeps_asking_is_stopped(farms: Farms):
    visitor = signed_in(farms)
    for _ in range(4):
        assert visitor.get(LS, asking()).target == SITE_ENDPOINT
    page = visitor.get(LS, asking())
    assert (page.status, code(page)) == (400, "MSIS7042")
    farms.clock.ahead += 21
    try:
        assert visitor.get(LS, asking()).target == SITE_ENDPOINT
    finally:
        farms.clock.ahead = 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_refused(farms: Farms, method: str):
    reply = farms.visitor().send(method, LS)
    assert (reply.status, reply.response.header("allow")) == (405, "GET, POST")


def test_a_page_of_another_browser_signs_nobody_in(farms: Farms):
    page = farms.visitor().get(LS, asking())
    victim = farms.visitor()
    victim.get(LS, asking())
    refused = give_password(victim, page, ADA)
    assert (refused.status, refused.target) == (400, "")
    assert not any("MSISAuth-" in name for name in victim.jar)


def test_a_form_of_another_origin_is_refused(farms: Farms):
    visitor = farms.visitor()
    page = visitor.get(LS, asking())
    path, query = action_of(page)
    filled = {**page.fields, USERNAME: ADA, PASSWORD_FIELD: "Correct-horse-9"}
    evil = (("origin", "https://evil.example"),)
    assert visitor.post(path, filled, query=query, headers=evil).status == 400


def test_a_page_of_the_other_farm_opens_nothing_here(farms: Farms):
    parties.add(
        farms.service,
        farms.other,
        name="Theirs",
        identifiers=("urn:theirs",),
        endpoints=("https://theirs.example/",),
    )
    visitor = farms.visitor()
    page = visitor.get(FABRIKAM_LS, asking("urn:theirs"))
    refused = visitor.post(LS, {**page.fields, USERNAME: ADA, PASSWORD_FIELD: "Correct-horse-9"})
    assert (refused.status, refused.target) == (400, "")


def test_a_page_that_was_open_for_too_long_is_refused(farms: Farms):
    visitor = farms.visitor()
    page = visitor.get(LS, asking())
    farms.clock.ahead += 1801
    try:
        assert give_password(visitor, page, ADA).status == 400
    finally:
        farms.clock.ahead = 0


@pytest.mark.parametrize("body", [b"x", b"__VIEWSTATE=1.x", b"wa=wsignin1.0&wresult=x", b"%ff=%fe"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/xml", ""])
def test_what_is_posted_may_be_anything(farms: Farms, body: bytes, kind: str):
    headers = (("content-type", kind),) if kind else ()
    page = farms.visitor().send("POST", LS, headers=headers, body=body)
    assert (page.status, page.target) == (400, "")
    assert "Activity ID" in page.text


def test_names_are_harmless_in_every_place(farms: Farms):
    hostile = '"><script>alert(1)</script>'
    page = farms.visitor().get(LS, asking(username=hostile, wctx=hostile))
    assert html.escape(hostile) in page.text or "&#34;&gt;&lt;script" in page.text
    assert "<script>alert" not in page.text


def test_a_form_that_is_too_large_gets_a_page(farms: Farms):
    mount = adfs.mount(farms.service, first=farms.contoso.tenant_id, otherwise=Nowhere())
    head = Request("POST", LS)
    route = mount.route(head)
    assert (route.lane, route.limit) == ("pool", 384 * 1024)
    response = route.too_large(head)
    assert (response.status, b"too large" in response.body) == (413, True)


class Nowhere:
    """A mount that nothing is at."""

    def route(self, head: Request) -> Route:
        raise AssertionError(head)
