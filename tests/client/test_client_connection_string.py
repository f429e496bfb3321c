"""Connection strings, by the grammar of .NET's DbConnectionStringBuilder."""

from pathlib import Path
from typing import Any

import pytest

import xrm
from support import certificates
from support.contoso import CLIENT_ID, SECRET, TENANT, Contoso, Driver
from xrm import errors
from xrm.client.connection_string import parse, read
from xrm.client.credentials.certificate import Certificate
from xrm.client.credentials.client_secret import ClientSecret

ORG = "https://contoso.crm4.dynamics.com"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        (" ;; ; ", {}),
        ("a=b", {"a": "b"}),
        ("a=b;", {"a": "b"}),
        (";a=b;;c=d; ", {"a": "b", "c": "d"}),
        ("  A  =  b c  ;", {"a": "b c"}),
        ("Service Uri = x", {"service uri": "x"}),
        ("a=b=c==", {"a": "b=c=="}),
        ("a==b=c", {"a=b": "c"}),
        ("a===b", {"a=": "b"}),
        ("a==;b=c", {"a=;b": "c"}),
        ("a=1;A=2", {"a": "2"}),
        ("a=1;a=", {}),
        ('a="b;c"', {"a": "b;c"}),
        ("a='b;c' ; d=e", {"a": "b;c", "d": "e"}),
        ('a="say ""hi"""', {"a": 'say "hi"'}),
        ("a='it''s'", {"a": "it's"}),
        ('a="it\'s"', {"a": "it's"}),
        ("a='\"'", {"a": '"'}),
        ("a='  b  '", {"a": "  b  "}),
        ("a=b'c\"d", {"a": "b'c\"d"}),
        ('a=""', {}),
        ('a="x\ty"', {"a": "x\ty"}),
        ("a=b\0\0 ", {"a": "b"}),
        ("a=\r\n b;\r\n c=d", {"a": "b", "c": "d"}),
    ],
)
def test_the_grammar(text: str, pairs: dict[str, str]):
    assert parse(text) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a=b;c",
        "=b",
        "a=b;=c",
        'a="b',
        "a='b''",
        'a="b"c',
        "a='b' 'c'",
        "a=b'",
        'a=b"',
        "a\x01=b",
        "a=b\x01c",
        'a="b\0c"',
        "a====b",
        "a=" + "b" * 70_000,
    ],
)
def test_what_is_malformed(text: str):
    with pytest.raises(errors.ConnectionStringError):
        parse(text)


@pytest.mark.parametrize("auth_type", ["AuthType", "AUTHENTICATIONTYPE", "Authentication Type"])
@pytest.mark.parametrize("url", ["Url", "ServiceUri", "Service Uri", "SERVER"])
@pytest.mark.parametrize("client_id", ["ClientId", "appid", "ApplicationId"])
@pytest.mark.parametrize("secret", ["ClientSecret", "secret"])
def test_every_alias(auth_type: str, url: str, client_id: str, secret: str):
    said = read(f"{auth_type}=clientsecret;{url}={ORG};{client_id}={CLIENT_ID};{secret}='s;'")
    assert said.url == ORG
    assert isinstance(said.credential, ClientSecret)
    assert said.credential.client_id == CLIENT_ID


@pytest.fixture(scope="module")
def pair() -> certificates.Pair:
    return certificates.make()


@pytest.mark.parametrize("path", ["CertificatePath", "certificate", "Certificate Path"])
@pytest.mark.parametrize("thumbprint", ["CertificateThumbprint", "thumbprint"])
@pytest.mark.parametrize("spelled", ["plain", "with a mark", "with blanks", "SHA-256"])
def test_a_certificate(
    pair: certificates.Pair, tmp_path: Path, path: str, thumbprint: str, spelled: str
):
    file = tmp_path / "app.pfx"
    file.write_bytes(pair.pfx("p;w"))
    shown = {
        "plain": pair.sha1,
        "with a mark": f"\u200e{pair.sha1}",
        "with blanks": " ".join(pair.sha1[at : at + 2].lower() for at in range(0, 40, 2)),
        "SHA-256": pair.sha256,
    }[spelled]
    said = read(
        f"AuthType=certificate;Url={ORG};AppId={CLIENT_ID};{path}={file};"
        f"CertificatePassword='p;w';{thumbprint}={shown};TenantId={TENANT}"
    )
    credential: Any = said.credential
    assert isinstance(credential, Certificate)
    assert (said.url, credential.client_id, credential.tenant) == (ORG, CLIENT_ID, TENANT)
    assert credential.thumbprint == pair.sha1


def test_another_certificate_than_the_thumbprints(pair: certificates.Pair, tmp_path: Path):
    file = tmp_path / "app.pem"
    file.write_bytes(pair.pem())
    other = "0" * 40
    with pytest.raises(errors.ConnectionStringError, match=pair.sha1):
        read(f"AuthType=Certificate;Url={ORG};ClientId=a;CertificatePath={file};Thumbprint={other}")


