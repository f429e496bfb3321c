"""Where answers go: to addresses of the relying party and no other."""

import pytest

from support.farms import LS, SITE_ENDPOINT, Farms, asking, give_password
from xrm.sts.adfs.passive import addresses

BELOW = [
    "https://site.example/app/",
    "https://site.example/app/signin-wsfed",
    "https://site.example/app/a/b?c=d",
    "https://site.example/app/?ReturnUrl=%2Fa%5Cb/../c",
    "https://site.example:443/app/",
    "https://SITE.example/app/",
]
ELSEWHERE = [
    "https://evil.example/app/",
    "https://site.example/",
    "https://site.example/application/",
    "https://site.example/App/",
    "https://site.example:8443/app/",
    "http://site.example/app/",
    "https://site.example.evil.example/app/",
    "https://site.example@evil.example/app/",
    "https://user:x@site.example/app/",
    "https://evil.example\\@site.example/app/",
    "https://site.example\\.evil.example/app/",
    "https://site.example/app/../",
    "https://site.example/app/%2e%2e/",
    "https://site.example/app/.%2E/evil",
    "https://site.example/app/..",
    "https://site.example/app/..\\evil",
    "https://site.example/app/%5c..%5cevil",
    "https://site.example/app/%2f..%2fevil",
    "https://site.example/app/ x",
    "https://site.example/app/\u00e9",
    "https://site.example:99999/app/",
    "https:/site.example/app/",
    "https:site.example/app/",
    "//site.example/app/",
    "/app/",
    "javascript:alert(1)//https://site.example/app/",
    "data:text/html,https://site.example/app/",
    "https://site.example/app/" + "a" * 2048,
    "https://[::1/app/",
    "",
]


@pytest.mark.parametrize("sent", BELOW)
def test_an_address_below_an_endpoint_is_the_partys(farms: Farms, sent: str):
    assert addresses.reply_of(farms.site, sent) == sent


@pytest.mark.parametrize("sent", ELSEWHERE)
def test_any_other_is_left_alone(farms: Farms, sent: str):
    assert addresses.reply_of(farms.site, sent) == SITE_ENDPOINT
    assert addresses.return_address([farms.site], sent) == ""


def test_an_endpoint_that_is_no_folder_is_met_exactly_or_below(farms: Farms):
    assert addresses.belongs(farms.vault, "https://vault.example/signin")
    assert addresses.belongs(farms.vault, "https://vault.example/signin/x")
    assert not addresses.belongs(farms.vault, "https://vault.example/signin-evil")


@pytest.mark.parametrize("sent", [BELOW[1], *ELSEWHERE[:8]])
def test_the_answer_goes_where_it_may(farms: Farms, sent: str):
    visitor = farms.visitor()
    reply = give_password(visitor, visitor.get(LS, asking(wreply=sent)), "ada@contoso.example")
    assert reply.target == (sent if sent in BELOW else SITE_ENDPOINT)
