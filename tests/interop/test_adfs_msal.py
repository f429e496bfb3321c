"""Unmodified msal, adal, azure-identity and PyJWT at a farm, and on to an organization behind it.

The organization is an internet-facing one: what it takes is the farm's token, by UPN.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from support import certificates
from support.farm_walking import walk
from support.people_walking import by_a_deprecated_way
from support.ports import PORTS, serving_at
from support.served import Served

REDIRECT = "http://localhost:8400"
WEB = "https://web.example/signin-oidc"


@pytest.fixture(scope="module", params=PORTS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server whose first organization is internet-facing, and clients of its farm."""
    with serving_at(request.param, "--deployment", "ifd") as server:
        yield server


@pytest.fixture(scope="module")
def native(served: Served) -> str:
    """The client id of a program."""
    made = served.run("adfs", "client", "add", "Desk", "--redirect-uri", REDIRECT)
    return str(made["client_id"])


@pytest.fixture(scope="module")
def web(served: Served) -> dict[str, Any]:
    """A web site with a secret."""
    kind = ("--kind", "confidential", "--secret", "--redirect-uri", WEB)
    found: dict[str, Any] = served.run("adfs", "client", "add", "Web", *kind)
    return found


def authority(served: Served) -> str:
    return f"{served['authority'].rstrip('/')}/adfs"


def scope(served: Served) -> str:
    return f"{served['organization_url']}user_impersonation"


def program(served: Served, native: str) -> Any:
    import msal

    return msal.PublicClientApplication(native, authority=authority(served))


def answer_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def check(served: Served, token: str) -> dict[str, Any]:
    """Verify a token as an API does, by the farm's own documents; return its claims."""
    with served.http() as http:
        document = http.get(f"{authority(served)}/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http.get(document["jwks_uri"]).json())
    found: dict[str, Any] = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]].key,
        algorithms=["RS256"],
        audience=served["organization_url"],
        issuer=document["access_token_issuer"],
    )
    return found


def check_records(served: Served, token: str) -> None:
    """The organization takes the token for the person it names."""
    claims = check(served, token)
    assert claims["upn"] == served["username"]
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}WhoAmI", headers={"Authorization": f"Bearer {token}"}
        )
    assert answer.status_code == 200, answer.text


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_msal_by_code_and_then_silently(served: Served, native: str) -> None:
    app = program(served, native)
    flow = app.initiate_auth_code_flow([scope(served)], redirect_uri=REDIRECT)
    assert "code_verifier" in flow
    result = app.acquire_token_by_auth_code_flow(flow, answer_of(walk(served, flow["auth_uri"])))
    assert "access_token" in result, result
    check_records(served, result["access_token"])
    assert result["id_token_claims"]["upn"] == served["username"]
    (account,) = app.get_accounts()
    # The answer of AD FS names scopes without the relying party, and so the library never finds
    # in its cache what it is asked for: it renews.
    fresh = app.acquire_token_silent([scope(served)], account)
    assert fresh is not None
    assert fresh["token_source"] == "identity_provider", fresh
    check_records(served, fresh["access_token"])


def test_msal_by_device_code(served: Served, native: str) -> None:
    app = program(served, native)
    flow = app.initiate_device_flow([scope(served)])
    assert flow["user_code"] in flow["message"], flow
    end = walk(served, f"{flow['verification_uri']}?user_code={flow['user_code']}")
    assert "close this window" in end
    result = app.acquire_token_by_device_flow(flow)
    assert "access_token" in result, result
    check_records(served, result["access_token"])


@by_a_deprecated_way
def test_msal_by_password(served: Served, native: str) -> None:
    app = program(served, native)
    proof = served["username"], served["password"]
    result = app.acquire_token_by_username_password(*proof, [scope(served)])
    assert "access_token" in result, result
    check_records(served, result["access_token"])
    wrong = app.acquire_token_by_username_password(proof[0], "Not-it-7", [scope(served)])
    assert wrong["error"] == "invalid_grant"
    assert wrong["error_description"].startswith("MSIS9659")


def test_msal_for_itself_by_secret(served: Served, web: dict[str, Any]) -> None:
    import msal

    app = msal.ConfidentialClientApplication(
        web["client_id"], authority=authority(served), client_credential=web["secret"]
    )
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    claims = check(served, result["access_token"])
    assert (claims["appid"], claims["apptype"]) == (web["client_id"], "Confidential")


def test_msal_for_itself_by_certificate(
    served: Served, web: dict[str, Any], tmp_path: Path
) -> None:
    import msal

    pair = certificates.make()
    path = tmp_path / "web.pem"
    path.write_bytes(pair.certificate_pem)
    served.run("adfs", "client", "certificate", "add", web["client_id"], str(path))
    credential = {
        "private_key": pair.key_pem().decode(),
        "public_certificate": pair.certificate_pem.decode(),
        "thumbprint": pair.sha1,
    }
    app = msal.ConfidentialClientApplication(
        web["client_id"], authority=authority(served), client_credential=credential
    )
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    check(served, result["access_token"])


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_msal_signs_a_web_sites_people_in(served: Served, web: dict[str, Any]) -> None:
    import msal

    app = msal.ConfidentialClientApplication(
        web["client_id"], authority=authority(served), client_credential=web["secret"]
    )
    flow = app.initiate_auth_code_flow([scope(served)], redirect_uri=WEB, response_mode="query")
    result = app.acquire_token_by_auth_code_flow(flow, answer_of(walk(served, flow["auth_uri"])))
    assert "access_token" in result, result
    check_records(served, result["access_token"])


def adal_context(served: Served) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import adal

        return adal.AuthenticationContext(
            authority(served), validate_authority=False, api_version=None
        )


@by_a_deprecated_way
def test_adal(served: Served, native: str, web: dict[str, Any]) -> None:
    context, resource = adal_context(served), served["organization_url"]
    proof = served["username"], served["password"]
    token = context.acquire_token_with_username_password(resource, *proof, native)
    check_records(served, token["accessToken"])
    fresh = context.acquire_token_with_refresh_token(token["refreshToken"], native, resource)
    check_records(served, fresh["accessToken"])
    own = context.acquire_token_with_client_credentials(resource, web["client_id"], web["secret"])
    assert check(served, own["accessToken"])["appid"] == web["client_id"]


@by_a_deprecated_way
def test_adal_by_device_code(served: Served, native: str) -> None:
    context, resource = adal_context(served), served["organization_url"]
    code = context.acquire_user_code(resource, native)
    walk(served, f"{code['verification_url']}?user_code={code['user_code']}")
    token = context.acquire_token_with_device_code(resource, code, native)
    check_records(served, token["accessToken"])


def test_azure_identity(served: Served, web: dict[str, Any]) -> None:
    from azure.identity import ClientSecretCredential

    credential = ClientSecretCredential(
        "adfs", web["client_id"], web["secret"], authority=served["authority"]
    )
    token = credential.get_token(f"{served['organization_url']}.default").token
    assert check(served, token)["appid"] == web["client_id"]
    credential.close()
