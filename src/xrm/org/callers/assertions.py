"""What a farm says of a person, in an assertion made for this relying party: opened and believed.

An assertion is signed by the farm and usually encrypted to the organization (SAML 1.1 and 2.0).
Whoever brings one is told little of why it does not count: the reasons are for the log.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from xrm.org.ports import ClaimsTrust
from xrm.wire import saml, xmlenc
from xrm.wire.xmldsig import SignatureError, verify_decoy, verify_enveloped


class NotBelieved(Exception):
    """An assertion does not count; `is_none` tells that what came is no assertion at all.

    `told` tells that the reason may be told: the farm has signed what it is about.
    """

    def __init__(self, reason: str, *, is_none: bool = False, told: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_none = is_none
        self.told = told


class Assertions:
    """Open assertions for one relying party, whose trust is `trust`; see whom they name there."""

    def __init__(self, trust: ClaimsTrust) -> None:
        self.trust = trust

    def verified(self, element: etree._Element, certificates: Sequence[bytes]) -> saml.Assertion:
        """Return what an assertion says that one of these certificates' keys has signed.

        Its times are left to the caller. Raises NotBelieved.
        """
        opened, keys = self._opened(element, certificates)
        try:
            return _read(verify_enveloped(opened, certificates=certificates), keys)
        except (SignatureError, saml.SamlError) as error:
            raise NotBelieved(str(error)) from None

    def named(self, assertion: saml.Assertion) -> str:
        """Return whom an assertion for this relying party names by the UPN claim.

        The Name claim of a deployment's administrator gives no right here: what such a person
        administers is no organization's service. Raises NotBelieved.
        """
        if assertion.issuer not in self.trust.issuers:
            raise NotBelieved("the token is of another issuer", told=True)
        if not self.trust.audiences.intersection(assertion.audiences):
            raise NotBelieved("the token is for another relying party", told=True)
        recipient = assertion.confirmation.recipient
        if recipient and not recipient.startswith(tuple(self.trust.audiences)):
            raise NotBelieved("the token is to be presented elsewhere", told=True)
        names = assertion.values(saml.claim_types.UPN)
        if len(names) != 1 or not names[0].strip():
            raise NotBelieved("the token does not name one person", told=True)
        return names[0]

    def _opened(
        self, element: etree._Element, certificates: Sequence[bytes]
    ) -> tuple[etree._Element, Sequence[RSAPrivateKey]]:
        """Return the token in clear, and the keys to which its proof key may be encrypted."""
        keys = self.trust.private_keys()
        encrypted = _encrypted(element)
        if encrypted is None:
            return element, keys
        # Each key is tried, whichever opens it: how many there are is not to be seen by the time.
        opened = [(found, key) for key in keys for found in self._decrypted(encrypted, key)]
        if opened:
            element, key = opened[0]
            return element, (key,)
        # What cannot be opened is to take the work of what can, and is signed by somebody else.
        verify_decoy(certificates)
        raise NotBelieved("the token cannot be opened")

    def _decrypted(self, encrypted: etree._Element, key: RSAPrivateKey) -> list[etree._Element]:
        """Return what a key opens, nothing where it does not."""
        try:
            return [xmlenc.decrypt(encrypted, key, tripledes=self.trust.online)]
        except xmlenc.DecryptionError:
            return []


def end_of(assertion: saml.Assertion) -> float:
    """Return when an assertion ends, in seconds since 1970; it does not count then any more."""
    confirmed = assertion.confirmation.not_on_or_after
    end = assertion.not_on_or_after
    return end if confirmed is None else min(end, confirmed)


def _encrypted(element: etree._Element) -> etree._Element | None:
    """Return what is encrypted in a token, None for one in clear."""
    if element.tag == xmlenc.ENCRYPTED_DATA:
        return element
    if etree.QName(element).localname != "EncryptedAssertion":
        return None
    found = element.findall(xmlenc.ENCRYPTED_DATA)
    if len(found) != 1:
        raise NotBelieved("the encrypted assertion holds none", is_none=True)
    return found[0]


def _read(element: etree._Element, keys: Sequence[RSAPrivateKey]) -> saml.Assertion:
    """Return what a verified assertion says, its proof key opened by whichever key opens it."""
    for key in keys[:-1]:
        try:
            return saml.read(element, key=key)
        except saml.SamlError:
            continue
    return saml.read(element, key=keys[-1] if keys else None)
