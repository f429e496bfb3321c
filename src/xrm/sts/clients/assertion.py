"""Proof by assertion: a JWT one of the client's certificates signed (RFC 7521 4.2, RFC 7523 2.2).

Keys come from the registration alone, never from the token. What the token says is checked
before its signature, as the service does it: recorded refusals name a wrong time or issuer of
tokens whose signature could not have been right.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from xrm.db import budget
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.adfs.farm import Farm
from xrm.sts.clients.presented import Presented
from xrm.sts.clients.secret import shown
from xrm.sts.directory import Registered
from xrm.sts.model import CertificateCredential, Tenant, UsedAssertion
from xrm.wire import assertion as wire

SKEW = 300
"""How far, in seconds, the clocks of a client and of the service may differ."""

_LEAST_BITS = 2048
_LATEST = 2**53  # the end of a mark is kept as a whole number
_ENDPOINTS = frozenset({"", "v2.0", "oauth2/token", "oauth2/v2.0/token"})
_UNREADABLE = {
    "malformed": signin.MALFORMED_ASSERTION,
    "algorithm": signin.ASSERTION_ALGORITHM,
    "thumbprint": signin.NO_THUMBPRINT,
    "claims": signin.MISSING_CLAIM,
    "audiences": signin.SEVERAL_AUDIENCES,
}


@dataclass(frozen=True, slots=True)
class Authority:
    """The token service as one tenant's clients address it: what an audience may name.

    `segment` is the one of the path, where that stands for many tenants; `farm` the farm of AD FS
    whose clients they are.
    """

    base_url: str
    tenant: Tenant
    segment: str = ""
    farm: Farm | None = None

    def is_named(self, audience: str) -> bool:
        """Tell whether an audience is a token endpoint or issuer of this tenant, v1 or v2.

        The tenant may go by its id or any of its domains; letter case and one closing slash do
        not matter.
        """
        if self.farm is not None:
            name = audience.removesuffix("/").lower()
            return name in {self.farm.url.lower(), f"{self.farm.url.lower()}/oauth2/token"}
        base = self.base_url.lower() + "/"
        name = audience.lower() if audience.isascii() else ""
        segment, _, tail = name.removesuffix("/").removeprefix(base).partition("/")
        names = (str(self.tenant.tenant_id), *self.tenant.domains, self.segment)
        return name.startswith(base) and bool(segment) and segment in names and tail in _ENDPOINTS


def prove(
    registered: Registered, claimed: Presented, *, authority: Authority, now: float
) -> UsedAssertion:
    """Check an assertion and return the use of it that a token will cost.

    Raises, in this order: AADSTS900144 or 90011 for its type; 50027, 90014, 5002741, 5002738 or
    5002723 when it cannot be read; 700024 outside its times; 50048, 700021 or 700023 for subject,
    issuer or audience; 700026 or 700027 when no certificate of the client's fits it or that one
    has expired; 5002730 or 700027 when its signature is not right.
    """
    _check_type(claimed.assertion_type)
    text = claimed.assertion.reveal() if claimed.assertion else ""
    try:
        said = wire.read(text)
    except wire.InvalidAssertion as error:
        raise _unreadable(error) from error
    _check_times(said, now)
    _check_parties(said, registered, authority)
    credential = _signer(said, registered, now)
    if said.chain and said.chain[0] != credential.certificate:
        raise _invalid("The certificate sent along is not the one named.", said, credential)
    # A token by assertion ends in a write: what went well so far begins again in the pool, and
    # the signature is verified once.
    budget.leave_the_loop()
    if not wire.verify(text, credential.certificate, said.algorithm):
        raise _unverified(said, credential)
    # What was signed stands for the id where there is none: nobody else can change it.
    token_id = said.token_id or text.rpartition(".")[0]
    return _use(registered.application.application_id, token_id, said.expires)


def _check_type(kind: str) -> None:
    if not kind:
        raise signin.MISSING("The request body must hold the parameter 'client_assertion_type'.")
    if kind != wire.TYPE:
        raise signin.ASSERTION_TYPE(f"The client assertion type {signin.quote(kind)} is unknown.")


def _unreadable(error: wire.InvalidAssertion) -> SignInError:
    if error.kind == "expiry":
        return signin.ASSERTION_TIME(f"The client assertion cannot be valid: {error.reason}.")
    return _UNREADABLE[error.kind](f"The client assertion cannot be used: {error.reason}.")


def _check_times(said: wire.ClientAssertion, now: float) -> None:
    """Check the times. Without `nbf` the issuing stands for it, as recorded; no lifetime is
    too long, as documented.
    """
    start = said.not_before if said.not_before is not None else said.issued_at
    if now < said.expires + SKEW and (start is None or start <= now + SKEW):
        return
    raise signin.ASSERTION_TIME(
        f"The client assertion is not valid at this time, {_moment(now)}. "
        f"It is from {_moment(start or 0)} to {_moment(said.expires)}."
    )


def _check_parties(
    said: wire.ClientAssertion, registered: Registered, authority: Authority
) -> None:
    if said.subject != said.issuer:
        raise signin.SUBJECT_NOT_ISSUER(
            "The subject and the issuer of the client assertion are not the same."
        )
    if said.issuer.lower() != registered.application.client_id.lower():
        raise signin.OTHER_ISSUER(
            "The issuer of the client assertion is not the client the request names."
        )
    if not authority.is_named(said.audience):
        raise signin.ASSERTION_AUDIENCE(
            f"The audience of the client assertion, {signin.quote(said.audience)}, is no endpoint "
            f"of the tenant {signin.quote(authority.tenant.name)}."
        )


def _signer(
    said: wire.ClientAssertion, registered: Registered, now: float
) -> CertificateCredential:
    """Return the certificate the assertion names, if it is the client's and valid now."""
    if not registered.certificates:
        raise signin.NO_KEYS(f"No certificate is registered for {shown(registered)}.")
    named = [one for one in registered.certificates if _names(said, one.certificate)]
    if not named:
        raise _invalid(
            f"Its certificate is not registered for {shown(registered)}. [Reason - The key was not "
            f"found., Thumbprint of key used by client: '{_thumbprint(said)}']"
        )
    valid = [one for one in named if one.start <= now < one.end]
    if not valid:
        early = now < named[0].start
        reason = "The key used is not valid yet." if early else "The key used is expired."
        raise _invalid(reason, said, named[0])
    return valid[0]


