"""Certificates a client signs assertions with: only the public half is ever kept.

Any kind of key is taken, as the service takes it; which keys can prove a client is decided when
one tries.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from xrm.db import Transaction
from xrm.sts.model import Application, CertificateCredential
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import APPLICATIONS, CERTIFICATES

_LARGEST = 64 * 1024
_LONGEST_DESCRIPTION = 90
_READERS: tuple[Callable[[bytes], x509.Certificate], ...] = (
    x509.load_pem_x509_certificate,
    x509.load_der_x509_certificate,
)


def add_certificate(
    service: TokenService,
    application: Application,
    certificate: bytes,
    *,
    description: str = "",
    start: float | None = None,
    end: float | None = None,
) -> CertificateCredential:
    """Register a certificate, in PEM or DER, for an application to sign assertions with.

    Of a PEM file the first certificate counts; a private key in it is left alone. `start` and
    `end`, in seconds since the epoch, are the certificate's own unless given. Raises
    RegistrationError for what is no certificate, for times outside its own or already over
    (that an expired one is refused is inferred), and when the application has it already.
    """
    made = read_certificate(
        service, application, certificate, description=description, start=start, end=end
    )
    with change(service) as tx:
        if service.store.get(tx, APPLICATIONS, str(application.application_id)) is None:
            text = f"no application {application.application_id} is registered"
            raise RegistrationError(text, kind="absent")
        _keep(service, tx, made, _of(service, tx, application))
    audit(service, application.tenant_id, "certificate.add", application.application_id)
    return made


def read_certificate(
    service: TokenService,
    application: Application,
    certificate: bytes,
    *,
    description: str = "",
    start: float | None = None,
    end: float | None = None,
) -> CertificateCredential:
    """Read what `add_certificate` adds, and keep nothing yet. Raises RegistrationError."""
    read = _read(certificate)
    begin, over = _times(read, start, end, now=service.clock())
    return CertificateCredential(
        key_id=service.ids(),
        application_id=application.application_id,
        description=description[:_LONGEST_DESCRIPTION],
        start=begin,
        end=over,
        certificate=read.public_bytes(Encoding.DER),
    )


def replace_certificates(
    service: TokenService,
    tx: Transaction,
    application: Application,
    *,
    given: Sequence[CertificateCredential],
    kept: Collection[UUID],
) -> list[str]:
    """Make these an application's certificates, in the transaction of a change.

    `kept` are key ids of those that stand and stay; one given that stands already stays as it
    is. Returns what to say of it in the audit. Raises RegistrationError when one to keep is not
    there, or one is given twice.
    """
    standing = _of(service, tx, application)
    if not set(kept) <= {one.key_id for one in standing}:
        text = "a key credential without a key must name one that is there"
        raise RegistrationError(text, member="keyCredentials")
    said = {one.certificate for one in given}
    stay = [one for one in standing if one.key_id in kept or one.certificate in said]
    for one in standing:
        if one not in stay:
            service.store.delete(tx, CERTIFICATES, str(one.key_id))
    known = {one.certificate for one in stay}
    new = [one for one in given if one.certificate not in known]
    for position, one in enumerate(new):
        _keep(service, tx, one, new[:position])
    gone = len(standing) - len(stay)
    return ["certificate.add"] * len(new) + ["certificate.remove"] * gone


def list_certificates(
    service: TokenService, application: Application
) -> list[CertificateCredential]:
    """Return an application's certificates, the first to end first."""
    with service.database.read() as tx:
        found = _of(service, tx, application)
    return sorted(found, key=lambda one: (one.end, one.key_id))


def remove_certificate(
    service: TokenService, application: Application, name: UUID | str
) -> CertificateCredential:
    """Remove a certificate by its key id or its thumbprint, SHA-1 or SHA-256 in hex; return it.

    Raises RegistrationError when the application has none of that name.
    """
    wanted = str(name).strip().lower()
    with change(service) as tx:
        named = [one for one in _of(service, tx, application) if wanted in _names(one)]
        if not named:
            raise RegistrationError(
                f"the application has no certificate with the key id or thumbprint {wanted}",
                kind="absent",
                member="keyId",
            )
        service.store.delete(tx, CERTIFICATES, str(named[0].key_id))
    audit(service, application.tenant_id, "certificate.remove", application.application_id)
    return named[0]


def _keep(
    service: TokenService,
    tx: Transaction,
    made: CertificateCredential,
    others: Sequence[CertificateCredential],
) -> None:
    if any(one.certificate == made.certificate for one in others):
        text = f"the application has the certificate {made.thumbprint} already"
        raise RegistrationError(text, kind="taken", member="keyCredentials")
    service.store.put(tx, CERTIFICATES, made, new=True)


def _read(certificate: bytes) -> x509.Certificate:
    for read in _READERS if len(certificate) <= _LARGEST else ():
        try:
            found = read(certificate)
            found.public_key()
        except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
            continue
        return found
    raise RegistrationError("this is no X.509 certificate in PEM or DER", member="key")


def _times(
    read: x509.Certificate, start: float | None, end: float | None, *, now: float
) -> tuple[int, int]:
    first = int(read.not_valid_before_utc.timestamp())
    last = int(read.not_valid_after_utc.timestamp())
    begin = first if start is None else int(start)
    over = last if end is None else int(end)
    if not first <= begin < last:
        raise RegistrationError("Key credential start date is invalid.", member="startDateTime")
    if not max(begin, now) < over <= last:
        raise RegistrationError("Key credential end date is invalid.", member="endDateTime")
    return begin, over


def _of(
    service: TokenService, tx: Transaction, application: Application
) -> list[CertificateCredential]:
    key = str(application.application_id)
    return service.store.find(tx, CERTIFICATES, application=key)


def _names(credential: CertificateCredential) -> tuple[str, str, str]:
    sha256 = hashlib.sha256(credential.certificate).hexdigest()
    return str(credential.key_id), credential.thumbprint.lower(), sha256
