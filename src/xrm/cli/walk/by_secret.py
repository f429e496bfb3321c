"""Services that sign in by a secret.

Imports stand inside the functions: a client that is not installed is left out, not an error.
"""

import base64
from collections.abc import Callable

from xrm.cli.walk.asking import (
    Facts,
    Unexpected,
    bearer,
    http_client,
    leads_url,
    post_form,
    read_leads,
    tenant,
)


def plain_v1(facts: Facts) -> Callable[[], str]:
    """Prepare plain HTTP to the v1 endpoint, the secret in the form (document 003's request)."""
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "resource": facts["organization_url"],
    }

    def step() -> str:
        with http_client(facts) as http:
            token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
            return read_leads(facts, token, http)

    return step


def plain_v2_basic(facts: Facts) -> Callable[[], str]:
    """Prepare plain HTTP to the v2 endpoint, the secret by Basic (RFC 6749 2.3.1)."""
    pair = f"{facts['client_id']}:{_form_encoded(facts['client_secret'])}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    form = {
        "grant_type": "client_credentials",
        "scope": facts["organization_url"] + ".default",
    }

    def step() -> str:
        with http_client(facts) as http:
            url = f"{tenant(facts)}/oauth2/v2.0/token"
            token = post_form(http, url, form, headers=headers)
            return read_leads(facts, token, http)

    return step


def _form_encoded(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def msal_v2(facts: Facts) -> Callable[[], str]:
    """Prepare MSAL for Python, which speaks v2."""
    import msal  # type: ignore[import-untyped]

    def step() -> str:
        application = msal.ConfidentialClientApplication(
            facts["client_id"],
            authority=tenant(facts),
            client_credential=facts["client_secret"],
            instance_discovery=False,
        )
        answer = application.acquire_token_for_client([facts["organization_url"] + ".default"])
        if "access_token" not in answer:
            raise Unexpected(answer.get("error_description", answer["error"]).splitlines()[0])
        with http_client(facts) as http:
            return read_leads(facts, answer["access_token"], http)

    return step


def adal_v1(facts: Facts) -> Callable[[], str]:
    """Prepare ADAL for Python, which speaks v1; long retired, and still in use."""
    import adal

    def step() -> str:
        context = adal.AuthenticationContext(
            tenant(facts), validate_authority=False, api_version=None
        )
        answer = context.acquire_token_with_client_credentials(
            facts["organization_url"], facts["client_id"], facts["client_secret"]
        )
        with http_client(facts) as http:
            return read_leads(facts, answer["accessToken"], http)

    return step


def azure_identity(facts: Facts) -> Callable[[], str]:
    """Prepare azure-identity, the credential of the Azure SDKs."""
    from azure.identity import ClientSecretCredential

    def step() -> str:
        with ClientSecretCredential(
            facts["tenant_id"],
            facts["client_id"],
            facts["client_secret"],
            authority=facts["authority"],
            disable_instance_discovery=True,
        ) as credential:
            token = credential.get_token(facts["organization_url"] + ".default").token
        with http_client(facts) as http:
            return read_leads(facts, token, http)

    return step


def own_client(facts: Facts) -> Callable[[], str]:
    """Prepare this project's client, which finds the authority by asking the organization."""
    import xrm

    string = ";".join(
        (
            "AuthType=ClientSecret",
            f"Url={facts['organization_url']}",
            f"ClientId={facts['client_id']}",
            f"ClientSecret={facts['client_secret']}",
        )
    )

    def step() -> str:
        with xrm.connect(string, verify=facts["ca_bundle"]) as organization:
            organization.whoami()
            leads = sum(1 for _ in organization.query("leads", select="subject"))
        return f"authority from the 401, {leads} leads"

    return step


def stranger(facts: Facts) -> Callable[[], str]:
    """Prepare a registered application without a user: it gets a token, and is turned away."""
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["no_user_client_id"],
        "client_secret": facts["no_user_client_secret"],
        "resource": facts["organization_url"],
    }

    def step() -> str:
        with http_client(facts) as http:
            token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
            answer = http.get(leads_url(facts), headers=bearer(token))
        if answer.status_code != 403:
            raise Unexpected(f"answered {answer.status_code} where 403 is due")
        return f"refused as it must be: 403 {answer.json()['error']['code']}"

    return step
