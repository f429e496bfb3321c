"""The sign-ins that exist: each gets an access token its own way and reads leads with it.

Imports stand inside the functions: a client that is not installed is left out, not an error.
"""

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xrm.cli.claims import decode

Facts = dict[str, Any]
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way to sign in: what it is, the account it uses, and the function that tries it.

    `module` must be importable, or the sign-in is left out. `prepare` takes the facts of the
    server and returns the step to be timed; the step returns what it came to, in a few words.
    """

    what: str
    account: str
    module: str
    prepare: Callable[[Facts], Callable[[], str]]


class Unexpected(Exception):
    """A sign-in came to something else than it should."""


def _http(facts: Facts) -> Any:
    import httpx2

    context = ssl.create_default_context(cafile=facts["ca_bundle"])
    return httpx2.Client(verify=context, timeout=_SECONDS)


def _tenant(facts: Facts) -> str:
    return f"{facts['authority'].rstrip('/')}/{facts['tenant_id']}"


def _leads_url(facts: Facts) -> str:
    return f"{facts['web_api_url'].rstrip('/')}/leads?$select=subject"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def _read_leads(facts: Facts, token: str, http: Any) -> str:
    answer = http.get(_leads_url(facts), headers=_bearer(token))
    if answer.status_code != 200:
        raise Unexpected(f"leads: {answer.status_code} {answer.text[:200]}")
    version = decode(token).claims.get("ver", "?")
    return f"token v{version}, {len(answer.json()['value'])} leads"


def _refused(answer: Any) -> Unexpected:
    try:
        document = answer.json()
    except ValueError:
        return Unexpected(f"token: {answer.status_code}")
    return Unexpected(document.get("error_description", document).splitlines()[0])


def _post(http: Any, url: str, form: dict[str, str], **extra: Any) -> str:
    answer = http.post(url, data=form, **extra)
    if answer.status_code != 200:
        raise _refused(answer)
    return str(answer.json()["access_token"])


def plain_v1(facts: Facts) -> Callable[[], str]:
    """Prepare plain HTTP to the v1 endpoint, the secret in the form (document 003's request)."""
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "resource": facts["organization_url"],
    }

    def step() -> str:
        with _http(facts) as http:
            token = _post(http, f"{_tenant(facts)}/oauth2/token", form)
            return _read_leads(facts, token, http)

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
        with _http(facts) as http:
            url = f"{_tenant(facts)}/oauth2/v2.0/token"
            token = _post(http, url, form, headers=headers)
            return _read_leads(facts, token, http)

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
            authority=_tenant(facts),
            client_credential=facts["client_secret"],
            instance_discovery=False,
        )
        answer = application.acquire_token_for_client([facts["organization_url"] + ".default"])
        if "access_token" not in answer:
            raise Unexpected(answer.get("error_description", answer["error"]).splitlines()[0])
        with _http(facts) as http:
            return _read_leads(facts, answer["access_token"], http)

    return step


def adal_v1(facts: Facts) -> Callable[[], str]:
    """Prepare ADAL for Python, which speaks v1; long retired, and still in use."""
    import adal

    def step() -> str:
        context = adal.AuthenticationContext(
            _tenant(facts), validate_authority=False, api_version=None
        )
        answer = context.acquire_token_with_client_credentials(
            facts["organization_url"], facts["client_id"], facts["client_secret"]
        )
        with _http(facts) as http:
            return _read_leads(facts, answer["accessToken"], http)

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
        with _http(facts) as http:
            return _read_leads(facts, token, http)

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
        with _http(facts) as http:
            token = _post(http, f"{_tenant(facts)}/oauth2/token", form)
            answer = http.get(_leads_url(facts), headers=_bearer(token))
        if answer.status_code != 403:
            raise Unexpected(f"answered {answer.status_code} where 403 is due")
        return f"refused as it must be: 403 {answer.json()['error']['code']}"

    return step


_SERVICE = "demonstration service"

SIGN_INS = (
    SignIn("HTTP v1, secret in form", _SERVICE, "httpx2", plain_v1),
    SignIn("HTTP v2, secret by Basic", _SERVICE, "httpx2", plain_v2_basic),
    SignIn("msal", _SERVICE, "msal", msal_v2),
    SignIn("adal", _SERVICE, "adal", adal_v1),
    SignIn("azure-identity", _SERVICE, "azure.identity", azure_identity),
    SignIn("xrm client", _SERVICE, "xrm.client", own_client),
    SignIn("HTTP v1", "service without user", "httpx2", stranger),
)
"""Every sign-in that exists, in the order of the walk."""
