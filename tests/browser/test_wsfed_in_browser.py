"""WS-Federation in a real browser: a web site, a farm of AD FS, and another farm before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from support.browser import Browser
from support.farms import PASSWORD_FIELD, USERNAME
from support.served import Served, serving
from support.signing_in import PASSWORD, make_person
from xrm.cli.options import estate
from xrm.sts import registration
from xrm.sts.adfs import Farm, parties, providers, rules
from xrm.wire import saml, xmldsig
from xrm.wire.saml import Assertion, claim_types
from xrm.wire.wsfed import results
from xrm.wire.wsfed.description import Description
from xrm.wire.wsfed.metadata_reading import read

SITE = "https://site.example/app/"
METADATA = "FederationMetadata/2007-06/FederationMetadata.xml"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a server with two farms: the first has a web site and lets in the other's people."""
    with serving("--memory", "--port", "0") as server:
        with estate(Path(server["data_dir"]), None) as opened:
            service = opened.sts
            first = Farm(service.base_url, opened.tenant)
            tenant = registration.create_tenant(service, name="Adatum", domain="adatum.localhost")
            other = Farm(service.base_url, tenant, first=False)
            make_person(service, tenant, "grace")
            for farm in (first, other):
                parties.add(
                    service, farm, name="Site", identifiers=("urn:site",), endpoints=(SITE,)
                )
            certificates = [key.certificate_der or b"" for key in service.keys.published()]
            providers.add(
                service,
                first,
                name="Adatum",
                identifier=other.identifier,
                certificates=certificates,
                passive=other.passive,
            )
            parties.add(
                service,
                other,
                name="The first farm",
                identifiers=(first.identifier,),
                endpoints=(first.passive,),
                certificate=service.parts.farm_keys.certificate(first),
                rules=rules.FARM,
            )
        yield server


@dataclass
class Site:
    """A web site: the forms that were posted to it, and every address that was asked for."""

    posts: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, route: Any) -> None:
        request = route.request
        self.asked.append(request.url)
        if request.method == "POST":
            fields = parse_qs(request.post_data, keep_blank_values=True)
            self.posts.append({name: values[0] for name, values in fields.items()})
        route.fulfill(status=200, content_type="text/html", body="<title>The site</title>")


@dataclass
class Person:
    """Somebody at a browser, and the site they want to sign in to."""

    page: Any
    site: Site
    served: Served

    @property
    def origin(self) -> str:
        """Return the origin of the token service."""
        parts = urlsplit(self.served["authority"])
        return f"{parts.scheme}://{parts.netloc}"

    def ask(self, farm: str = "adfs", **parameters: str) -> None:
        """Begin at the site, which sends the browser to a farm."""
        asked = {"wa": "wsignin1.0", "wtrealm": "urn:site", **parameters}
        self.page.goto(f"{self.origin}/{farm}/ls/?{urlencode(asked)}")

    def give_password(self, name: str, password: str) -> None:
        """Fill in the page of a farm and press Enter."""
        self.page.locator(f'[name="{USERNAME}"]').fill(name)
        self.page.keyboard.press("Tab")
        self.page.locator(f'[name="{PASSWORD_FIELD}"]').fill(password)
        self.page.keyboard.press("Enter")

    def at_site(self) -> dict[str, str]:
        """Wait until the browser is back at the site; return what it brought."""
        self.page.wait_for_url(SITE)
        return self.site.posts[-1]

    def described(self, prefix: str = "") -> Description:
        """Return the metadata of a farm."""
        with self.served.http() as http:
            return read(http.get(f"{self.origin}/{prefix}{METADATA}").content)

    def token(self, prefix: str = "") -> Assertion:
        """Return the assertion the site was brought, verified by the farm's metadata."""
        role = self.described(prefix).token_service
        assert role is not None
        token = results.read(self.at_site()["wresult"])
        return saml.read(xmldsig.verify_enveloped(token, certificates=role.signing))


