"""Unmodified msal, adal, azure-identity and PyJWT sign in and read, over TLS."""

import warnings
from typing import Any

import jwt
import pytest

import xrm
from support.served import Served

# What the demonstration's Salesperson in Contoso Europe may read (counted by hand from the
# owners' business units; see server/demonstration/contoso/expected.json).
SALESPERSON_LEADS = 28


def leads(served: Served, token: str) -> list[dict[str, Any]]:
    with served.http() as http:
        answer = http.get(
            f"{served['organization_url']}api/data/v9.0/leads?$select=subject",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def check_leads(served: Served, token: str) -> None:
    found = leads(served, token)
    assert len(found) == SALESPERSON_LEADS
    assert all(set(lead) == {"@odata.etag", "leadid", "subject"} for lead in found)


def msal_app(served: Served, **options: Any) -> Any:
    import msal

    settings = {
        "authority": served.tenant_authority,
        "client_credential": served["client_secret"],
        "instance_discovery": False,
        **options,
    }
    return msal.ConfidentialClientApplication(served["client_id"], **settings)


@pytest.mark.parametrize("slash", ["", "/"])
def test_msal_gets_a_v2_token_and_reads_leads(served: Served, slash: str) -> None:
    scope = f"{served['organization_url'].rstrip('/')}{slash}/.default"
    result = msal_app(served).acquire_token_for_client([scope])
    assert "access_token" in result, result
    assert "refresh_token" not in result
    assert "id_token" not in result
    check_leads(served, result["access_token"])


def test_msal_by_instance_discovery_of_this_server(served: Served) -> None:
    app = msal_app(served, instance_discovery=f"{served['authority']}/common/discovery/instance")
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    check_leads(served, result["access_token"])


def test_msal_by_oidc_authority(served: Served) -> None:
    import msal

    app = msal.ConfidentialClientApplication(
        served["client_id"],
        oidc_authority=f"{served.tenant_authority}/v2.0",
        client_credential=served["client_secret"],
    )
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    check_leads(served, result["access_token"])


def test_msal_with_the_tenant_domain(served: Served) -> None:
    app = msal_app(served, authority=f"{served['authority']}/{served['tenant_domain']}")
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    claims = jwt.decode(result["access_token"], options={"verify_signature": False})
    assert claims["tid"] == served["tenant_id"]


def test_msal_says_what_is_wrong_with_a_secret(served: Served) -> None:
    app = msal_app(served, client_credential="wrong")
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert result["error"] == "invalid_client"
    assert result["error_codes"] == [7000215]
    assert "AADSTS7000215" in result["error_description"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("slash", ["", "/"])
def test_adal_gets_a_v1_token_and_reads_leads(served: Served, slash: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import adal

        context = adal.AuthenticationContext(served.tenant_authority, validate_authority=False)
        resource = served["organization_url"].rstrip("/") + slash
        result = context.acquire_token_with_client_credentials(
            resource, served["client_id"], served["client_secret"]
        )
    assert result["resource"] == resource
    assert "refreshToken" not in result
    check_leads(served, result["accessToken"])


def test_azure_identity_reads_leads(served: Served) -> None:
    from azure.identity import ClientSecretCredential

    with ClientSecretCredential(
        served["tenant_id"],
        served["client_id"],
        served["client_secret"],
        authority=served["authority"],
        disable_instance_discovery=True,
    ) as credential:
        token = credential.get_token(f"{served['organization_url']}.default")
    check_leads(served, token.token)


def test_azure_identity_is_a_credential_of_our_client(served: Served) -> None:
    from azure.identity import ClientSecretCredential

    with (
        ClientSecretCredential(
            served["tenant_id"],
            served["client_id"],
            served["client_secret"],
            authority=served["authority"],
            disable_instance_discovery=True,
        ) as credential,
        xrm.Client(served["organization_url"], credential) as org,
    ):
        assert len(list(org.query("leads", select=["subject"]))) == SALESPERSON_LEADS


def test_pyjwt_verifies_from_the_published_keys_alone(served: Served) -> None:
    result = msal_app(served).acquire_token_for_client([f"{served['organization_url']}.default"])
    token = result["access_token"]
    with served.http() as http:
        document = http.get(f"{served.tenant_authority}/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http.get(document["jwks_uri"]).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        # `https://org/.default` asks for `https://org`: the scope without its last segment.
        audience=served["organization_url"].rstrip("/"),
        issuer=document["issuer"],
    )
    assert claims["appid"] == served["client_id"]
    assert claims["oid"] == claims["sub"]
    assert "scp" not in claims


def test_our_client_finds_its_way_from_the_challenge(served: Served) -> None:
    text = (
        f"AuthType=ClientSecret;Url={served['organization_url']};"
        f"ClientId={served['client_id']};ClientSecret={served['client_secret']}"
    )
    with xrm.connect(text) as org:
        me = org.whoami()
        assert str(me.organization_id)
        found = list(org.query("leads", select=["subject"], page_size=10))
        assert len(found) == SALESPERSON_LEADS
        key = org.create("leads", {"subject": "From the test", "lastname": "Tester"})
        org.update("leads", key, {"subject": "Changed"})
        assert org.retrieve("leads", key, select=["subject"])["subject"] == "Changed"
        org.delete("leads", key)
        with pytest.raises(xrm.errors.NotFoundError):
            org.retrieve("leads", key)


def test_an_authority_written_as_in_document_002_is_accepted(served: Served) -> None:
    credential = xrm.auth.ClientSecret(
        served["client_id"],
        served["client_secret"],
        authority=f"{served.tenant_authority}/oauth2/authorize",
    )
    with xrm.Client(served["organization_url"], credential) as org:
        assert len(list(org.query("leads", select=["subject"]))) == SALESPERSON_LEADS


def test_a_service_without_a_user_is_not_a_member(served: Served) -> None:
    app = msal_app(served, client_credential=served["no_user_client_secret"])
    app = type(app)(
        served["no_user_client_id"],
        authority=served.tenant_authority,
        client_credential=served["no_user_client_secret"],
        instance_discovery=False,
    )
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}leads",
            headers={"Authorization": f"Bearer {result['access_token']}"},
        )
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "0x80072560"
