"""Unmodified msal, adal and azure-identity sign in by certificate, in both forms of assertion."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

import xrm
from support.served import Served

# As for the demonstration's other Salesperson in Contoso Europe.
SALESPERSON_LEADS = 28


class Forms:
    """Every token request of this process, as the library posted it."""

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []

    def note(self, body: object) -> None:
        from urllib.parse import parse_qs

        text = body.decode() if isinstance(body, bytes) else str(body)
        for assertion in parse_qs(text).get("client_assertion", ()):
            part = assertion.split(".")[0]
            self.headers.append(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> Forms:
    """Look at what leaves: which form a library chose is its own affair."""
    import requests

    found = Forms()
    send = requests.Session.send

    def sending(self: Any, request: Any, **options: Any) -> Any:
        found.note(request.body or b"")
        return send(self, request, **options)

    monkeypatch.setattr(requests.Session, "send", sending)
    return found


@pytest.fixture
def pem(served: Served) -> bytes:
    return Path(served["certificate_path"]).read_bytes()


@pytest.fixture
def certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def check_leads(served: Served, token: str) -> None:
    assert jwt.decode(token, options={"verify_signature": False})["appidacr"] == "2"
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}leads?$select=subject",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["value"]) == SALESPERSON_LEADS


def msal_result(served: Served, credential: dict[str, Any]) -> dict[str, Any]:
    import msal

    app = msal.ConfidentialClientApplication(
        served["certificate_client_id"],
        authority=served.tenant_authority,
        client_credential=credential,
        instance_discovery=False,
    )
    scope = f"{served['organization_url']}.default"
    return dict(app.acquire_token_for_client([scope]))


def thumbprint_credential(pem: bytes, certificate: x509.Certificate) -> dict[str, Any]:
    return {
        "private_key": pem.decode(),
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex(),
    }


def public_part(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def test_msal_by_thumbprint(served, forms, pem, certificate) -> None:
    result = msal_result(served, thumbprint_credential(pem, certificate))
    assert "access_token" in result, result
    assert "refresh_token" not in result
    (header,) = forms.headers
    assert (header["alg"], "x5t" in header, "x5c" in header) == ("RS256", True, False)
    check_leads(served, result["access_token"])


def test_msal_by_public_certificate(served, forms, pem, certificate) -> None:
    credential = {"private_key": pem.decode(), "public_certificate": public_part(certificate)}
    result = msal_result(served, credential)
    assert "access_token" in result, result
    (header,) = forms.headers
    assert header["alg"] == "PS256"
    assert {"x5t#S256", "x5c"} <= header.keys()
    check_leads(served, result["access_token"])


def test_msal_is_told_of_a_certificate_that_is_not_registered(served, tmp_path) -> None:
    made = tmp_path / "stranger.pem"
    other = served.run("app", "create", "Owner of another certificate")
    served.run(
        "app", "certificate", "add", other["application_id"], "--generate", "--out", str(made)
    )
    pem = made.read_bytes()
    credential = thumbprint_credential(pem, x509.load_pem_x509_certificate(pem))
    result = msal_result(served, credential)
    assert result["error"] == "invalid_client"
    assert result["error_codes"] == [700027]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_adal_by_certificate(served, forms, pem, certificate) -> None:
    import adal

    context = adal.AuthenticationContext(
        served.tenant_authority, validate_authority=False, api_version=None
    )
    result = context.acquire_token_with_client_certificate(
        served["organization_url"],
        served["certificate_client_id"],
        pem.decode(),
        certificate.fingerprint(hashes.SHA1()).hex(),
    )
    assert "refreshToken" not in result
    assert [header["alg"] for header in forms.headers] == ["RS256"]
    check_leads(served, result["accessToken"])


@pytest.mark.parametrize("send_chain", [False, True])
def test_azure_identity_by_certificate(served, forms, send_chain) -> None:
    from azure.identity import CertificateCredential

    with CertificateCredential(
        served["tenant_id"],
        served["certificate_client_id"],
        served["certificate_path"],
        authority=served["authority"],
        disable_instance_discovery=True,
        send_certificate_chain=send_chain,
    ) as credential:
        token = credential.get_token(f"{served['organization_url']}.default")
    (header,) = forms.headers
    assert ("x5c" in header) == send_chain
    check_leads(served, token.token)


@pytest.fixture(params=["flags", "connection string"])
def own(request: pytest.FixtureRequest, served: Served) -> Iterator[xrm.Client]:
    if request.param == "flags":
        credential = xrm.auth.Certificate(
            served["certificate_client_id"], served["certificate_path"]
        )
        client = xrm.Client(served["organization_url"], credential)
    else:
        client = xrm.connect(
            f"AuthType=Certificate;Url={served['organization_url']};"
            f"ClientId={served['certificate_client_id']};"
            f"CertificatePath={served['certificate_path']}"
        )
    with client:
        yield client


def test_our_client_by_certificate(own: xrm.Client) -> None:
    assert len(list(own.query("leads", select=["subject"]))) == SALESPERSON_LEADS