@pytest.fixture
def person(browser: Browser, served: Served) -> Person:
    page, site = browser.page(ca=served["ca_bundle"]), Site()
    page.context.route("https://site.example/**", site.answer)
    return Person(page, site, served)


def test_a_person_signs_in_and_out(person: Person, served: Served):
    person.ask(whr="AD AUTHORITY", wctx="where I was")
    person.give_password(served["username"], "wrong")
    person.page.locator("[id$=ErrorTextLabel]").wait_for()
    person.give_password(served["username"], served["password"])
    assert person.at_site()["wctx"] == "where I was"
    token = person.token()
    assert token.values(claim_types.UPN) == (served["username"],)
    assert token.issuer == person.described().entity

    # Single sign-on: nothing is asked any more.
    person.ask(whr="AD AUTHORITY", wreply=f"{SITE}again")
    person.page.wait_for_url(f"{SITE}again")
    assert len(person.site.posts) == 2

    # The site is told, in a frame, and then the page goes on by itself.
    leaving = {"wa": "wsignout1.0", "wreply": f"{SITE}bye"}
    person.page.goto(f"{person.origin}/adfs/ls/?{urlencode(leaving)}")
    person.page.wait_for_url(f"{SITE}bye")
    assert f"{SITE}?wa=wsignoutcleanup1.0" in person.site.asked
    person.ask(whr="AD AUTHORITY")
    assert person.page.locator("h1").inner_text() == "Sign in"


def test_a_person_of_another_farm_goes_over_there_and_back(person: Person):
    person.ask()
    assert person.page.locator("h1").inner_text() == "Where is your account?"
    person.page.get_by_role("button", name="Adatum").click()
    person.page.wait_for_url("**/adatum.localhost/adfs/ls/**")
    person.give_password("ADATUM\\grace", PASSWORD)
    assert person.token().values(claim_types.UPN) == ("grace@adatum.localhost",)

    # Each farm tells what it knows of, one after the other; then the site's own page.
    leaving = {"wa": "wsignout1.0", "wreply": f"{SITE}bye"}
    person.page.goto(f"{person.origin}/adfs/ls/?{urlencode(leaving)}")
    person.page.wait_for_url(f"{SITE}bye")
    assert f"{SITE}?wa=wsignoutcleanup1.0" in person.site.asked
    person.ask("adatum.localhost/adfs")
    assert person.page.locator("h1").inner_text() == "Sign in"


def test_a_sign_out_begun_before_this_farm_reaches_its_sites(person: Person):
    person.ask()
    person.page.get_by_role("button", name="Adatum").click()
    person.page.wait_for_url("**/adatum.localhost/adfs/ls/**")
    person.give_password("ADATUM\\grace", PASSWORD)
    person.at_site()
    clean_up = f"{SITE}?wa=wsignoutcleanup1.0"
    assert clean_up not in person.site.asked
    with person.page.context.expect_event("request", lambda request: request.url == clean_up):
        person.page.goto(f"{person.origin}/adatum.localhost/adfs/ls/?wa=wsignout1.0")


def test_sessions_of_two_farms_of_one_host_stand_side_by_side(person: Person, served: Served):
    person.ask("adatum.localhost/adfs")
    person.give_password("grace@adatum.localhost", PASSWORD)
    person.at_site()
    person.ask(whr="AD AUTHORITY")
    person.give_password(served["username"], served["password"])
    person.at_site()
    for farm, prefix, name in (
        ("adfs", "", served["username"]),
        ("adatum.localhost/adfs", "adatum.localhost/", "grace@adatum.localhost"),
    ):
        person.ask(farm, whr="AD AUTHORITY")
        assert person.token(prefix).values(claim_types.UPN) == (name,)
    names = {cookie["name"] for cookie in person.page.context.cookies()}
    assert len([name for name in names if name.startswith("__Host-MSISAuth-")]) == 2
