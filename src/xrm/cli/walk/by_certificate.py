"""A service that signs in by a certificate, in each form of assertion (RFC 7523 2.2)."""

from pathlib import Path

from xrm.cli.walk import libraries
from xrm.cli.walk.asking import Facts
from xrm.cli.walk.libraries import Step

_CLIENT, _FILE = "certificate_client_id", "certificate_path"


def msal_thumbprint(facts: Facts) -> Step:
    """Prepare MSAL with a thumbprint: RS256 and x5t."""
    pem = _pem(facts)
    credential = {"private_key": pem, "thumbprint": _thumbprint(pem)}
    return libraries.msal(facts, facts[_CLIENT], credential)


def msal_certificate(facts: Facts) -> Step:
    """Prepare MSAL with the certificate itself: PS256, x5t#S256 and x5c."""
    pem = _pem(facts)
    public = pem[pem.index("-----BEGIN CERTIFICATE") :]
    credential = {"private_key": pem, "public_certificate": public}
    return libraries.msal(facts, facts[_CLIENT], credential)


def adal_thumbprint(facts: Facts) -> Step:
    """Prepare ADAL: RS256 and x5t, on v1."""
    pem = _pem(facts)
    proof = (facts["organization_url"], facts[_CLIENT], pem, _thumbprint(pem))
    return libraries.adal(
        facts, lambda context: dict(context.acquire_token_with_client_certificate(*proof))
    )


def azure_identity(facts: Facts) -> Step:
    """Prepare azure-identity with a certificate's file."""
    from azure.identity import CertificateCredential

    return libraries.azure_identity(facts, CertificateCredential, facts[_CLIENT], facts[_FILE])


def own_client(facts: Facts) -> Step:
    """Prepare this project's client with a connection string."""
    keys = {"ClientId": facts[_CLIENT], "CertificatePath": facts[_FILE]}
    return libraries.own(facts, "Certificate", **keys)


def _pem(facts: Facts) -> str:
    return Path(facts[_FILE]).read_text()


def _thumbprint(pem: str) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import load_pem_x509_certificate

    fingerprint = load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA1())  # noqa: S303
    return fingerprint.hex()
