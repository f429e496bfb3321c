"""What the sign-ins of a walk have in common: the server's facts, HTTP, and leads to read."""

import ssl
from typing import Any

from xrm.cli.claims import decode

Facts = dict[str, Any]
_SECONDS = 30.0


class Unexpected(Exception):
    """A sign-in came to something else than it should."""


class LeftOut(Exception):
    """A sign-in cannot be tried here; the text says why."""


def check_password(facts: Facts) -> None:
    """Leave out a way that needs the salesperson's password, where somebody has changed it."""
    if not facts.get("password"):
        raise LeftOut(f"the password of {facts['username']} was changed")


def http_client(facts: Facts) -> Any:
    """Return an HTTP client that trusts the server."""
    import httpx2

    context = ssl.create_default_context(cafile=facts["ca_bundle"])
    return httpx2.Client(verify=context, timeout=_SECONDS)


def tenant(facts: Facts) -> str:
    """Return the authority of the demonstration tenant."""
    return f"{facts['authority'].rstrip('/')}/{facts['tenant_id']}"


def leads_url(facts: Facts) -> str:
    """Return the URL of all leads one may read."""
    return f"{facts['web_api_url'].rstrip('/')}/leads?$select=subject"


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request with a token."""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def read_leads(facts: Facts, token: str, http: Any) -> str:
    """Read leads with a token and return in a few words what came. Raises Unexpected."""
    answer = http.get(leads_url(facts), headers=bearer(token))
    if answer.status_code != 200:
        raise Unexpected(f"leads: {answer.status_code} {answer.text[:200]}")
    version = decode(token).claims.get("ver", "?")
    return f"token v{version}, {len(answer.json()['value'])} leads"


def refused(answer: Any) -> Unexpected:
    """Return what a refusal of the token endpoint says."""
    try:
        document = answer.json()
    except ValueError:
        return Unexpected(f"token: {answer.status_code}")
    return Unexpected(document.get("error_description", document).splitlines()[0])


def posted(http: Any, url: str, form: dict[str, str], **extra: Any) -> dict[str, Any]:
    """Post a form to a token endpoint and return what it answers. Raises Unexpected."""
    answer = http.post(url, data=form, **extra)
    if answer.status_code != 200:
        raise refused(answer)
    return dict(answer.json())


def post_form(http: Any, url: str, form: dict[str, str], **extra: Any) -> str:
    """Post a form to a token endpoint and return the token. Raises Unexpected."""
    return str(posted(http, url, form, **extra)["access_token"])
