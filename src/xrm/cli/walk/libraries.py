"""Each client written by others, asked in its own way for a token that then reads leads.

Imports stand inside the functions: a client that is not installed is left out, not an error.
"""

from collections.abc import Callable
from typing import Any

from xrm.cli.walk.asking import Facts, Unexpected, http_client, read_leads, tenant

Step = Callable[[], str]


def msal(facts: Facts, client_id: str, credential: str | dict[str, Any]) -> Step:
    """Prepare MSAL for Python, which speaks v2."""
    import msal  # type: ignore[import-untyped]

    def step() -> str:
        application = msal.ConfidentialClientApplication(
            client_id,
            authority=tenant(facts),
            client_credential=credential,
            instance_discovery=False,
        )
        answer = application.acquire_token_for_client([facts["organization_url"] + ".default"])
        return msal_leads(facts, answer)

    return step


def msal_leads(facts: Facts, answer: dict[str, Any]) -> str:
    """Read leads with what MSAL answered. Raises Unexpected for a refusal."""
    if "access_token" not in answer:
        raise Unexpected(answer.get("error_description", answer["error"]).splitlines()[0])
    return _leads(facts, answer["access_token"])


def adal(facts: Facts, ask: Callable[[Any], dict[str, Any]]) -> Step:
    """Prepare ADAL for Python, which speaks v1; long retired, and still in use.

    `ask` gets its context and returns its answer.
    """
    import adal

    def step() -> str:
        context = adal.AuthenticationContext(
            tenant(facts), validate_authority=False, api_version=None
        )
        return _leads(facts, ask(context)["accessToken"])

    return step


def azure_identity(facts: Facts, credential: Callable[..., Any], *proof: str) -> Step:
    """Prepare azure-identity, the credentials of the Azure SDKs; `proof` follows the tenant."""

    def step() -> str:
        with credential(
            facts["tenant_id"],
            *proof,
            authority=facts["authority"],
            disable_instance_discovery=True,
        ) as opened:
            token = opened.get_token(facts["organization_url"] + ".default").token
        return _leads(facts, token)

    return step


def own(facts: Facts, auth_type: str, **keys: str) -> Step:
    """Prepare this project's client, which finds the authority by asking the organization."""
    import xrm

    parts = {"AuthType": auth_type, "Url": facts["organization_url"], **keys}
    string = ";".join(f"{name}={value}" for name, value in parts.items())

    def step() -> str:
        with xrm.connect(string, verify=facts["ca_bundle"]) as organization:
            organization.whoami()
            leads = sum(1 for _ in organization.query("leads", select="subject"))
        return f"authority from the 401, {leads} leads"

    return step


def _leads(facts: Facts, token: str) -> str:
    with http_client(facts) as http:
        return read_leads(facts, token, http)
