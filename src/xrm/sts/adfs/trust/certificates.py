"""Certificates by which people sign in at a farm: registered one by one, and pinned.

No authority is trusted: a certificate proves the person it was registered for, nobody else.
"""

from hashlib import sha256

from cryptography import x509

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.given import certificate_of
from xrm.sts.directory import View
from xrm.sts.model import PersonCertificate, User
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import PERSON_CERTIFICATES, in_tenant


def add(service: TokenService, farm: Farm, person: User, certificate: bytes) -> PersonCertificate:
    """Register a certificate, in PEM or DER, for one of the farm's people.

    Raises RegistrationError for what is none, and when it is registered already, for whomever.
    """
    der = certificate_of(certificate)
    if not der or person.tenant_id != farm.tenant.tenant_id:
        raise RegistrationError("name a person of the farm, and a certificate")
    made = PersonCertificate(
        digest=sha256(der).hexdigest(),
        tenant_id=farm.tenant.tenant_id,
        person=person.object_id,
        certificate=der,
        created=int(service.clock()),
    )
    with change(service, "the certificate") as tx:
        service.store.put(tx, PERSON_CERTIFICATES, made, new=True)
    audit(service, farm.tenant.tenant_id, "adfs.certificate.add", person.object_id)
    return made


def listing(service: TokenService, person: User) -> list[PersonCertificate]:
    """Return the certificates of a person."""
    with service.database.read() as tx:
        return service.store.find(tx, PERSON_CERTIFICATES, person=str(person.object_id))


def remove(service: TokenService, farm: Farm, digest: str) -> PersonCertificate:
    """Remove a certificate by its SHA-256 in hex and return it. Raises RegistrationError."""
    key = in_tenant(farm.tenant.tenant_id, digest.strip().lower())
    with change(service) as tx:
        removed = service.store.take(tx, PERSON_CERTIFICATES, key)
        if removed is None:
            raise RegistrationError("no certificate is known by this SHA-256", kind="absent")
    audit(service, farm.tenant.tenant_id, "adfs.certificate.remove", removed.person)
    return removed


def holder(view: View, farm: Farm, certificate: bytes, *, now: float) -> User | None:
    """Return whose certificate (DER) it is, None for nobody's and for one that is not of now."""
    key = in_tenant(farm.tenant.tenant_id, sha256(certificate).hexdigest())
    record = view.record(PERSON_CERTIFICATES, key)
    if record is None:
        return None
    read = x509.load_der_x509_certificate(record.certificate)
    first, last = read.not_valid_before_utc.timestamp(), read.not_valid_after_utc.timestamp()
    return view.user(record.person) if first <= now < last else None
