"""Unmodified passport-wsfed-saml2 at a farm of AD FS: a web site signs a person in, and out.

The library verifies the tokens by what the federation metadata says. One relying party is told
tokens in clear, by the certificate; another one encrypted, by its thumbprint.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from support import certificates
from support.browser import Browser
from support.farm_pages import fill_in
from support.node import Node
from support.ports import RANDOM_PORT, serving_at
from support.served import Served, free_port

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
UPN, NAME = f"{CLAIMS}/upn", f"{CLAIMS}/name"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving_at(RANDOM_PORT) as server:
        yield server


@dataclass(frozen=True)
class Site:
    """The web site: its own address, and what its program is told."""

    url: str
    facts: dict[str, Any]


@pytest.fixture(scope="module")
def site(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Register the parties of a site, one for each way tokens are told."""
    # The name is of another site than the farm's, and the server's own certificate is good for it.
    url = f"https://site.xrm.localhost:{free_port()}"
    pair, folder = certificates.make("vault"), tmp_path_factory.mktemp("site")
    (folder / "vault.pem").write_bytes(pair.certificate_pem)
    (folder / "vault.key").write_bytes(pair.key_pem())
    [chain] = Path(served["data_dir"], "tls").glob("server-*.pem")
    encrypted = ("--certificate", str(folder / "vault.pem"), "--saml", "2.0")
    kinds: dict[str, tuple[str, ...]] = {"clear": (), "vault": encrypted}
    for name, options in kinds.items():
        where = ("--identifier", f"{url}/{name}/", "--endpoint", f"{url}/{name}/")
        served.run("adfs", "party", "add", name, *where, *options)
    parties = [
        {"name": "clear", "realm": f"{url}/clear/", "trust": "cert"},
        {
            "name": "vault",
            "realm": f"{url}/vault/",
            "trust": "thumbprint",
            "decryptionKey": str(folder / "vault.key"),
        },
    ]
    own = {"url": url, "key": str(chain.with_suffix(".key")), "certificate": str(chain)}
    authority = served["authority"].rstrip("/")
    facts = {
        **served.facts,
        "metadata": f"{authority}/FederationMetadata/2007-06/FederationMetadata.xml",
        "passive": f"{served['adfs_url']}/ls/",
        "site": own | {"parties": parties},
    }
    return Site(url, facts)


Told = dict[str, Any]
Visiting = Callable[[Callable[[Any, Site], None]], Told]


@pytest.fixture
def visiting(node: Node, site: Site, browser: Browser, served: Served) -> Visiting:
    """Return `visiting(acts) -> what the site tells`: somebody does things at the running site."""

    def run(acts: Callable[[Any, Site], None]) -> Told:
        def errand(passive: str) -> None:
            page = browser.page(ca=served["ca_bundle"])
            acts(page, site)
            page.goto(f"{site.url}/over")

        told: Told = node.converse("wsfed-site", site.facts, errand)
        return told

    return run


def test_a_person_signs_in_and_out(visiting: Visiting, served: Served) -> None:
    def acts(page: Any, site: Site) -> None:
        page.goto(f"{site.url}/clear/")
        fill_in(page, served)
        page.get_by_text("Signed in at clear").wait_for()
        # Single sign-on: nothing is asked any more, and this token is an encrypted one.
        page.goto(f"{site.url}/vault/")
        page.get_by_text("Signed in at vault").wait_for()
        assert page.url == f"{site.url}/vault/"
        leaving = {"wa": "wsignout1.0", "wreply": f"{site.url}/clear/bye"}
        page.goto(f"{site.facts['passive']}?{urlencode(leaving)}")
        page.wait_for_url(f"{site.url}/clear/bye")
        page.goto(f"{site.url}/clear/")
        page.get_by_role("heading", name="Sign in").wait_for()

    told = visiting(acts)
    assert told["refusals"] == []
    assert sorted(told["left"]) == ["clear", "vault"]


def test_the_site_is_told_who_it_is(visiting: Visiting, served: Served) -> None:
    def acts(page: Any, site: Site) -> None:
        page.goto(f"{site.url}/clear/")
        fill_in(page, served)
        page.get_by_text("Signed in at clear").wait_for()
        page.goto(f"{site.url}/vault/")
        page.get_by_text("Signed in at vault").wait_for()

    people = visiting(acts)["people"]
    assert set(people) == {"clear", "vault"}
    account = served["username"].partition("@")[0]
    for profile in people.values():
        assert profile[UPN] == served["username"]
        assert profile[NAME] == f"CONTOSO\\{account}"
        assert profile["issuer"].endswith("/adfs/services/trust")


@pytest.mark.parametrize("name", ["clear", "vault"])
def test_a_token_changed_on_the_way_is_refused(
    visiting: Visiting, served: Served, name: str
) -> None:
    def changed(route: Any) -> None:
        fields = {key: values[0] for key, values in parse_qs(route.request.post_data).items()}
        result = fields["wresult"]
        if name == "clear":
            assert served["username"] in result
            fields["wresult"] = result.replace(served["username"], served["admin_username"])
        else:
            # A cipher text of the right form that the key does not open.
            head, mark, tail = result.rpartition("CipherValue>")
            assert mark
            fields["wresult"] = f"{head[:-60]}{'A' * 16}{head[-44:]}{mark}{tail}"
        route.continue_(post_data=urlencode(fields))

    def acts(page: Any, site: Site) -> None:
        page.route(
            f"{site.url}/{name}/",
            lambda route: changed(route) if route.request.method == "POST" else route.continue_(),
        )
        page.goto(f"{site.url}/{name}/")
        fill_in(page, served)
        page.wait_for_url(f"{site.url}/{name}/")

    told = visiting(acts)
    assert told["people"] == {}
    assert len(told["refusals"]) == 1
    if name == "clear":
        assert "Signature check errors" in told["refusals"][0]
