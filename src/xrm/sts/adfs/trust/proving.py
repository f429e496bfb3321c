"""Who sends a message. Each way proves one person, or ends in the same refusal."""

import hashlib
from collections.abc import Callable, Mapping

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import standing
from xrm.sts.adfs import people
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Subject
from xrm.sts.adfs.trust import certificates
from xrm.sts.adfs.trust.asked import Caller, Message, Refused
from xrm.sts.adfs.trust.presented import NotBelieved, believed
from xrm.sts.model import Authentication, UsedAssertion
from xrm.sts.service import TokenService
from xrm.wire.wssecurity import SecurityError
from xrm.wire.wssecurity.header import FRESH, SKEW
from xrm.wire.wssecurity.names import X509_V3
from xrm.wire.wstrust.mex import Credential

_MICROSECONDS = 1_000_000
_KEY_BITS = range(2048, 8193)


class Insecure(Exception):
    """The security of a message is not in order: its timestamp, its signature, or seen before."""


def prove(service: TokenService, farm: Farm, message: Message, *, credential: Credential) -> Caller:
    """Return who sends a message to an endpoint that takes one kind of credential.

    Raises Insecure for what is wrong with the message, Refused for whom the farm does not let in.
    """
    stamp = message.security.timestamp
    # Beside a password nothing signs it, and many a client sends none there.
    if stamp is None and credential != "username":
        raise Insecure("the message has no timestamp")
    try:
        if stamp is not None:
            stamp.check(service.clock())
    except SecurityError as error:
        raise Insecure(str(error)) from error
    return _WAYS[credential](service, farm, message)


def _by_password(service: TokenService, farm: Farm, message: Message) -> Caller:
    """Return who knows a password: counted and locked as at every other door of the service.

    Over TLS the name is no secret that could be replayed, so such a message may come twice.
    """
    username = message.security.username
    if username is None:
        raise Insecure("the message names nobody")
    named = people.named(message.view, farm, username.name)
    try:
        person, authentication = service.parts.proof.prove(
            lambda: named.person,
            username=named.username,
            password=username.password,
            peer=message.trace.peer,
            now=service.clock(),
        )
    except SignInError as error:
        raise Refused("failed authentication", str(error), error.row.number) from error
    return Caller(subject=Subject.of(farm.account(person), authentication), way="password")


def _by_certificate(service: TokenService, farm: Farm, message: Message) -> Caller:
    """Return whose certificate signs the timestamp and the address of a message."""
    found = [token for token in message.security.binary if token.value_type == X509_V3]
    if len(found) != 1:
        raise Insecure("the message holds no certificate, or several")
    key = _public_key(found[0].data)
    signature = message.signed(key) if key is not None else None
    if key is None or signature is None:
        raise Insecure("the certificate does not endorse the message")
    if not message.address.lower().startswith(farm.trust.lower()):
        # Whoever it was for could pass it on to us.
        raise Insecure("the message is for another service")
    now = service.clock()
    person = certificates.holder(message.view, farm, found[0].data, now=now)
    if person is None:
        raise Refused("failed authentication", "the certificate is nobody's")
    authentication = Authentication(
        person.object_id, person.tenant_id, int(now * _MICROSECONDS), ("x509",)
    )
    try:
        standing.check(person, authentication)
    except SignInError as error:
        raise Refused("failed authentication", str(error), error.row.number) from error
    _take_once(service, message, signature)
    subject = Subject.of(farm.account(person), authentication)
    return Caller(subject=subject, way="certificate", key=key)


def _by_token(service: TokenService, farm: Farm, message: Message) -> Caller:
    """Return who a token is about whose symmetric key signs the timestamp of a message."""
    if message.security.token is None:
        raise Insecure("the message holds no token")
    try:
        presented = believed(service, farm, message.security.token)
    except NotBelieved as error:
        raise Refused("failed authentication", f"the token: {error}") from error
    if not isinstance(presented.key, bytes):
        raise Refused("failed authentication", "the token has no symmetric key to prove")
    signature = message.signed(presented.key)
    if signature is None:
        raise Insecure("the token's key does not endorse the message")
    _take_once(service, message, signature)
    return Caller(subject=presented.subject, way="token")


_WAYS: Mapping[Credential, Callable[[TokenService, Farm, Message], Caller]] = {
    "username": _by_password,
    "certificate": _by_certificate,
    "issued-symmetric": _by_token,
}


def _public_key(certificate: bytes) -> RSAPublicKey | None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size in _KEY_BITS else None


def _take_once(service: TokenService, message: Message, signature: bytes) -> None:
    """Refuse a signed message that came before. Raises Insecure.

    Two honest messages of the same moment may have the same signature, so the id of the message
    and its body count as well; one without an id cannot be told from another (WCF detects none).
    """
    assert message.security.timestamp is not None
    if not message.message_id:
        return
    body = etree.tostring(message.body, method="c14n", exclusive=True)
    parts = (b"message", signature, message.message_id.encode(), body)
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    expires = int(message.security.timestamp.created + FRESH + SKEW) + 1
    try:
        service.single_use.spend(UsedAssertion(digest, expires), now=service.clock())
    except SignInError as error:
        raise Insecure("the message came before") from error
