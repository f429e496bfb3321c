"""A service that signs in by a secret, and one that has no user."""

import base64

from xrm.cli.walk import libraries
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
from xrm.cli.walk.libraries import Step


def plain_v1(facts: Facts) -> Step:
    """Prepare plain HTTP to the v1 endpoint, the secret in the form (document 003's request)."""
    form = _form(facts, facts["client_id"], facts["client_secret"])

    def step() -> str:
        with http_client(facts) as http:
            token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
            return read_leads(facts, token, http)

    return step


def _form(facts: Facts, client_id: str, secret: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "resource": facts["organization_url"],
    }


def plain_v2_basic(facts: Facts) -> Step:
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


def msal_v2(facts: Facts) -> Step:
    """Prepare MSAL with a secret."""
    return libraries.msal(facts, facts["client_id"], facts["client_secret"])


def adal_v1(facts: Facts) -> Step:
    """Prepare ADAL with a secret."""
    proof = (facts["organization_url"], facts["client_id"], facts["client_secret"])
    return libraries.adal(
        facts, lambda context: dict(context.acquire_token_with_client_credentials(*proof))
    )


def azure_identity(facts: Facts) -> Step:
    """Prepare azure-identity with a secret."""
    from azure.identity import ClientSecretCredential

    proof = (facts["client_id"], facts["client_secret"])
    return libraries.azure_identity(facts, ClientSecretCredential, *proof)


def own_client(facts: Facts) -> Step:
    """Prepare this project's client with a connection string."""
    keys = {"ClientId": facts["client_id"], "ClientSecret": facts["client_secret"]}
    return libraries.own(facts, "ClientSecret", **keys)


def stranger(facts: Facts) -> Step:
    """Prepare a registered application without a user: it gets a token, and is turned away."""
    form = _form(facts, facts["no_user_client_id"], facts["no_user_client_secret"])

    def step() -> str:
        with http_client(facts) as http:
            token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
            answer = http.get(leads_url(facts), headers=bearer(token))
        if answer.status_code != 403:
            raise Unexpected(f"answered {answer.status_code} where 403 is due")
        return f"refused as it must be: 403 {answer.json()['error']['code']}"

    return step
