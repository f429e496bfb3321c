"""A SAML token in the Security header of a message, and the proof that it is the sender's own.

The header holds a timestamp, the token as the farm gave it out, and with a token that has a key
a signature over the timestamp, and over the address where the key is asymmetric (WS-Security
1.1, SAML token profile 1.1). A token is opened and verified once and then remembered: after that
a message takes an HMAC. Strangers are told which of three kinds their mistake is, and no more.
"""

import logging
from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from hashlib import sha256
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from xrm.model.ports import Clock
from xrm.org.callers.assertions import Assertions, NotBelieved, end_of
from xrm.org.callers.identity import Identity
from xrm.org.callers.replays import Replays
from xrm.org.ports import ClaimsTrust
from xrm.wire.soap.envelope import Envelope
from xrm.wire.soap.faults import Fault
from xrm.wire.wssecurity import Security, SecurityError, Timestamp, read_security
from xrm.wire.wssecurity.endorsing import check_endorsement, signing_token
from xrm.wire.wssecurity.faults import (
    FAILED_AUTHENTICATION,
    INVALID_SECURITY,
    INVALID_TOKEN,
    fault_of,
)
from xrm.wire.wssecurity.header import FRESH
from xrm.wire.wssecurity.names import DSIG, SIGNATURE, TOKENS, WSSE_11, WSU

log = logging.getLogger("xrm.claims")

CACHED_TOKENS = 10_000
REVERIFY_SECONDS = 300
"""How long a token is believed without a look at whether the farm's keys are still the same."""
_UNPROVING = frozenset({"Timestamp", "SignatureConfirmation"})
"""What a header holds, of whatever namespace, that is no proof of who sent it."""
_TAKEN = TOKENS | {SIGNATURE, f"{{{WSU}}}Timestamp", f"{{{WSSE_11}}}SignatureConfirmation"}
"""What the header of a message that proves itself may hold."""
_SIGNATURE_VALUE = f"{{{DSIG}}}SignatureValue"


