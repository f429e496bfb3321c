"""The token of RST2.srf: its issuer, whom it is for, and how it is encrypted.

It is for every organization of a region (`urn:crmna:dynamics.com`), so it is encrypted to the key
pair of the person's tenant and counts at that tenant's organizations.
"""

import re
import secrets

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm.sts.adfs.farm import Farm
from xrm.sts.audit import LONGEST, Event
from xrm.sts.model import CRM_APPLICATION, Tenant, Trace
from xrm.sts.online.proving import Proven
from xrm.sts.service import TokenService
from xrm.wire import saml, xmlenc
from xrm.wire.saml import Assertion, Claim, Confirmation, claim_types
from xrm.wire.saml.names import PASSWORD, UNSPECIFIED, UNSPECIFIED_NAME
from xrm.wire.wssecurity import to_assertion
from xrm.wire.wstrust import TRUST_2005, IssuedTokenResponse, Lifetime
from xrm.wire.wstrust.keys import KeyMaterial

LIFETIME = 8 * 3600
"""Seconds a token is good for, as recorded."""

_KEY_BYTES = 24  # the policy of the service wants keys of 192 bits
_REGION = re.compile(r"urn:crm[a-z0-9]{0,8}:dynamics\.com")


def issuer_of(base_url: str, tenant: Tenant) -> str:
    """Return what tokens of this chain name as their issuer: the policy's own identifier."""
    return f"{base_url}/{tenant.tenant_id}/"


def private_keys(service: TokenService, tenant: Tenant) -> tuple[RSAPrivateKey, ...]:
    """Return the keys that open tokens for the organizations of a tenant, the current first."""
    return service.parts.farm_keys.private(_keys_of(service, tenant))


def audience_of(service: TokenService, tenant: Tenant, address: str | None) -> str:
    """Return whom a token is for that is asked for an address, "" for nobody known.

    That is a region by its URN, or an organization of the tenant by its URL.
    """
    if not address:
        return ""
    if _REGION.fullmatch(address):
        return address
    found = service.directory.singly().resource(tenant, address)
    known = found is not None and found.application.application_id == CRM_APPLICATION
    return f"{address.rstrip('/')}/" if known and address.startswith("https://") else ""


def issue(
    service: TokenService, proven: Proven, *, audience: str, bearer: bool, trace: Trace
) -> IssuedTokenResponse:
    """Return the response with a token for an audience; its key is symmetric, unless a bearer's."""
    view = service.directory.singly()
    tenant = view.tenant(str(proven.person.tenant_id))
    certificate = service.parts.farm_keys.certificate(_keys_of(service, tenant))
    secret = None if bearer else secrets.token_bytes(_KEY_BYTES)
    assertion = _assertion(service, proven, tenant, audience, _confirmation(secret, certificate))
    key = view.signing_key()
    signed = saml.sign(assertion, key=key.private_key, certificate=key.certificate_der)
    token = xmlenc.encrypt(signed, certificate, cipher="tripledes-cbc", by="subject-key-id")
    _record(service, proven, audience, trace)
    reference = to_assertion(assertion.id)
    return IssuedTokenResponse(
        version=TRUST_2005,
        lifetime=Lifetime(assertion.not_before, assertion.not_on_or_after),
        applies_to=audience,
        markup=token,
        material=KeyMaterial(proof=secret),
        attached=reference,
        unattached=reference,
    )


def _keys_of(service: TokenService, tenant: Tenant) -> Farm:
    return Farm(service.base_url, tenant)


def _confirmation(secret: bytes | None, certificate: bytes) -> Confirmation:
    if secret is None:
        return Confirmation()
    return Confirmation(kind="holder-of-key", secret=secret, certificate=certificate)


def _assertion(
    service: TokenService,
    proven: Proven,
    tenant: Tenant,
    audience: str,
    confirmation: Confirmation,
) -> Assertion:
    now, person = service.clock(), proven.person
    return Assertion(
        version="1.1",
        id=f"uuid-{service.ids()}",
        issuer=issuer_of(service.base_url, tenant),
        issued=now,
        not_before=now,
        not_on_or_after=now + LIFETIME,
        audiences=(audience,),
        name_id=person.object_id.hex,
        name_format=UNSPECIFIED_NAME,
        confirmation=confirmation,
        claims=(Claim(claim_types.UPN, (person.user_principal_name,)),),
        method=PASSWORD if proven.authentication.methods == ("pwd",) else UNSPECIFIED,
        authenticated=float(proven.authentication.seconds),
    )


def _record(service: TokenService, proven: Proven, audience: str, trace: Trace) -> None:
    service.audit.record(
        Event(
            time=service.clock(),
            operation="online.issue",
            tenant_id=proven.person.tenant_id,
            client=proven.person.user_principal_name[:LONGEST],
            resource=audience[:LONGEST],
            peer=trace.peer,
            correlation_id=trace.correlation_id,
            trace_id=trace.trace_id,
        )
    )
