"""The samples at an organization that is claims-based: a client of AD FS, at their addresses."""

import pytest

from xrm.server.addresses import Urls
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts.adfs.oauth import clients


def the_clients(folder, deployment, *samples):
    """Return the farm's clients after servers have published samples at these addresses."""
    settings = Settings.load(
        {"data": folder, "synchronous": "normal", "deployment": deployment}, {}
    )
    for url in samples:
        urls = Urls("https://localhost:8443", "https://localhost:8444/", samples=url)
        estate = Estate.open(settings, urls=urls)
        try:
            estate.publish()
            farm = estate.organizations.farm(estate.tenant)
            found = clients.listing(estate.sts, farm)
            expected = str(estate.demonstration.spa_client_id)
        finally:
            estate.close()
    assert all(one.client_id == expected for one in found)
    return found


@pytest.mark.parametrize("deployment", ["ifd", "on-premises"])
def test_the_samples_are_a_client_of_the_farm(tmp_path, deployment):
    (client,) = the_clients(tmp_path, deployment, "http://localhost:8400/")
    assert client.kind == "spa"
    assert set(client.redirect_uris) == {
        f"http://{host}:8400/{page}"
        for host in ("localhost", "127.0.0.1")
        for page in ("spa-adal/", "spa-adal-angular/", "spa-msal/", "spa-msal/redirect.html")
    }


def test_those_of_the_last_addresses_stay(tmp_path):
    ports = [f"http://localhost:{port}/" for port in (8400, 9001, 9002, 9003, 9003)]
    (client,) = the_clients(tmp_path, "ifd", *ports)
    pages = [url for url in client.redirect_uris if url.startswith("http://localhost")]
    pages = [url for url in pages if url.endswith("spa-adal/")]
    assert pages == [f"http://localhost:{port}/spa-adal/" for port in (9001, 9002, 9003)]


@pytest.mark.parametrize(
    ("deployment", "samples"), [("online", "http://localhost:8400/"), ("ifd", "")]
)
def test_without_samples_or_claims_the_farm_has_no_client(tmp_path, deployment, samples):
    assert the_clients(tmp_path, deployment, samples) == []
