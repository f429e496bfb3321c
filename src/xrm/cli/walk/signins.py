"""The sign-ins of a walk, in its order: one row each."""

from collections.abc import Callable
from dataclasses import dataclass

from xrm.cli.walk import (
    by_browser,
    by_certificate,
    by_claims,
    by_person,
    by_secret,
    registering,
)
from xrm.cli.walk.asking import Facts
from xrm.cli.walk.libraries import Step


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way to sign in: what it is, the account it uses, and the function that tries it.

    `module` must be importable, or the sign-in is left out. `prepare` takes the facts of the
    server and returns the step to be timed; the step returns what it came to, in a few words.
    `deployments` are those of the organizations that it is a sign-in to.
    """

    what: str
    account: str
    module: str
    prepare: Callable[[Facts], Step]
    deployments: frozenset[str] = frozenset({"online"})


_AT_ADFS = frozenset({"ifd", "on-premises"})
_EVERYWHERE = _AT_ADFS | {"online"}
_SECRET = "demonstration service"  # noqa: S105 - an account's name
_CERTIFICATE = "certificate service"
_PERSON = "salesperson"
_ADAL = by_browser.sample("spa-adal", implicit=True)
_ADAL_ANGULAR = by_browser.sample("spa-adal-angular", implicit=True)
_MSAL = by_browser.sample("spa-msal")

SIGN_INS = (
    SignIn("HTTP v1, secret in form", _SECRET, "httpx2", by_secret.plain_v1),
    SignIn("HTTP v2, secret by Basic", _SECRET, "httpx2", by_secret.plain_v2_basic),
    SignIn("msal", _SECRET, "msal", by_secret.msal_v2),
    SignIn("adal", _SECRET, "adal", by_secret.adal_v1),
    SignIn("azure-identity", _SECRET, "azure.identity", by_secret.azure_identity),
    SignIn("xrm client", _SECRET, "xrm.client", by_secret.own_client),
    SignIn("msal, x5t", _CERTIFICATE, "msal", by_certificate.msal_thumbprint),
    SignIn("msal, x5t#S256 and x5c", _CERTIFICATE, "msal", by_certificate.msal_certificate),
    SignIn("adal, x5t", _CERTIFICATE, "adal", by_certificate.adal_thumbprint),
    SignIn("azure-identity", _CERTIFICATE, "azure.identity", by_certificate.azure_identity),
    SignIn("xrm client", _CERTIFICATE, "xrm.client", by_certificate.own_client),
    SignIn("HTTP v1, name and password", _PERSON, "httpx2", by_person.password_v1),
    SignIn("HTTP v2, refresh token", _PERSON, "httpx2", by_person.refreshed_v2),
    SignIn("adal, name and password", _PERSON, "adal", by_person.adal_password),
    SignIn("msal, code and PKCE", _PERSON, "msal", by_person.msal_code),
    SignIn("msal, device code", _PERSON, "msal", by_person.msal_device),
    SignIn(
        "azure-identity, device code", _PERSON, "azure.identity", by_person.azure_identity_device
    ),
    SignIn("adal.js in Chromium", _PERSON, "playwright", _ADAL, _EVERYWHERE),
    SignIn("adal-angular in Chromium", _PERSON, "playwright", _ADAL_ANGULAR, _EVERYWHERE),
    SignIn("msal-browser in Chromium", _PERSON, "playwright", _MSAL, _EVERYWHERE),
    SignIn("HTTP, through Graph", "registered just now", "httpx2", registering.through_graph),
    SignIn("HTTP v1", "service without user", "httpx2", by_secret.stranger),
    SignIn("HTTP v2, other tenant", "multi-tenant service", "httpx2", registering.elsewhere),
    SignIn("xrm client, WS-Trust", _PERSON, "xrm.client", by_claims.own_client, _AT_ADFS),
    SignIn("HTTP at AD FS, password", _PERSON, "httpx2", by_claims.password, _AT_ADFS),
    SignIn("adal at AD FS, password", _PERSON, "adal", by_claims.adal_password, _AT_ADFS),
    SignIn("msal at AD FS, code and PKCE", _PERSON, "msal", by_claims.msal_code, _AT_ADFS),
)
"""Every sign-in that exists, in the order of the walk."""


def walked(facts: Facts) -> tuple[SignIn, ...]:
    """Return the sign-ins to the organization of a server, which is of one deployment."""
    return tuple(each for each in SIGN_INS if facts["deployment"] in each.deployments)