def _names(said: wire.ClientAssertion, certificate: bytes) -> bool:
    """Tell whether every thumbprint of an assertion, one or two, is the certificate's."""
    sha1 = hashlib.sha1(certificate, usedforsecurity=False).digest()
    sha256 = hashlib.sha256(certificate).digest()
    return said.thumbprint_sha1 in (None, sha1) and said.thumbprint_sha256 in (None, sha256)


def _unverified(said: wire.ClientAssertion, credential: CertificateCredential) -> SignInError:
    """Return why a registered certificate did not verify a signature."""
    try:
        key = x509.load_der_x509_certificate(credential.certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        return signin.UNSUPPORTED_KEY(
            "The client assertion's algorithm is not for the key of its certificate."
        )
    if key.key_size < _LEAST_BITS:
        least = f"An RSA key has at least {_LEAST_BITS} bits, the certificate's {key.key_size}."
        return _invalid(least, said, credential)
    reason = "Key was found, but use of the key to verify the signature failed."
    return _invalid(reason, said, credential)


def _invalid(
    reason: str,
    said: wire.ClientAssertion | None = None,
    credential: CertificateCredential | None = None,
) -> SignInError:
    if said is None or credential is None:
        return signin.BAD_ASSERTION(f"The client assertion is not valid. {reason}")
    times = f"Start={_shown(credential.start)}, End={_shown(credential.end)}"
    return signin.BAD_ASSERTION(
        f"The client assertion is not valid. [Reason - {reason}, Thumbprint of key used by "
        f"client: '{_thumbprint(said)}', Found key '{times}']"
    )


def _thumbprint(said: wire.ClientAssertion) -> str:
    return (said.thumbprint_sha1 or said.thumbprint_sha256 or b"").hex().upper()


def _shown(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%m/%d/%Y %H:%M:%S")


def _moment(seconds: float) -> str:
    """Return a time as text; what no calendar holds stays a number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:g}"


def _use(application_id: UUID, token_id: str, expires: float) -> UsedAssertion:
    digest = hashlib.sha256(f"{application_id} {token_id}".encode()).hexdigest()
    return UsedAssertion(digest, int(min(expires + SKEW, _LATEST)))
