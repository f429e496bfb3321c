"""Verbs that ask an organization as an application that proves itself by a certificate."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from support import certificates
from support.contoso import CLIENT_ID, USER_ID, Contoso, Seen, served
from xrm.wire import assertion

PASSWORD = "never-shown"


@pytest.fixture(scope="module")
def pair() -> certificates.Pair:
    return certificates.make()


@pytest.fixture
def contoso(tmp_path: Path, pair: certificates.Pair) -> Iterator[Contoso]:
    authority, world = trustme.CA(), Contoso()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "app.pfx").write_bytes(pair.pfx(PASSWORD))

    def proves(seen: Seen) -> bool:
        text = seen.form.get("client_assertion", "")
        return assertion.verify(text, pair.der, "PS256")

    world.proves = proves
    with served(world.sts, authority), served(world.org, authority):
        yield world


@pytest.mark.parametrize("way", ["flag", "environment", "flag before secret"])
def test_a_certificate_signs_in(
    xrm: Callable, contoso: Contoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
):
    monkeypatch.setenv("XRM_CERTIFICATE_PASSWORD", PASSWORD)
    given = ["--certificate", tmp_path / "app.pfx"]
    if way == "environment":
        monkeypatch.setenv("XRM_CERTIFICATE", str(given.pop()))
        given.clear()
    if way == "flag before secret":
        monkeypatch.setenv("XRM_CLIENT_SECRET", "another application's")
    ran = xrm(
        "whoami", "--json", "--url", contoso.org.url, "--client-id", CLIENT_ID,
        "--ca", tmp_path / "ca.pem", *given,
    )  # fmt: skip
    assert ran.json()["user_id"] == USER_ID


@pytest.mark.parametrize("password", ["", "wrong-word"])
def test_a_wrong_password_is_told_and_not_repeated(
    xrm: Callable, contoso: Contoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
):
    monkeypatch.setenv("XRM_CERTIFICATE_PASSWORD", password)
    ran = xrm(
        "whoami", "--url", contoso.org.url, "--client-id", CLIENT_ID,
        "--certificate", tmp_path / "app.pfx",
    )  # fmt: skip
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 2)
    assert "password" in ran.err
    assert "wrong-word" not in ran.err
    assert contoso.sts.seen == []


@pytest.mark.parametrize(
    ("environment", "flags"),
    [
        ({}, ("--client-secret", "s", "--certificate", "app.pem")),
        ({"XRM_CLIENT_SECRET": "s", "XRM_CERTIFICATE": "app.pem"}, ()),
    ],
)
def test_a_secret_and_a_certificate_exclude_each_other(
    xrm: Callable, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], flags: tuple
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = xrm("whoami", "--url", "https://localhost:1", "--client-id", "a", *flags)
    assert (ran.status, ran.out) == (2, "")
    assert "exclude" in ran.err


def test_a_file_that_is_absent_is_named(xrm: Callable):
    ran = xrm(
        "whoami", "--url", "https://localhost:1", "--client-id", "a", "--certificate", "no.pem"
    )
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 2)
    assert "no.pem" in ran.err
