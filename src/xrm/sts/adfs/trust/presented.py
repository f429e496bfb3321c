"""Tokens presented to a farm: opened, verified, and turned into a subject, or not believed.

The farm believes itself and the claims providers it trusts, each for the issuer it is known by:
all farms of a service sign with the same keys, so that the issuer decides whose word it is.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from lxml import etree

from xrm.db import Transaction
from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import standing
from xrm.sts.adfs import parties, people, rules
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Subject
from xrm.sts.directory import View
from xrm.sts.keys import SKEW
from xrm.sts.model import Authentication, UsedAssertion
from xrm.sts.service import TokenService
from xrm.sts.store import USED_ASSERTIONS
from xrm.wire import saml, xmlenc
from xrm.wire.saml import Assertion, SamlError, claim_types
from xrm.wire.saml.actor import ACTOR
from xrm.wire.saml.names import SAML11, SAML20
from xrm.wire.saml.parts import OF_ANOTHER
from xrm.wire.xmldsig import SignatureError, verify_decoy, verify_enveloped

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

LONGEST_SESSION = 8 * 60 * 60
"""Seconds for which a sign-in is worth further tokens, as AD FS's single sign-on."""

_ASSERTIONS = (f"{{{SAML11}}}Assertion", f"{{{SAML20}}}Assertion")
_ENCRYPTED = f"{{{SAML20}}}EncryptedAssertion"
_MICROSECONDS = 1_000_000


class NotBelieved(Exception):
    """A token counts for nothing; the text says why, for the audit's reader alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A token that is believed: what it says, who it is about, and what its holder must prove.

    `own` tells that this farm issued it; `key` is None for a bearer, and for a key that only
    the party it was made for can read.
    """

    assertion: Assertion
    subject: Subject
    own: bool
    key: "bytes | RSAPublicKey | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tokens are taken: for this farm (`signs_in`), or for any party of it as well.

    A token to sign in with is for the farm alone, and its key one the farm can read.
    """

    signs_in: bool


TO_SIGN_IN = Wanted(signs_in=True)
OF_PARTIES = Wanted(signs_in=False)


def believed(
    service: TokenService, farm: Farm, token: etree._Element, *, wanted: Wanted = TO_SIGN_IN
) -> Presented:
    """Return what a token says, in clear or encrypted to the farm. Raises NotBelieved.

    Its signature is that of its issuer, its time is now, give or take five minutes, and it was
    neither cancelled nor issued for somebody who may not sign in any more.
    """
    now = service.clock()
    keys = service.parts.farm_keys.private(farm) if _wants_key(token, wanted) else ()
    try:
        element = opened(token, keys)
    except NotBelieved:
        # Opened or not, a signature is verified: the time tells as little as the words.
        verify_decoy(service.keys.certificates())
        raise
    with service.database.read() as tx:
        view = service.directory.view(tx)
        verified, issuer = _verified(service, tx, farm, element)
        assertion = _read(verified, keys, wanted)
        # The signature covers what is read: nothing that was looked at before it is relied on.
        if assertion.issuer != issuer:
            raise NotBelieved("its issuer is another than it says")
        own = issuer == farm.identifier
        _check_life(assertion, now)
        _check_audience(view, farm, assertion, wanted, own=own)
        if _is_cancelled(view, farm, assertion):
            raise NotBelieved("it was cancelled")
        subject = (_own if own else _foreign)(view, farm, assertion, now)
    confirmation = assertion.confirmation
    return Presented(
        assertion=assertion,
        subject=subject,
        own=own,
        key=confirmation.secret if confirmation.secret is not None else confirmation.key,
    )


def opened(token: etree._Element, keys: "Sequence[RSAPrivateKey]") -> etree._Element:
    """Return the assertion in a token, decrypted if it is encrypted. Raises NotBelieved."""
    if token.tag == _ENCRYPTED:
        inner = token.find(xmlenc.ENCRYPTED_DATA)
        if inner is None:
            raise NotBelieved("it holds nothing")
        token = inner
    if token.tag == xmlenc.ENCRYPTED_DATA:
        token = _decrypted(token, keys)
    if token.tag not in _ASSERTIONS:
        raise NotBelieved("it is no assertion")
    return token


def cancel(service: TokenService, farm: Farm, presented: Presented) -> None:
    """Make a token of this farm count for nothing here; relying parties are not told of it."""
    assertion = presented.assertion
    expires = int(assertion.not_on_or_after) + SKEW + 1
    with suppress(SignInError):  # somebody else may cancel it at this moment
        service.single_use.spend(
            UsedAssertion(_mark(farm, assertion), expires), now=service.clock()
        )


def _wants_key(token: etree._Element, wanted: Wanted) -> bool:
    return wanted.signs_in or token.tag not in _ASSERTIONS


def _decrypted(token: etree._Element, keys: "Sequence[RSAPrivateKey]") -> etree._Element:
    """Return what is in an encrypted token. Every key is tried, whichever opens it."""
    found: etree._Element | None = None
    for key in keys:
        with suppress(xmlenc.DecryptionError):
            found = xmlenc.decrypt(token, key)
    if found is None:
        raise NotBelieved("it cannot be decrypted")
    return found


def _verified(
    service: TokenService, tx: Transaction, farm: Farm, element: etree._Element
) -> tuple[etree._Element, str]:
    """Return what the signature of an assertion covers, and the issuer whose signature it is."""
    issuer = element.get("Issuer") or element.findtext(f"{{{SAML20}}}Issuer") or ""
    known = service.directory.view(tx).providers(farm.tenant.tenant_id).get(issuer)
    theirs = known.certificates if known is not None and known.enabled else ()
    published = service.keys.published_in(tx)
    own = tuple(key.certificate_der for key in published if key.certificate_der)
    certificates = own if issuer == farm.identifier else theirs
    try:
        return verify_enveloped(element, certificates=certificates), issuer
    except SignatureError as error:
        # As many keys are tried as where the token could not be opened.
        verify_decoy(own[len(certificates) :])
        raise NotBelieved(str(error) if certificates else "its issuer is not trusted") from error


def _read(verified: etree._Element, keys: "Sequence[RSAPrivateKey]", wanted: Wanted) -> Assertion:
    """Return what a verified assertion says, its key by the first of the farm's that opens it."""
    readers = keys if wanted.signs_in else (OF_ANOTHER,)
    refusal = SamlError("nobody can read it")
    for key in readers:
        try:
            return saml.read(verified, key=key)
        except SamlError as error:
            refusal = error
    raise NotBelieved(str(refusal)) from refusal