class NotProved(Exception):
    """A message does not prove who sent it; `fault` is the answer, the text for the log only."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


def brings_proof(security: etree._Element | None) -> bool:
    """Tell whether a Security header holds what is to prove who sent the message."""
    if security is None:
        return False
    return any(etree.QName(child).localname not in _UNPROVING for child in security)


@dataclass(frozen=True, slots=True)
class _Token:
    """A token that was verified. Times are in seconds since 1970; `proof` None for a bearer."""

    assertion_id: str
    identity: Identity
    proof: bytes | RSAPublicKey | None = field(repr=False)
    not_before: float
    not_on_or_after: float
    certificates: tuple[bytes, ...]
    verified: float


class ClaimsTokens:
    """Find who sends a message by its token, for one relying party.

    Tokens are remembered by the digest of what was sent, messages as `replays` has it.
    `assertions` opens tokens that come another way.
    """

    def __init__(self, trust: ClaimsTrust, clock: Clock, replays: Replays | None = None) -> None:
        self.assertions = Assertions(trust)
        self._trust = trust
        self._clock = clock
        self._replays = replays or Replays()
        self._cache: OrderedDict[bytes, _Token] = OrderedDict()
        self._lock = Lock()

    def prove(self, envelope: Envelope) -> Identity:
        """Return who sends a message. Raises NotProved."""
        try:
            return self._proved(envelope)
        except NotProved as error:
            log.info("message refused: %s", error)
            raise

    def _proved(self, envelope: Envelope) -> Identity:
        now = self._clock()
        security, timestamp, element = self._parts(envelope, now)
        token = self._token(element, now)
        if now >= token.not_on_or_after + self._trust.skew:
            raise NotProved(FAILED_AUTHENTICATION, "the token is expired")
        if now < token.not_before - self._trust.skew:
            raise NotProved(FAILED_AUTHENTICATION, "the token is not valid yet")
        if token.proof is None:
            if security.signatures:
                raise NotProved(INVALID_SECURITY, "a bearer's token has no key to sign with")
            return token.identity
        if self._trust.online and not security.signatures:
            # The policy of the online service asks for a token signed by its issuer alone: its
            # clients sent a timestamp beside it and signed nothing.
            return token.identity
        signature = _endorsed(security, token)
        self._check_first(envelope, signature, timestamp, now)
        return token.identity

    def _parts(self, envelope: Envelope, now: float) -> tuple[Security, Timestamp, etree._Element]:
        """Return the header, its timestamp, which is of now, and its token."""
        element = envelope.security
        if element is None or envelope.version != "1.2" or not envelope.addressed:
            raise NotProved(INVALID_SECURITY, "there is no header, or one of another binding")
        if any(child.tag not in _TAKEN for child in element):
            raise NotProved(FAILED_AUTHENTICATION, "the header holds another kind of token")
        try:
            security = read_security(element)
            if security.timestamp is None or security.token is None:
                raise NotProved(INVALID_SECURITY, "there is no timestamp, or no token")
            security.timestamp.check(now, skew=self._trust.skew)
        except SecurityError as error:
            raise NotProved(fault_of(error), str(error)) from None
        return security, security.timestamp, security.token

    def _token(self, element: etree._Element, now: float) -> _Token:
        octets = etree.tostring(element, method="c14n", exclusive=True)
        digest = sha256(octets).digest()
        known = self._cache.get(digest)
        if known is not None and now - known.verified > REVERIFY_SECONDS:
            same = known.certificates == tuple(self._trust.certificates())
            known = replace(known, verified=now) if same else None
            if known is not None:
                self._remember(digest, known)
        if known is None:
            known = self._verified(element, now)
            self._remember(digest, known)
        return known

    def _remember(self, digest: bytes, token: _Token) -> None:
        with self._lock:
            self._cache[digest] = token
            if len(self._cache) > CACHED_TOKENS:
                self._cache.popitem(last=False)

    def _verified(self, element: etree._Element, now: float) -> _Token:
        certificates = tuple(self._trust.certificates())
        try:
            assertion = self.assertions.verified(element, certificates)
            identity = Identity.named(self.assertions.named(assertion))
        except NotBelieved as error:
            fault = INVALID_TOKEN if error.is_none else FAILED_AUTHENTICATION
            raise NotProved(fault, error.reason) from None
        confirmation = assertion.confirmation
        return _Token(
            assertion.id,
            identity,
            confirmation.key if confirmation.secret is None else confirmation.secret,
            assertion.not_before,
            end_of(assertion),
            certificates,
            now,
        )

    def _check_first(
        self, envelope: Envelope, signature: etree._Element, timestamp: Timestamp, now: float
    ) -> None:
        """Refuse a message that was seen before.

        Honest messages of one second may have one signature, and programs there are that keep
        a header for several messages; so only the same message under it is a replay. Without an
        id of its own one cannot be told from its honest twin.
        """
        if not envelope.message_id:
            return
        body = b"" if envelope.body is None else etree.tostring(envelope.body, method="c14n")
        parts = (_value_of(signature), envelope.message_id.encode(), envelope.action.encode(), body)
        mark = sha256(b"".join(sha256(part).digest() for part in parts)).digest()
        until = timestamp.created + FRESH + self._trust.skew
        if not self._replays.is_new(mark, now=now, until=until):
            raise NotProved(INVALID_SECURITY, "the message was seen before")


def _endorsed(security: Security, token: _Token) -> etree._Element:
    """Return the one signature of a message, which names the token and is made with its key."""
    assert token.proof is not None
    if len(security.signatures) != 1:
        raise NotProved(INVALID_SECURITY, "the holder of a key signs once")
    (signature,) = security.signatures
    try:
        named = signing_token(signature)
        if named.kind != "assertion" or named.value != token.assertion_id:
            raise NotProved(INVALID_SECURITY, "the signature names another key")
        check_endorsement(security, signature, key=token.proof)
    except SecurityError as error:
        raise NotProved(INVALID_SECURITY, str(error)) from None
    return signature


def _value_of(signature: etree._Element) -> bytes:
    """Return the octets of a signature, which base64 can spell in more ways than one."""
    return b64decode("".join((signature.findtext(_SIGNATURE_VALUE) or "").split()))
