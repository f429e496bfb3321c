"""The samples' origin: what is to be seen there, and where their libraries come from."""

import stat
from pathlib import Path

import pytest

from support.served import serving
from xrm.server.addresses import places, publish
from xrm.server.folder import EstateError
from xrm.server.samples import Shelf, fetch
from xrm.server.settings import Settings

NPM = """#!/bin/sh
echo called >> "{calls}"
{does}
"""
GIVES = 'mkdir -p node_modules && echo "{}" > node_modules/there.js'
FAILS = "echo 'npm error: no such package' >&2; exit 1"


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Return a function that puts a program called npm on the path, and the list of its calls."""
    calls, programs = tmp_path / "calls", tmp_path / "programs"
    calls.touch()
    programs.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(does: str | None) -> Path:
        if does is None:
            monkeypatch.setenv("PATH", str(programs))
            return calls
        program = programs / "npm"
        program.write_text(NPM.format(calls=calls, does=does))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        return calls

    return put


def kept(tmp_path) -> list[str]:
    return [path.name for path in (tmp_path / "cache" / "xrm").glob("*")]


def test_libraries_are_fetched_once(npm, tmp_path):
    calls = npm(GIVES)
    first, second = fetch(Shelf.find()), fetch(Shelf.find())
    assert first == second
    assert (first / "there.js").is_file()
    assert calls.read_text() == "called\n"
    assert kept(tmp_path) == [first.parent.name]


def test_where_npm_fails_it_is_said_why_and_nothing_is_left(npm, tmp_path):
    npm(FAILS)
    with pytest.raises(EstateError, match="no such package"):
        fetch(Shelf.find())
    assert kept(tmp_path) == []


def test_without_npm_it_is_said_what_to_do(npm):
    npm(None)
    with pytest.raises(EstateError, match=r"Node\.js with npm"):
        fetch(Shelf.find())


@pytest.mark.parametrize(
    ("given", "plain", "secure"),
    [
        ({}, "http://localhost:8400/", "https://localhost:8401/"),
        ({"samples_port": 80, "samples_https_port": 443}, "http://localhost/", "https://localhost/"),
        ({"host": "10.1.2.3"}, "http://10.1.2.3:8400/", "https://10.1.2.3:8401/"),
        ({"public_url": "https://sts.example"}, "http://localhost:8400/", "https://localhost:8401/"),
    ],
)  # fmt: skip
def test_where_they_are(given, plain, secure):
    chosen = Settings.load({"samples": True, **given}, {})
    urls = publish(chosen, places(chosen))
    assert (urls.samples, urls.samples_https) == (plain, secure)


def test_they_are_not_there_unless_wanted():
    chosen = Settings.load({}, {})
    assert len(places(chosen)) == 2
    assert publish(chosen, places(chosen)).samples == ""


def test_free_ports_go_with_a_free_one():
    chosen = Settings.load({"samples": True, "port": 0}, {})
    assert [place.port for place in places(chosen)] == [0, 0, 0, 0]


@pytest.fixture(scope="module")
def served(require):
    require("npm", "the samples' libraries")
    with serving("--memory", "--port", "0", "--samples", "--workers", "2") as running:
        yield running


@pytest.mark.parametrize("origin", ["samples_url", "samples_https_url"])
@pytest.mark.parametrize(
    ("path", "kind", "holds"),
    [
        ("", "text/html; charset=utf-8", "spa-adal/"),
        ("spa-adal/", "text/html; charset=utf-8", "config.js"),
        ("spa-adal/index.html", "text/html; charset=utf-8", "config.js"),
        ("spa-adal-angular/", "text/html; charset=utf-8", "config.js"),
        ("spa-msal/", "text/html; charset=utf-8", "config.js"),
        ("spa-msal/redirect.html", "text/html; charset=utf-8", "/lib/"),
        ("lib/adal.js", "text/javascript; charset=utf-8", "AuthenticationContext"),
        ("shared/style.css", "text/css; charset=utf-8", "color-scheme"),
    ],
)
def test_what_is_to_be_seen(served, origin, path, kind, holds):
    with served.http() as http:
        answer = http.get(served[origin] + path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert holds in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "package.json", "libraries.json", "README.md", "spa-adal/README.md", "lib/", "lib/msal",
        "lib/../package.json", "lib/..%2f..%2fpackage.json", "%2e%2e/README.md", "shared/",
        "spa-adal/none.js", "spa-adal//index.html", "//lib/adal.js", "signed-out",
    ],
)  # fmt: skip
def test_nothing_else_is_to_be_seen(served, path):
    with served.http() as http:
        assert http.get(served["samples_url"] + path).status_code == 404


def test_a_folder_is_named_with_its_slash(served):
    with served.http() as http:
        answer = http.get(served["samples_url"] + "spa-adal")
    assert (answer.status_code, answer.headers["location"]) == (301, "/spa-adal/")


def test_they_are_only_to_be_read(served):
    with served.http() as http:
        assert http.head(served["samples_url"]).status_code == 200
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = http.request(method, served["samples_url"], content=b"")
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_other_hosts_are_not_answered(served):
    with served.http() as http:
        answer = http.get(served["samples_url"], headers={"Host": "samples.example"})
        assert answer.status_code == 400
        for name in ("authority", "organization_url"):
            there = served[name].removeprefix("https://").rstrip("/")
            assert http.get(served["samples_url"], headers={"Host": there}).status_code == 400


@pytest.mark.parametrize("origin", ["samples_url", "samples_https_url"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_each_page_is_configured_for_where_it_is(served, origin, host):
    page = served[origin].replace("localhost", host) + "spa-msal/"
    with served.http() as http:
        lines = http.get(page + "config.js").text.splitlines()
    assert [line for line in lines if not line.startswith("//")] == [
        f'var organizationURI = "{served["organization_url"].rstrip("/")}";',
        f'var tenant = "{served["tenant_domain"]}";',
        f'var clientId = "{served["spa_client_id"]}";',
        f'var pageUrl = "{page}";',
        f'var instance = "{served["authority"]}/";',
    ]
    registered = served.run("app", "show", served["spa_client_id"])["redirect_uris"]
    assert page in [uri["url"] for uri in registered]