def _check_life(assertion: Assertion, now: float) -> None:
    if assertion.not_on_or_after + SKEW <= now:
        raise NotBelieved("it has expired")
    if assertion.not_before - SKEW > now or assertion.not_before >= assertion.not_on_or_after:
        raise NotBelieved("it is not yet valid")
    ends = assertion.confirmation.not_on_or_after
    if ends is not None and ends + SKEW <= now:
        raise NotBelieved("it can be presented no more")


def _check_audience(
    view: View, farm: Farm, assertion: Assertion, wanted: Wanted, *, own: bool
) -> None:
    """Refuse a token for others; one for a party is taken only where it is shown, not used."""
    if any(is_farm(farm, one) for one in assertion.audiences):
        return
    shown = own and not wanted.signs_in
    if not shown or not any(parties.identified(view, farm, one) for one in assertion.audiences):
        raise NotBelieved("it is for another audience")


def is_farm(farm: Farm, address: str) -> bool:
    """Tell whether an address is the farm's own: its identifier, or one of its endpoints."""
    return address in (farm.identifier, farm.url) or address.startswith(farm.trust)


def _own(view: View, farm: Farm, assertion: Assertion, now: float) -> Subject:
    """Return who a token of the farm is about, as the directory knows them now."""
    name = rules.value_of(assertion.claims, claim_types.UPN)
    authenticated = assertion.authenticated
    if not name or authenticated is None:
        raise NotBelieved("it does not say who it is about, or when they signed in")
    if authenticated + LONGEST_SESSION < now:
        raise NotBelieved("its sign-in is too long ago")
    if not people.is_own(view, farm, name):
        return _with_actors(_foreign(view, farm, assertion, now), assertion)
    person = people.named(view, farm, name).person
    sign_in = Authentication(
        person.object_id if person else farm.tenant.tenant_id,
        farm.tenant.tenant_id,
        int(authenticated * _MICROSECONDS),
    )
    try:
        person = standing.check(person, sign_in)
    except SignInError as error:
        raise NotBelieved(str(error)) from error
    account = farm.account(person)
    subject = replace(Subject.of(account, sign_in), method=assertion.method)
    return _with_actors(subject, assertion)


def _foreign(view: View, farm: Farm, assertion: Assertion, now: float) -> Subject:
    """Return who a token is about whom only another token service knows.

    They have signed in by now: one from the future would be worth tokens for ever.
    """
    claims = rules.accepted(view, farm, assertion.claims)
    if not rules.value_of(claims, claim_types.UPN):
        raise NotBelieved("it names nobody it may name")
    return Subject(
        claims=claims,
        method=assertion.method,
        authenticated=min(assertion.authenticated or assertion.issued, now),
        issuer=assertion.issuer,
    )


def _with_actors(subject: Subject, assertion: Assertion) -> Subject:
    """Return a subject with those who act in their name, as the farm said itself."""
    actors = (claim for claim in assertion.claims if claim.type == ACTOR)
    return replace(subject, claims=(*subject.claims, *actors))


def _is_cancelled(view: View, farm: Farm, assertion: Assertion) -> bool:
    return view.record(USED_ASSERTIONS, _mark(farm, assertion)) is not None


def _mark(farm: Farm, assertion: Assertion) -> str:
    text = f"cancelled {farm.tenant.tenant_id} {assertion.issuer} {assertion.id}"
    return sha256(text.encode()).hexdigest()
