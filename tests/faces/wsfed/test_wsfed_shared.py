"""One session of a farm for WS-Federation and OAuth: signed in by one, known to the other."""

import html
import re
from collections.abc import Iterator

import pytest

from support.farm_clients import ADA, NATIVE_REDIRECT, WEB_REDIRECT, Desk
from support.farms import LS, SITE, SITE_ENDPOINT, asking, farms_in, give_password
from support.signing_in import Reply, cheap_passwords

TOLD = "https://told.example/out"
CLEAN_UP = f"{SITE_ENDPOINT}?wa=wsignoutcleanup1.0"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("shared")) as farms:
        desk = Desk(farms)
        desk.add("told", "confidential", WEB_REDIRECT, logout_url=TOLD)
        yield desk


def frames(page: Reply) -> list[str]:
    found = re.findall(r'<iframe src="([^"]*)"', page.text)
    return sorted(html.unescape(url).partition("?sid=")[0] for url in found)


def test_who_signed_in_at_a_site_is_known_to_a_program(desk: Desk):
    visitor = desk.farms.visitor()
    give_password(visitor, visitor.get(LS, asking()), ADA)
    assert "code" in desk.browse(visitor, resource=SITE).told


def test_who_signed_in_to_a_program_is_known_at_a_site(desk: Desk):
    visitor = desk.farms.visitor()
    reply = give_password(visitor, desk.browse(visitor, resource=SITE), ADA)
    assert reply.target == NATIVE_REDIRECT + "/"
    assert visitor.get(LS, asking()).target == SITE_ENDPOINT


@pytest.mark.parametrize(
    ("path", "query"), [(LS, {"wa": "wsignout1.0"}), ("/adfs/oauth2/logout", {})]
)
def test_either_sign_out_tells_both(desk: Desk, path: str, query: dict[str, str]):
    visitor = desk.farms.visitor()
    give_password(visitor, visitor.get(LS, asking()), ADA)
    told = {"client_id": "told", "redirect_uri": WEB_REDIRECT}
    assert "code" in desk.browse(visitor, resource=SITE, **told).told
    page = visitor.get(path, query)
    assert page.heading == "You are signed out"
    assert frames(page) == [CLEAN_UP, TOLD]
    assert visitor.get(LS, asking()).heading == "Sign in"
    assert not any("MSISSignOut" in name for name in visitor.jar)
