"""Whom the client believes and whom it sends a secret or a token: authorities, redirects, TLS."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import trustme

import xrm
from support.contoso import (
    ORG_ID,
    SECRET,
    UNIT_ID,
    USER_ID,
    Contoso,
    Driver,
    Origin,
    as_json,
    served,
)
from xrm import errors

Opened = Callable[..., Driver]
ME = xrm.WhoAmI(UUID(USER_ID), UUID(UNIT_ID), UUID(ORG_ID))


@pytest.fixture
def evil(local_ca: trustme.CA) -> Any:
    origin = Origin(lambda _: as_json(200, {"token_type": "Bearer", "access_token": "x"}))
    with served(origin, local_ca):
        yield origin


HOSTILE = [
    "https://evil.example/t",
    "https://login.microsoftonline.com.evil.example/t",
    "https://login.microsoftonline.com@evil.example/t",
    "https://login.microsoftonline.com:8443/t",
    "https://evil.example\\@login.microsoftonline.com/t",
    "https://10.0.0.1/t",
    "http://login.microsoftonline.com/t",
    "http://localhost:{port}/t",
    "ftp://localhost:{port}/t",
    "https://login.microsoftonline.com/a/b/c",
    "not-an-address",
]


@pytest.mark.parametrize("authority", HOSTILE)
def test_a_hostile_authority_gets_nothing(
    opened: Opened, contoso: Contoso, evil: Origin, authority: str
):
    contoso.authority = authority.format(port=evil.url.rpartition(":")[2])
    with pytest.raises(errors.UntrustedAuthorityError) as caught:
        opened().whoami()
    assert caught.value.next_step
    assert (contoso.sts.seen, evil.seen) == ([], [])
    assert all(SECRET.encode() not in seen.body for seen in contoso.org.seen)


def test_loopback_is_no_authority_for_an_organization_elsewhere():
    from xrm.client.discovery import believe
    from xrm.client.origin import read_service
    from xrm.wire.challenge import Challenge

    service = read_service("https://contoso.crm4.dynamics.com")
    challenge = Challenge("https://localhost:8443/t/oauth2/authorize")
    with pytest.raises(errors.UntrustedAuthorityError):
        believe(challenge, service, tenant=None, trust=frozenset())


@pytest.mark.parametrize(
    ("trust", "believed"),
    [
        ("sts.contoso.com", True),
        (["sts.contoso.com:8443"], True),
        (["https://sts.contoso.com:8443/adfs"], True),
        (["sts.contoso.com:443"], False),
        (["https://sts.contoso.com"], False),
        (["contoso.com"], False),
        ((), False),
    ],
)
def test_trust_names_hosts(trust: Any, believed: bool):
    from xrm.client.discovery import read_trust, trusted
    from xrm.client.origin import split

    authority, _ = split("https://sts.contoso.com:8443/adfs")
    organization, _ = split("https://org.contoso.com")
    assert trusted(authority, organization, read_trust(trust)) is believed


@pytest.mark.parametrize(
    "resource", ["https://other.crm.dynamics.com/", "{org}.evil/", "x", "{org}/b"]
)
def test_a_token_for_another_service_is_not_asked_for(
    opened: Opened, contoso: Contoso, resource: str
):
    contoso.resource = resource.format(org=contoso.org.url)
    with pytest.raises(errors.UntrustedAuthorityError, match="another service"):
        opened().whoami()
    assert contoso.sts.seen == []


def test_a_challenge_after_renewal_is_believed_no_more_than_the_first(
    opened: Opened, contoso: Contoso, evil: Origin
):
    client = opened()
    client.whoami()
    contoso.revoke()
    contoso.authority = "https://evil.example/t"
    with pytest.raises(errors.UntrustedAuthorityError):
        client.whoami()
    assert contoso.issued == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_secret(
    opened: Opened, contoso: Contoso, evil: Origin, status: int
):
    contoso.sts.planned = [(status, {"Location": f"{evil.url}/x"}, b"{}")]
    with pytest.raises(errors.UnexpectedAnswerError):
        opened().whoami()
    assert evil.seen == []


def test_a_redirect_is_not_followed_with_the_token(opened: Opened, contoso: Contoso, evil: Origin):
    client = opened()
    client.whoami()
    contoso.org.planned = [(307, {"Location": f"{evil.url}/x"}, b"")]
    with pytest.raises(errors.UnexpectedAnswerError, match="redirect"):
        client.whoami()
    assert evil.seen == []


def test_an_untrusted_certificate_gets_nothing(opened: Opened, contoso: Contoso):
    with pytest.raises(errors.CertificateError) as caught:
        opened(verify=None).whoami()
    assert "XRM_CA_BUNDLE" in caught.value.next_step
    assert (contoso.org.seen, contoso.sts.seen) == ([], [])


@pytest.mark.parametrize("variable", ["XRM_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environment_names_the_bundle(
    opened: Opened, ca_bundle: Path, monkeypatch: pytest.MonkeyPatch, variable: str
):
    monkeypatch.setenv(variable, str(ca_bundle))
    assert opened(verify=None).whoami() == ME


def test_a_bundle_that_cannot_be_read_is_named(opened: Opened, tmp_path: Path):
    with pytest.raises(errors.ConfigurationError, match=r"absent\.pem"):
        opened(verify=tmp_path / "absent.pem").whoami()


def test_verification_is_not_switched_off(opened: Opened):
    with pytest.raises(errors.ConfigurationError, match="cannot be switched off"):
        opened(verify=False)


def test_a_proxy_is_not_asked_for_this_machine(opened: Opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert opened().whoami() == ME


@pytest.mark.parametrize("url", ["http://login.microsoftonline.com:443", "http://localhost:8443"])
def test_a_host_is_trusted_by_https_only(url: str):
    from xrm.client.discovery import trusted
    from xrm.client.origin import split

    origin, organization = split(url)[0], split("https://localhost:8444")[0]
    assert not trusted(origin, organization, frozenset({"localhost"}))
