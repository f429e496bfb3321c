"""Services that sign in by a certificate, in each form of assertion (RFC 7523 2.2).

Imports stand inside the functions: a client that is not installed is left out, not an error.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from xrm.cli.walk.asking import Facts, Unexpected, http_client, read_leads, tenant


def msal_thumbprint(facts: Facts) -> Callable[[], str]:
    """Prepare MSAL with a thumbprint: RS256 and x5t."""
    pem = _pem(facts)
    return _msal(facts, {"private_key": pem, "thumbprint": _thumbprint(pem)})


def msal_certificate(facts: Facts) -> Callable[[], str]:
    """Prepare MSAL with the certificate itself: PS256, x5t#S256 and x5c."""
    pem = _pem(facts)
    return _msal(facts, {"private_key": pem, "public_certificate": _public(pem)})


def adal_thumbprint(facts: Facts) -> Callable[[], str]:
    """Prepare ADAL: RS256 and x5t, on v1."""
    import adal

    pem = _pem(facts)
    thumbprint = _thumbprint(pem)

    def step() -> str:
        context = adal.AuthenticationContext(
            tenant(facts), validate_authority=False, api_version=None
        )
        answer = context.acquire_token_with_client_certificate(
            facts["organization_url"], facts["certificate_client_id"], pem, thumbprint
        )
        with http_client(facts) as http:
            return read_leads(facts, answer["accessToken"], http)

    return step


def azure_identity(facts: Facts) -> Callable[[], str]:
    """Prepare azure-identity with a certificate's file."""
    from azure.identity import CertificateCredential

    def step() -> str:
        with CertificateCredential(
            facts["tenant_id"],
            facts["certificate_client_id"],
            facts["certificate_path"],
            authority=facts["authority"],
            disable_instance_discovery=True,
        ) as credential:
            token = credential.get_token(facts["organization_url"] + ".default").token
        with http_client(facts) as http:
            return read_leads(facts, token, http)

    return step


def own_client(facts: Facts) -> Callable[[], str]:
    """Prepare this project's client with a connection string."""
    import xrm

    string = ";".join(
        (
            "AuthType=Certificate",
            f"Url={facts['organization_url']}",
            f"ClientId={facts['certificate_client_id']}",
            f"CertificatePath={facts['certificate_path']}",
        )
    )

    def step() -> str:
        with xrm.connect(string, verify=facts["ca_bundle"]) as organization:
            leads = sum(1 for _ in organization.query("leads", select="subject"))
        return f"authority from the 401, {leads} leads"

    return step


def _msal(facts: Facts, credential: dict[str, Any]) -> Callable[[], str]:
    import msal  # type: ignore[import-untyped]

    def step() -> str:
        application = msal.ConfidentialClientApplication(
            facts["certificate_client_id"],
            authority=tenant(facts),
            client_credential=credential,
            instance_discovery=False,
        )
        answer = application.acquire_token_for_client([facts["organization_url"] + ".default"])
        if "access_token" not in answer:
            raise Unexpected(answer.get("error_description", answer["error"]).splitlines()[0])
        with http_client(facts) as http:
            return read_leads(facts, answer["access_token"], http)

    return step


def _pem(facts: Facts) -> str:
    return Path(facts["certificate_path"]).read_text()


def _thumbprint(pem: str) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import load_pem_x509_certificate

    fingerprint = load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA1())  # noqa: S303
    return fingerprint.hex()


def _public(pem: str) -> str:
    return pem[pem.index("-----BEGIN CERTIFICATE") :]
