"""What callers give to sign in by claims: names, passwords, prompts; and what is refused."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import xrm
from support.claims_client import SVC, USERNAMEMIXED, ifd, who_am_i
from support.contoso import Contoso, Driver
from support.overheard import Heard
from xrm import errors, soap
from xrm.testing import Person, Server
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.wsdl.deployments import DEPLOYMENTS, Site
from xrm.wire.soap.wsdl.documents import ORGANIZATION_SERVICE, Documents


@pytest.mark.parametrize("form", ["domain and account", "domain apart", "upper case"])
def test_names_in_every_form(form: str, opened: Callable[..., Driver], ifd_server: Server) -> None:
    facts = ifd_server.facts
    account, _, domain = facts.username.partition("@")
    short = domain.partition(".")[0].upper()
    given = {
        "domain and account": xrm.auth.IFD(f"{short}\\{account}", facts.password),
        "domain apart": xrm.auth.IFD(account, facts.password, domain=short),
        "upper case": xrm.auth.IFD(facts.username.upper(), facts.password),
    }[form]
    found = who_am_i(opened(given))
    assert found.user_id == who_am_i(opened(xrm.auth.IFD(facts.username, facts.password))).user_id


def test_a_wrong_password(opened: Callable[..., Driver], person: Person, heard: Heard) -> None:
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(xrm.auth.Federation(person.username, "not it")))
    assert refused.value.code == "FailedAuthentication"
    assert "not it" not in str(refused.value)
    assert not [each for each in heard.to(SVC) if each.request.method == "POST"]


def test_a_prompt_is_asked_after_a_refusal(opened: Callable[..., Driver], person: Person) -> None:
    asked: list[str] = []

    def prompt(address: str) -> tuple[str, Any] | None:
        asked.append(address)
        return (person.username, person.password) if len(asked) == 2 else ("nobody", "at all")

    driver = opened(xrm.auth.Federation(person.username, "not it", prompt=prompt))
    who_am_i(driver)
    assert len(asked) == 2
    assert asked[0].endswith(USERNAMEMIXED)


def test_a_prompt_that_gives_up(opened: Callable[..., Driver], person: Person) -> None:
    driver = opened(xrm.auth.Federation(person.username, "not it", prompt=lambda _: None))
    with pytest.raises(errors.TokenRefusedError):
        who_am_i(driver)


def test_credentials_of_a_device_are_accepted_with_a_warning(person: Person) -> None:
    with pytest.warns(UserWarning, match="device credentials mean nothing"):
        ifd(person, device=("name", "password"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ifd(person)


def test_client_certificates_are_refused_with_the_reason(person: Person) -> None:
    with pytest.raises(errors.ConfigurationError, match="client certificates are not supported"):
        ifd(person, certificate="client.pfx")
    text = "AuthType=IFD;Url=https://crm.example;UserName=a;Password=b;CertificatePath=c.pfx"
    with pytest.raises(errors.ConfigurationError, match="client certificates are not supported"):
        xrm.connect(text)


def test_a_connection_string(kind: str, ifd_server: Server, person: Person) -> None:
    facts = ifd_server.facts
    text = (
        f"AuthType=IFD;Url={facts.organization_url};UserName={person.username};"
        f"Password='{person.password.reveal()}'"
    )
    connect = xrm.connect if kind == "sync" else xrm.connect_async
    driver = Driver.around(kind, connect(text, verify=facts.ca_bundle))
    assert who_am_i(driver).user_id.int
    driver.end()


def test_the_web_api_takes_no_claims(opened: Callable[..., Driver], person: Person) -> None:
    driver = opened(ifd(person))
    with pytest.raises(errors.ConfigurationError, match="the Web API takes OAuth tokens"):
        driver.ran(driver.client.whoami())
    with pytest.raises(errors.ConfigurationError, match="the Web API takes OAuth tokens"):
        driver.ran(driver.client.access_token())


def test_a_service_without_claims_says_so(kind: str) -> None:
    with Server() as online:
        facts = online.facts
        credential = xrm.auth.Federation(facts.username, facts.password)
        driver = Driver(kind, facts.organization_url, credential, verify=facts.ca_bundle)
        with pytest.raises(errors.SecurityNegotiationError, match="OnlineFederation"):
            who_am_i(driver)
        driver.end()


@pytest.mark.parametrize(
    ("mex", "message"),
    [
        ("https://sts.attacker.example/adfs/services/trust/mex", "which is not trusted"),
        ("http://localhost/adfs/services/trust/mex", "which is not trusted|not reached by https"),
        ("https://user:word@localhost/mex", "cannot be used"),
    ],
)
def test_a_token_service_a_stranger_names_gets_no_password(
    mex: str, message: str, kind: str, contoso: Contoso, ca_bundle: Path
) -> None:
    """An organization that may be anybody's cannot send its callers anywhere."""
    site = Site(address=f"{contoso.org.url}/{SVC}", deployment=DEPLOYMENTS["federation"])
    site = replace(site, deployment=replace(site.deployment, metadata=mex))
    wsdl = Documents(ORGANIZATION_SERVICE, site, CONTRACTS.values()).document("singleWsdl")
    assert wsdl is not None
    contoso.org.answer = lambda _: (200, {"Content-Type": "text/xml"}, wsdl)
    credential = xrm.auth.Federation("ada@contoso.example", "secret")
    driver = Driver(kind, contoso.org.url, credential, verify=ca_bundle)
    with pytest.raises(errors.UntrustedAuthorityError, match=message):
        who_am_i(driver)
    driver.end()
    assert not contoso.sts.seen
    assert all(b"secret" not in each.body for each in contoso.org.seen)


def test_a_token_service_the_caller_names_is_believed(person: Person, ifd_server: Server) -> None:
    facts = ifd_server.facts
    credential = ifd(person, metadata="https://sts.attacker.example/adfs/services/trust/mex")
    # It is asked, and simply not there.
    client = xrm.Client(
        facts.organization_url,
        credential,
        verify=facts.ca_bundle,
        retry=xrm.Retry(attempts=1),
        timeout=5,
    )
    with client, pytest.raises(errors.TransportError):
        client.soap.execute(soap.WhoAmI())
