"""The routing table: which mount a listener, a Host and a path lead to."""

import pytest

from xrm.server import app
from xrm.server.addresses import Place, publish
from xrm.server.app import table
from xrm.server.estate import Estate
from xrm.server.settings import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("estate")


def routed(folder, places, **values):
    """Return `route(listener, host, path)`: the origin and prefix that answer, None for 400."""
    settings = Settings.load({"data": folder, "synchronous": "normal", **values}, {})
    estate = Estate.open(settings, urls=publish(settings, places))
    try:
        rows = table(estate, places)
    finally:
        estate.close()

    def route(listener, host, path):
        for row in rows:
            if row.listener == listener and host in row.hosts and row.matches(path):
                return row.origin
        return None

    return route


def test_two_listeners_are_two_origins(folder):
    places = [Place("127.0.0.1", 1111, ("sts",)), Place("127.0.0.1", 2222, ("org",))]
    route = routed(folder, places)
    assert route(0, "localhost:1111", "/api/data/v9.2/") == "sts"
    assert route(1, "localhost:2222", "/common/oauth2/token") == "org"
    assert route(0, "localhost:2222", "/") is None
    assert route(1, "localhost:1111", "/") is None


def test_one_listener_with_two_names_goes_by_host(folder):
    places = [Place("10.1.2.3", 443, ("sts", "org"))]
    urls = {"public_url": "https://sts.example", "org_url": "https://org.example"}
    route = routed(folder, places, host="10.1.2.3", **urls)
    for path in ("/", "/api/data/v9.2/", "/common/oauth2/token"):
        assert route(0, "sts.example:443", path) == "sts"
        assert route(0, "org.example:443", path) == "org"
    assert route(0, "10.1.2.3:443", "/api/data/v9.2/leads") == "org"
    assert route(0, "10.1.2.3:443", "/common/oauth2/token") == "sts"
    assert route(0, "other.example:443", "/") is None


def test_one_listener_with_one_name_goes_by_path(folder):
    places = [Place("10.1.2.3", 443, ("sts", "org"))]
    route = routed(folder, places, host="10.1.2.3", port=443)
    assert route(0, "10.1.2.3:443", "/api/data/v9.2/leads") == "org"
    assert route(0, "10.1.2.3:443", "/xrmservices/2011/organization.svc") == "org"
    assert route(0, "10.1.2.3:443", "/apis") == "sts"
    assert route(0, "10.1.2.3:443", "/") == "sts"


def test_the_organization_has_a_page_where_its_services_are_not(folder):
    places = [Place("127.0.0.1", 1111, ("sts",)), Place("127.0.0.1", 2222, ("org",))]
    settings = Settings.load({"data": folder, "synchronous": "normal"}, {})
    estate = Estate.open(settings, urls=publish(settings, places))
    try:
        rows = [row for row in table(estate, places) if row.origin == "org"]
    finally:
        estate.close()
    found = {
        path: next(row.dress for row in rows if row.matches(path))
        for path in (
            "/",
            "/signin",
            "/api",
            "/api/data/v9.2/",
            "/xrmservices/2011/x.svc",
            "/xrmservices/2011/organization.svc",
            "/xrmservices/2011/organization.svc/web",
        )
    }
    assert found == {
        "/": "plain",
        "/signin": "plain",
        "/api": "plain",
        "/api/data/v9.2/": "odata",
        "/xrmservices/2011/x.svc": "odata",
        "/xrmservices/2011/organization.svc": "plain",
        "/xrmservices/2011/organization.svc/web": "plain",
    }


@pytest.mark.parametrize("dress", ["oauth", "odata", "plain"])
def test_a_refusal_wears_the_dress_of_its_origin(dress):
    document = app.refusal(dress, 503, "busy", "Later.").body.decode()
    assert ('"error":{' in document) == (dress == "odata")
    assert "Later." in document
