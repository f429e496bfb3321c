"""Where a server listens and what it publishes, for every way to say it."""

import pytest

from xrm.server.addresses import (
    Place,
    accepted_hosts,
    bind,
    certificate_names,
    expected,
    normal_host,
    places,
    publish,
)
from xrm.server.folder import EstateError
from xrm.server.settings import Settings

A8443, A8444 = "127.0.0.1:8443", "127.0.0.1:8444"


def settings(**values):
    return Settings.load(values, {"XDG_DATA_HOME": "/nonexistent"})


@pytest.mark.parametrize(
    ("given", "where", "sts", "org"),
    [
        ({}, [A8443, A8444], "https://localhost:8443", "https://localhost:8444/"),
        (
            {"host": "localhost"}, [A8443, A8444],
            "https://localhost:8443", "https://localhost:8444/",
        ),
        (
            {"port": 443}, ["127.0.0.1:443", "127.0.0.2:443"],
            "https://localhost", "https://127.0.0.2/",
        ),
        (
            {"port": 443, "host": "127.0.0.2"}, ["127.0.0.2:443", "127.0.0.1:443"],
            "https://127.0.0.2", "https://localhost/",
        ),
        (
            {"port": 443, "org_port": 8444}, ["127.0.0.1:443", A8444],
            "https://localhost", "https://localhost:8444/",
        ),
        (
            {"port": 9443, "org_port": 9443}, ["127.0.0.1:9443", "127.0.0.2:9443"],
            "https://localhost:9443", "https://127.0.0.2:9443/",
        ),
        (
            {"port": 443, "host": "::1"}, ["::1:443", "127.0.0.1:443"],
            "https://[::1]", "https://localhost/",
        ),
        (
            {"host": "10.1.2.3"}, ["10.1.2.3:8443", "10.1.2.3:8444"],
            "https://10.1.2.3:8443", "https://10.1.2.3:8444/",
        ),
        (
            {"host": "0.0.0.0"}, ["0.0.0.0:8443", "0.0.0.0:8444"],
            "https://localhost:8443", "https://localhost:8444/",
        ),
        (
            {"host": "10.1.2.3", "port": 443}, ["10.1.2.3:443"],
            "https://10.1.2.3", "https://10.1.2.3/",
        ),
        (
            {"public_url": "https://sts.example/", "org_url": "https://ORG.example:443"},
            [A8443, A8444],
            "https://sts.example", "https://org.example/",
        ),
    ],
)  # fmt: skip
def test_places_and_published_urls(given, where, sts, org):
    found = places(settings(**given))
    assert [f"{place.host}:{place.port}" for place in found] == where
    urls = publish(settings(**given), found)
    assert (urls.sts, urls.org) == (sts, org)


def test_free_ports_are_published_once_bound():
    assert [place.port for place in places(settings(port=0))] == [0, 0]
    assert [place.port for place in places(settings(port=0, org_port=0))] == [0, 0]
    bound = [Place("127.0.0.1", 1234, ("sts",)), Place("127.0.0.1", 1235, ("org",))]
    assert publish(settings(port=0), bound).org == "https://localhost:1235/"
    assert expected(settings(port=0)).sts == "https://localhost:8443"


def test_a_port_that_is_taken_is_said_so():
    first = bind(Place("127.0.0.1", 0, ("sts",)))
    try:
        port = first.getsockname()[1]
        with pytest.raises(EstateError, match=f"127.0.0.1 port {port}"):
            bind(Place("127.0.0.1", port, ("sts",)))
    finally:
        first.close()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("localhost", "localhost:443"),
        ("LOCALHOST:8443", "localhost:8443"),
        ("[::1]:8443", "[::1]:8443"),
        ("a.example:00443", "a.example:443"),
        ("", None),
        ("a b", None),
        ("a.example:", None),
        ("a.example:x", None),
        ("u@a.example", None),
        ("a.example/path", None),
        ("a.example,b.example", None),
        ("::1", None),
    ],
)
def test_a_host_header_is_read_strictly(text, normal):
    assert normal_host(text) == normal


def test_accepted_hosts_are_the_certificates_names_and_the_public_url():
    given = settings(names="further.example", public_url="https://sts.example")
    place = places(given)[0]
    urls = publish(given, places(given))
    hosts = accepted_hosts(certificate_names(given, urls), place, urls.sts)
    assert hosts == {
        "localhost:8443",
        "127.0.0.1:8443",
        "127.0.0.2:8443",
        "[::1]:8443",
        "further.example:8443",
        "sts.example:8443",
        "sts.example:443",
    }
