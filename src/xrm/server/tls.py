"""The local certificate authority, made at the first start, and the server's certificate."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xrm.server.folder import EstateError, Folder, write_private

ALWAYS = ("localhost", "127.0.0.1", "127.0.0.2", "::1")
_VALIDITY = timedelta(days=397)
_RENEWAL = timedelta(days=30)
_EARLIER = timedelta(days=1)
_NAME = "xrm local certificate authority"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The server's certificate and key, and the authority a client must trust, as PEM files."""

    chain: Path
    key: Path
    ca_bundle: Path


def names_of(further: Iterable[str]) -> tuple[str, ...]:
    """Return every name of the certificate: those always there, then further ones, once each."""
    return tuple(dict.fromkeys((*ALWAYS, *(_plain(name) for name in further))))


def _plain(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return name.lower()


def ca_bundle(folder: Folder) -> Path:
    """Return where the authority's certificate lies."""
    return folder.tls / "ca.pem"


def ensure(folder: Folder, names: tuple[str, ...]) -> Certificate:
    """Return a certificate for these names, issued anew when they changed or it ends soon.

    Call it under the directory's lock. It holds for 397 days and is renewed 30 days before its
    end, at a start. Raises EstateError when the authority's files cannot be used.
    """
    # Servers of other names may run on this directory: what they read must not change.
    stem = f"server-{sha256(' '.join(sorted(names)).encode()).hexdigest()[:8]}"
    certificate = Certificate(
        folder.tls / f"{stem}.pem", folder.tls / f"{stem}.key", ca_bundle(folder)
    )
    authority = _authority(folder)
    if not _serves(certificate, names):
        _issue(authority, certificate, names)
    return certificate


def _authority(folder: Folder) -> trustme.CA:
    path, key = ca_bundle(folder), folder.tls / "ca.key"
    if not path.exists():
        authority = trustme.CA(organization_name=_NAME, organization_unit_name=_NAME)
        write_private(key, authority.private_key_pem.bytes())
        write_private(path, authority.cert_pem.bytes())
        return authority
    try:
        return trustme.CA.from_pem(path.read_bytes(), key.read_bytes())
    except (OSError, ValueError) as error:
        raise EstateError(
            f"cannot use the certificate authority in {folder.tls}: {error}"
        ) from error


def _issue(authority: trustme.CA, certificate: Certificate, names: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    try:
        leaf = authority.issue_cert(
            *names,
            common_name=names[0],
            organization_name="xrm",
            not_before=now - _EARLIER,
            not_after=now - _EARLIER + _VALIDITY,
        )
    except ValueError as error:
        raise EstateError(f"no certificate can bear these names: {error}") from error
    # The chain goes last: it is what says that key and names are in place.
    write_private(certificate.key, leaf.private_key_pem.bytes())
    write_private(certificate.chain, b"".join(pem.bytes() for pem in leaf.cert_chain_pems))


def _serves(certificate: Certificate, names: tuple[str, ...]) -> bool:
    try:
        leaf = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
        leaf.verify_directly_issued_by(
            x509.load_pem_x509_certificate(certificate.ca_bundle.read_bytes())
        )
        key = load_pem_private_key(certificate.key.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    borne = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    there = {*borne.get_values_for_type(x509.DNSName)}
    there |= {str(address) for address in borne.get_values_for_type(x509.IPAddress)}
    if there != {_ascii(name) for name in names} or key.public_key() != leaf.public_key():
        return False
    return leaf.not_valid_after_utc - datetime.now(UTC) >= _RENEWAL


def _ascii(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.encode("idna").decode() if not name.isascii() else name
