"""Client assertions as the unmodified libraries post them, caught where they leave requests."""

import io
import json
import warnings
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import adal
import msal
import pytest
import requests
import urllib3
from azure.identity import CertificateCredential
from requests.adapters import HTTPAdapter

from support import certificates
from xrm.wire import assertion

BASE = "https://login.example"
TENANT = "b7a5ad5c-0ab3-4bd1-a0cb-0b1c45e56d7b"
AUTHORITY = f"{BASE}/{TENANT}"
ADFS = f"{BASE}/adfs"
V1, V2 = f"{AUTHORITY}/oauth2/token", f"{AUTHORITY}/oauth2/v2.0/token"
ADFS_TOKEN = f"{ADFS}/oauth2/token"
CLIENT = "6d1d1b63-6f2c-4f2c-8f43-4a5a5b3a8f5e"
SCOPE = "https://org.example/.default"


@pytest.fixture(scope="module")
def pair():
    return certificates.make()


@pytest.fixture
def posted(monkeypatch) -> Iterator[dict[str, str]]:
    """The form of the token request; discovery is answered as the services do."""
    forms: dict[str, str] = {}

    def send(self, request, **_):
        address = urlsplit(request.url)
        if request.method == "POST":
            forms.update({key: values[0] for key, values in parse_qs(request.body).items()})
            document = {"token_type": "Bearer", "expires_in": 3600, "access_token": "token"}
        else:
            endpoint = ADFS_TOKEN if address.path.startswith("/adfs") else V2
            document = {
                "token_endpoint": endpoint,
                "authorization_endpoint": endpoint.replace("token", "authorize"),
                "issuer": f"{BASE}/issuer",
            }
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer.headers["Content-Type"] = "application/json"
        body = io.BytesIO(json.dumps(document).encode())
        answer.raw = urllib3.HTTPResponse(body, preload_content=False)
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return forms


def by_msal(pair, authority=AUTHORITY, **credential):
    app = msal.ConfidentialClientApplication(
        CLIENT, authority=authority, client_credential=credential, instance_discovery=False
    )
    assert app.acquire_token_for_client([SCOPE])["access_token"] == "token"


def msal_thumbprint(pair):
    by_msal(pair, private_key=pair.key_pem().decode(), thumbprint=pair.sha1)


def msal_thumbprint_with_chain(pair):
    by_msal(
        pair,
        private_key=pair.key_pem().decode(),
        thumbprint=pair.sha1,
        public_certificate=pair.certificate_pem.decode(),
    )


def msal_public_certificate(pair):
    by_msal(
        pair,
        private_key=pair.key_pem().decode(),
        public_certificate=pair.certificate_pem.decode(),
    )


def msal_adfs(pair):
    by_msal(
        pair,
        authority=ADFS,
        private_key=pair.key_pem().decode(),
        public_certificate=pair.certificate_pem.decode(),
    )


def by_adal(pair, public=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = adal.AuthenticationContext(AUTHORITY, validate_authority=False, api_version=None)
        answer = context.acquire_token_with_client_certificate(
            "https://org.example", CLIENT, pair.key_pem().decode(), pair.sha1, public
        )
    assert answer["accessToken"] == "token"


def adal_with_chain(pair):
    by_adal(pair, pair.certificate_pem.decode())


def by_azure(pair, chain=False):
    with CertificateCredential(
        TENANT,
        CLIENT,
        certificate_data=pair.pem(),
        authority=BASE,
        disable_instance_discovery=True,
        send_certificate_chain=chain,
    ) as credential:
        assert credential.get_token(SCOPE).token == "token"


def azure_with_chain(pair):
    by_azure(pair, chain=True)


CASES = [
    # how, algorithm, audience, chain sent, nbf sent
    (msal_thumbprint, "RS256", V2, False, False),
    (msal_thumbprint_with_chain, "RS256", V2, True, False),
    (msal_public_certificate, "PS256", V2, True, False),
    (msal_adfs, "RS256", ADFS_TOKEN, True, False),
    (by_adal, "RS256", V1, False, True),
    (adal_with_chain, "RS256", V1, True, True),
    (by_azure, "RS256", V2, False, False),
    (azure_with_chain, "RS256", V2, True, False),
]


@pytest.mark.parametrize(
    ("ask", "algorithm", "audience", "chain", "not_before"),
    CASES,
    ids=[ask.__name__ for ask, *_ in CASES],
)
def test_an_assertion_is_read_and_verified(
    posted, pair, ask, algorithm, audience, chain, not_before
):
    ask(pair)
    assert posted["client_assertion_type"] == assertion.TYPE
    assert "client_secret" not in posted
    text = posted["client_assertion"]
    seen = assertion.read(text)
    assert seen.algorithm == algorithm
    assert (seen.issuer, seen.subject, seen.audience) == (CLIENT, CLIENT, audience)
    wanted = (pair.sha1, None) if algorithm == "RS256" else (None, pair.sha256)
    found = (seen.thumbprint_sha1, seen.thumbprint_sha256)
    assert found == tuple(bytes.fromhex(value) if value else None for value in wanted)
    assert seen.chain == ((pair.der,) if chain else ())
    assert len(seen.token_id) == 36
    assert (seen.not_before is not None) == not_before
    assert round(seen.expires - (seen.not_before or seen.issued_at)) == 600
    assert assertion.verify(text, pair.der, algorithm)
    assert not assertion.verify(text, pair.der, "PS256" if algorithm == "RS256" else "RS256")
