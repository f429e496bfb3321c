"""The pages of claims-based organizations of a real server: two processes, three organizations."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from support.org_walking import Walker
from support.served import Served, serving
from xrm.cli.options import estate
from xrm.wire.wsfed.description import ApplicationRole
from xrm.wire.wsfed.metadata_reading import read

METADATA = "FederationMetadata/2007-06/FederationMetadata.xml"
SALESPERSON = "Sofia Lindqvist"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two organizations with hosts and one with a path, in two processes."""
    data = str(tmp_path_factory.mktemp("passive") / "data")
    arguments = ("--data", data, "--port", "0", "--workers", "2", "--test-controls")
    with serving(*arguments, "--deployment", "ifd") as server:
        tenant = ("--tenant", "contoso.localhost")
        server.run("org", "create", "northwind", "--deployment", "ifd", *tenant)
        server.run("org", "create", "woodgrove", "--deployment", "on-premises", *tenant)
        yield server


def url_of(served: Served, name: str) -> str:
    """Return the address of an organization, or that of the host two of them share."""
    if name == "woodgrove":
        return f"{served['organizations_url']}woodgrove/"
    return f"https://{name}.{served['ifd_host']}/"


@pytest.fixture
def walker(served: Served) -> Iterator[Walker]:
    with served.http() as http:
        yield Walker(served, http)


NAMES = ("contoso", "northwind", "woodgrove")


@pytest.mark.parametrize("name", NAMES)
def test_signing_in_by_the_farms_page(walker: Walker, served: Served, name: str) -> None:
    url = url_of(served, name)
    page = walker.enter(f"{url}?a=b")
    assert (page.status_code, str(page.url)) == (200, f"{url}?a=b")
    # Whichever process answers knows the session.
    said = f"Signed in {SALESPERSON} {served['username']}"
    assert {walker.who(url) for _ in range(8)} == {said}
    assert f"{url}{METADATA}" in page.text
    others = {each: walker.who(url_of(served, each)) for each in NAMES if each != name}
    assert set(others.values()) == {""}


@pytest.mark.parametrize(("of", "to"), [("northwind", "contoso"), ("contoso", "woodgrove")])
def test_the_answer_for_one_organization_is_none_for_another(
    served: Served, of: str, to: str
) -> None:
    with served.http() as http:
        walker = Walker(served, http)
        walker.enter(url_of(served, of), brings=False)
        assert walker.held is not None
        asked = http.get(url_of(served, to)).headers["location"]
        context = parse_qs(urlsplit(asked).query)["wctx"][0]
        answer = http.post(url_of(served, to), data={**walker.held, "wctx": context})
        assert answer.status_code == 400
        assert "is not signed as it should be" in answer.text
        assert walker.who(url_of(served, to)) == ""


def test_a_token_counts_once_in_all_processes(served: Served) -> None:
    url = url_of(served, "contoso")
    with served.http() as http:
        walker = Walker(served, http)
        walker.enter(url)
    assert walker.held is not None
    for _ in range(6):
        with served.http() as thief:
            context = parse_qs(urlsplit(thief.get(url).headers["location"]).query)["wctx"][0]
            answer = thief.post(url, data={**walker.held, "wctx": context})
            assert (answer.status_code, "was used before" in answer.text) == (400, True)


def test_a_session_ends_with_its_token_hours_later(walker: Walker, served: Served) -> None:
    url = url_of(served, "northwind")
    walker.enter(url)
    for seconds, stands in ((3500, True), (3600, False)):
        move(served, seconds)
        assert bool(walker.who(url)) is stands
    # The farm remembers for longer: nothing is asked.
    assert SALESPERSON in walker.enter(url).text


def move(served: Served, seconds: float) -> None:
    """Move the server's clock forward."""
    secret = (Path(served["data_dir"]) / "control.token").read_text()
    with served.http() as http:
        moved = http.post(
            f"{served['authority']}/control/clock",
            headers={"authorization": f"Bearer {secret}"},
            json={"advance_seconds": seconds},
        )
        assert moved.status_code == 200


def role_of(answer: httpx2.Response) -> tuple[str, ApplicationRole]:
    """Return the name and the role in a metadata document."""
    assert answer.headers["content-type"] == "application/samlmetadata+xml; charset=utf-8"
    found = read(answer.content)
    assert found.application is not None
    signed_with = found.application.encryption
    assert read(answer.content, certificates=signed_with) == found
    return found.entity, found.application


@pytest.mark.parametrize("name", NAMES)
def test_each_describes_itself(served: Served, name: str) -> None:
    url = url_of(served, name)
    with served.http() as http:
        entity, role = role_of(http.get(url + METADATA))
        assert (entity, role.scopes, role.passive) == (url, (url,), (url,))
        (party,) = (
            each for each in served.run("adfs", "party", "list") if url in each["identifiers"]
        )
        assert party["endpoints"][0] == url


def test_the_host_they_share_describes_those_with_hosts(served: Served) -> None:
    shared, own = url_of(served, "auth"), [url_of(served, name) for name in NAMES[:2]]
    with served.http() as http:
        entity, role = role_of(http.get(shared + METADATA.lower()))
        assert (entity, list(role.scopes), list(role.passive)) == (shared, [shared, *own], own)
        gone = http.get(f"{shared}?{urlencode({'whr': 'urn:x'})}")
        assert (gone.status_code, gone.headers["location"]) == (302, f"{own[0]}?whr=urn%3Ax")
        assert http.post(shared, data={"wa": "wsignin1.0"}).status_code == 404
        assert http.get(f"{shared}signin").status_code == 404


def test_it_follows_a_roll_over_and_people_sign_in_on(served: Served, walker: Walker) -> None:
    url = url_of(served, "woodgrove")
    walker.enter(url, brings=False)
    before = walker.held
    assert before is not None
    _, old = role_of(walker.http.get(url + METADATA))
    with estate(Path(served["data_dir"]), None) as opened:
        opened.organizations.renew_key(opened.organizations.find("woodgrove"))
    _, new = role_of(walker.http.get(url + METADATA))
    assert old.encryption != new.encryption
    # What was encrypted before still opens, and so does what is encrypted now.
    assert walker.http.post(url, data=before).status_code == 302
    assert walker.who(url)
    with served.http() as http:
        assert SALESPERSON in Walker(served, http).enter(url).text
