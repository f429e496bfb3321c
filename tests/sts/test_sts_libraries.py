"""Unmodified msal, adal and azure-identity prove a client by certificate to the service itself."""

import io
import time
import warnings
from dataclasses import replace
from urllib.parse import urlsplit

import adal
import jwt
import msal
import pytest
import requests
import urllib3
from azure.identity import CertificateCredential
from requests.adapters import HTTPAdapter

from xrm.sts import registration
from xrm.sts.profile import FAITHFUL

BASE = "https://localhost:8443"
ORGANIZATION = "https://localhost:8444/"
SCOPE = f"{ORGANIZATION}.default"
GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def own(fresh, pair, monkeypatch):
    """A service that stands where requests would go out; its clock is the libraries'."""
    fresh.clock.now = time.time()
    registration.add_certificate(fresh.service, fresh.application, pair.der)

    def send(_self, request, **_options):
        address = urlsplit(request.url)
        assert f"{address.scheme}://{address.netloc}" == BASE
        headers = tuple((name.lower(), value) for name, value in request.headers.items())
        body = (request.body or "").encode() if isinstance(request.body, str | None) else b""
        made = fresh.send(
            request.method, address.path, query=address.query, headers=headers, body=body
        )
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = made.status, request, request.url
        answer.headers.update(made.headers)
        answer.raw = urllib3.HTTPResponse(io.BytesIO(made.body), preload_content=False)
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return fresh


def check(world, token, audience=ORGANIZATION):
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["appid"] == str(world.application.application_id)
    assert claims["appidacr"] == "2"
    assert claims["aud"].rstrip("/") == audience.rstrip("/")


def msal_client(world, segment, **credential):
    return msal.ConfidentialClientApplication(
        str(world.application.application_id),
        authority=f"{BASE}/{segment}",
        client_credential=credential,
        instance_discovery=False,
    )


def by_thumbprint(pair):
    return {"private_key": pair.key_pem().decode(), "thumbprint": pair.sha1}


def by_certificate(pair):
    public = pair.certificate_pem.decode()
    return {"private_key": pair.key_pem().decode(), "public_certificate": public}


def by_both(pair):
    return by_thumbprint(pair) | by_certificate(pair)


@pytest.mark.parametrize("segment", ["id", "contoso.example", "Contoso.Example"])
@pytest.mark.parametrize("credential", [by_thumbprint, by_certificate, by_both])
def test_msal(own, pair, credential, segment):
    segment = str(own.tenant.tenant_id) if segment == "id" else segment
    answer = msal_client(own, segment, **credential(pair)).acquire_token_for_client([SCOPE])
    check(own, answer["access_token"])
    assert "refresh_token" not in answer


def test_msal_is_told_what_is_wrong(own, stranger):
    app = msal_client(own, "contoso.example", **by_thumbprint(stranger))
    answer = app.acquire_token_for_client([SCOPE])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700027])


@pytest.mark.parametrize(("per_resource", "second"), [(False, [50012]), (True, None)])
def test_msal_sends_one_assertion_for_nine_minutes(own, reopen, pair, per_resource, second):
    own.service = reopen(profile=replace(FAITHFUL, assertion_per_resource=per_resource))
    app = msal_client(own, "contoso.example", **by_thumbprint(pair))
    check(own, app.acquire_token_for_client([SCOPE])["access_token"])
    answer = app.acquire_token_for_client([f"{GRAPH}/.default"])
    assert answer.get("error_codes") == second
    # The token it has is not asked for again.
    assert "access_token" in app.acquire_token_for_client([SCOPE])


@pytest.mark.parametrize("chain", [False, True])
def test_adal(own, pair, chain):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = adal.AuthenticationContext(
            f"{BASE}/contoso.example", validate_authority=False, api_version=None
        )
        answer = context.acquire_token_with_client_certificate(
            ORGANIZATION,
            str(own.application.application_id),
            pair.key_pem().decode(),
            pair.sha1,
            pair.certificate_pem.decode() if chain else None,
        )
    check(own, answer["accessToken"])
    assert "refreshToken" not in answer


@pytest.mark.parametrize("chain", [False, True])
def test_azure_identity(own, pair, chain):
    with CertificateCredential(
        str(own.tenant.tenant_id),
        str(own.application.application_id),
        certificate_data=pair.pem(),
        authority=BASE,
        disable_instance_discovery=True,
        send_certificate_chain=chain,
    ) as credential:
        check(own, credential.get_token(SCOPE).token)
