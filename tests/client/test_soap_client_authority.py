"""Where to sign in, asked of Organization.svc: what is sent, and whom it is believed of."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.contoso import TENANT, Contoso, Driver, as_json
from xrm import errors, soap

Opened = Callable[..., Driver]
SVC = "/XRMServices/2011/Organization.svc"


def discovered(kind: str, url: str, **options: Any) -> str:
    if kind == "sync":
        return soap.discover_authority(url, **options)
    return asyncio.run(soap.discover_authority_async(url, **options))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("", "/api/data/v9.2/WhoAmI"),
        (SVC, f"{SVC}/web?SdkClientVersion=9.2.0.0"),
        (f"{SVC}/web", f"{SVC}/web?SdkClientVersion=9.2.0.0"),
        (f"{SVC.lower()}?SdkClientVersion=8.0.0.0", f"{SVC}/web?SdkClientVersion=9.2.0.0"),
        ("/XRMServices/2011/Discovery.svc",
         "/XRMServices/2011/Discovery.svc/web?SdkClientVersion=9.2.0.0"),
        ("/api/discovery/v2.0/Instances", "/api/discovery/v2.0/Instances"),
    ],
)  # fmt: skip
def test_the_service_that_was_named_is_asked(
    kind: str, contoso: Contoso, ca_bundle: Path, path: str, asked: str
) -> None:
    found = discovered(kind, contoso.org.url + path, verify=ca_bundle)
    assert found == f"{contoso.sts.url}/{TENANT}"
    (request,) = contoso.org.seen
    assert (request.method, request.path) == ("GET", asked)
    assert "authorization" not in request.headers
    assert contoso.sts.seen == []


def test_a_client_signs_in_by_the_word_of_organization_svc(
    opened: Opened, contoso: Contoso
) -> None:
    driver = opened(url=contoso.org.url + SVC)
    driver.access_token()
    assert [seen.path for seen in contoso.org.seen] == [f"{SVC}/web?SdkClientVersion=9.2.0.0"]
    assert driver.authority() == f"{contoso.sts.url}/{TENANT}"
    assert driver.whoami().user_id


@pytest.mark.parametrize("authority", ["https://evil.example/tenant", "http://localhost/tenant"])
def test_a_host_that_is_not_trusted_is_not_believed(
    kind: str, contoso: Contoso, ca_bundle: Path, authority: str
) -> None:
    contoso.authority = authority
    with pytest.raises(errors.UntrustedAuthorityError):
        discovered(kind, contoso.org.url + SVC, verify=ca_bundle)
    assert contoso.sts.seen == []


def test_trust_is_the_callers_to_give(kind: str, contoso: Contoso, ca_bundle: Path) -> None:
    contoso.authority = f"https://sts.contoso.example/{TENANT}"
    url = contoso.org.url + SVC
    found = discovered(kind, url, verify=ca_bundle, trust=["sts.contoso.example"])
    assert found == contoso.authority


@pytest.mark.parametrize("reply", [(200, {}, b""), as_json(404, {}), (401, {}, b"")])
def test_a_service_that_does_not_say(
    kind: str, contoso: Contoso, ca_bundle: Path, reply: Any
) -> None:
    contoso.org.planned = [reply]
    with pytest.raises(errors.ChallengeError):
        discovered(kind, contoso.org.url + SVC, verify=ca_bundle)


def test_an_authority_that_was_given_is_told_without_asking(
    opened: Opened, contoso: Contoso
) -> None:
    import xrm

    given = "https://login.microsoftonline.com/contoso.example"
    driver = opened(xrm.auth.ClientSecret("a", "b", authority=given))
    assert driver.authority() == given
    assert contoso.org.seen == []
