"""Servers the clients of others are tried against: a random port, and 443."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import zeep

from support import node as nodes
from support import zeeping
from support.browser import Browser
from support.people_walking import Walker
from support.ports import PORTS, serving_at
from support.served import Served


@pytest.fixture(scope="module", params=PORTS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving_at(request.param) as server:
        yield server


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> nodes.Node:
    """Return Node with the packages of tests/interop/node; they stay in pytest's cache."""
    packages = pytestconfig.cache.mkdir("node")
    return nodes.prepared(tmp_path_factory.mktemp("node"), packages)


@pytest.fixture(autouse=True)
def trusted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the local CA the way the libraries are told to."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "XRM_CA_BUNDLE"):
        monkeypatch.setenv(name, served["ca_bundle"])


@pytest.fixture
def realms_are_asked_where_they_are(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare msal its question for a name's realm on a server that is not at port 443.

    It would ask there, whatever the authority's port is.
    """
    import msal

    if urlsplit(served["authority"]).port not in (None, 443):
        known = {"localhost"}
        monkeypatch.setattr(
            msal.authority.Authority, "_domains_without_user_realm_discovery", known
        )


@pytest.fixture
def walker(served: Served, browser: Browser) -> Walker:
    """Return the salesperson at a browser that has not been here before."""
    return Walker(served, browser, username=served["username"], password=served["password"])


@pytest.fixture(scope="module")
def zeep_client(served: Served) -> Iterator[zeep.Client]:
    """Return zeep with the description of Organization.svc and an administrator's token."""
    client = zeeping.loaded(served, "wsdl", zeeping.app_token(served, "admin_"))
    yield client
    client.transport.session.close()


@pytest.fixture(params=zeeping.BINDINGS)
def by_zeep(request: pytest.FixtureRequest, zeep_client: zeep.Client) -> zeeping.Caller:
    """Return the administrator by one of the bindings."""
    return zeeping.caller(zeep_client, request.param)


@pytest.fixture
def typed(by_zeep: zeeping.Caller) -> zeeping.Typed:
    """Return what makes the values of its types."""
    return by_zeep.typed