def test_keys_of_other_clients_do_no_harm():
    text = (
        f"AuthType=ClientSecret;Url={ORG};ClientId={CLIENT_ID};ClientSecret=s;"
        "RequireNewInstance=True;Skip Discovery=true;LoginPrompt=Never;RedirectUri=http://x;"
        "Token Cache Store Path=c;Home Realm Uri=;Integrated Security=False;User Name=a;"
        "Thumbprint=0;StoreName=My;Domain=d;Password=p"
    )
    assert read(text).url == ORG


@pytest.mark.parametrize(
    ("tail", "tenant", "authority"),
    [
        ("", None, None),
        (f"TenantId={TENANT}", TENANT, None),
        ("Tenant=contoso.example", "contoso.example", None),
        (
            f"Authority=https://login.microsoftonline.com/{TENANT}/oauth2/authorize",
            None,
            f"https://login.microsoftonline.com/{TENANT}",
        ),
        (
            "Authority=https://localhost:8443;TenantId=contoso.example",
            "contoso.example",
            "https://localhost:8443/contoso.example",
        ),
        ("Authority=https://sts.contoso.example/adfs/", None, "https://sts.contoso.example/adfs"),
    ],
)
def test_authority_and_tenant(tail: str, tenant: str | None, authority: str | None):
    credential: Any = read(
        f"AuthType=ClientSecret;Url={ORG};ClientId={CLIENT_ID};ClientSecret=s;{tail}"
    ).credential
    assert (credential.tenant, credential.authority) == (tenant, authority)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"Url={ORG}", "lacks AuthType"),
        ("AuthType=OAuth", "AuthType=OAuth is not available"),
        ("AuthType=office365", "AuthType=Office365 is not available"),
        ("AuthType=Kerberos", "none of AD, Certificate, ClientSecret"),
        ("AuthType=Certificate", "lacks Url and ClientId and CertificatePath"),
        (f"AuthType=Certificate;Url={ORG};ClientId=a;ClientSecret=b", "lacks CertificatePath"),
        (f"AuthType=Certificate;Url={ORG};AppId=a;Thumbprint=0", "Windows certificate store"),
        (
            f"AuthType=Certificate;Url={ORG};AppId=a;StoreName=My;CertificatePath=x",
            "Windows certificate store",
        ),
        (f"AuthType=Certificate;Url={ORG};AppId=a;CertificatePath=absent.pem", r"absent\.pem"),
        ("AuthType=ClientSecret", "lacks Url and ClientId and ClientSecret"),
        (f"AuthType=ClientSecret;Url={ORG};ClientId=a;ClientSecret=", "lacks ClientSecret"),
        (f"AuthType=ClientSecret;Url={ORG};ClientId=a;ClentSecret=x", "Did you mean ClientSecret"),
        ("AuthType=ClientSecret;Colour=red", "'colour'"),
        (
            "AuthType=ClientSecret;Url=https://x;ClientId=a;ClientSecret=b;Authority=http://x/y",
            "https",
        ),
    ],
)
def test_what_is_missing_or_unknown_is_named(text: str, says: str):
    with pytest.raises(errors.ConfigurationError, match=says):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "AuthType=ClientSecret;ClientSecret=NEVER;SHOWN",
        "AuthType=ClientSecret;ClientSecret=NEVER;SHOWN=1",
        "ClientSecret='NEVER-SHOWN",
        "AuthType=NEVER-SHOWN",
        "AuthType=Certificate;Url=https://x;AppId=a;CertificatePassword=NEVER-SHOWN",
        "AuthType=Certificate;Url=https://x;AppId=a;CertificatePath=x;StoreName=NEVER-SHOWN",
        "AuthType=ClientSecret;Url=https://u:NEVER-SHOWN@x;ClientId=a",
        "AuthType=ClientSecret;p@ss NEVER SHOWN=1",
    ],
)
def test_no_value_is_ever_shown(text: str):
    with pytest.raises(errors.ConnectionStringError) as caught:
        read(text)
    assert "NEVER" not in str(caught.value)


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_connect(
    contoso: Contoso, ca_bundle: Path, monkeypatch: pytest.MonkeyPatch, way: str, kind: str
):
    quoted = SECRET.replace('"', '""')
    text = f'AuthType=ClientSecret;Url={contoso.org.url};ClientId={CLIENT_ID};Secret="{quoted}"'
    monkeypatch.setenv("XRM_CONNECTION_STRING", text if way == "environment" else "AuthType=AD")
    arguments = [text] if way == "argument" else []
    connect = {"sync": xrm.connect, "async": xrm.connect_async}[kind]
    opened = connect(*arguments, verify=ca_bundle)
    driver = Driver.around(kind, opened)
    try:
        assert str(driver.whoami().user_id)
    finally:
        driver.end()


def test_connect_without_anything():
    with pytest.raises(errors.ConnectionStringError, match="XRM_CONNECTION_STRING"):
        xrm.connect()
