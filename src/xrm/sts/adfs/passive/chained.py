"""The token another token service sent a person back with: believed, or refused.

It counts when the service that was asked signed it, for this farm, not long ago and not for
longer, for whoever bears it, and when it has not been used before.
"""

from contextlib import suppress
from hashlib import sha256

from lxml import etree

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.adfs import rules
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Subject
from xrm.sts.adfs.passive import refusals
from xrm.sts.directory import View
from xrm.sts.model import ClaimsProvider, UsedAssertion
from xrm.sts.service import TokenService
from xrm.wire import saml, xmldsig, xmlenc
from xrm.wire.saml import Assertion, claim_types
from xrm.wire.saml.names import UNSPECIFIED
from xrm.wire.wsfed import results

SKEW = 5 * 60
"""Seconds by which the clocks of two token services may differ."""

_LONGEST = 24 * 3600


def brought(
    service: TokenService,
    view: View,
    farm: Farm,
    provider: ClaimsProvider,
    text: str,
    *,
    fresh: float,
) -> Subject:
    """Return who a `wresult` is about.

    They must have signed in there at `fresh` or later, in seconds since the epoch. Raises
    PassiveError.
    """
    now = service.clock()
    assertion = _verified(service, farm, provider, text)
    wrong = _wrong(assertion, farm, provider, now=now, fresh=fresh)
    if wrong:
        raise refusals.BAD_TOKEN(wrong)
    claims = rules.accepted(view, farm, assertion.claims)
    if not rules.value_of(claims, claim_types.UPN):
        raise refusals.BAD_TOKEN("The token names nobody whom that token service may speak for.")
    _spend(service, provider, assertion)
    return Subject(
        claims=claims,
        method=assertion.method or UNSPECIFIED,
        authenticated=assertion.authenticated or assertion.issued,
        issuer=provider.identifier,
    )


def _verified(service: TokenService, farm: Farm, provider: ClaimsProvider, text: str) -> Assertion:
    try:
        token = results.read(text)
        if token.tag == xmlenc.ENCRYPTED_DATA:
            token = _decrypted(service, farm, provider, token)
        return saml.read(xmldsig.verify_enveloped(token, certificates=provider.certificates))
    except (
        results.ResultError,
        xmlenc.DecryptionError,
        xmldsig.SignatureError,
        saml.SamlError,
    ) as error:
        # One sentence for all of them: which it was is nobody's business who made the token up.
        raise refusals.BAD_TOKEN(
            f"The token of {signin.quote(provider.name)} could not be validated."
        ) from error


def _decrypted(
    service: TokenService, farm: Farm, provider: ClaimsProvider, token: etree._Element
) -> etree._Element:
    """Return what is in an encrypted token. Raises DecryptionError.

    Every key is tried, and a signature is verified in any case: the time tells as little as the
    words.
    """
    found: etree._Element | None = None
    for key in service.parts.farm_keys.private(farm):
        with suppress(xmlenc.DecryptionError):
            found = xmlenc.decrypt(token, key)
    if found is None:
        xmldsig.verify_decoy(provider.certificates)
        raise xmlenc.DecryptionError
    return found


def _wrong(
    assertion: Assertion, farm: Farm, provider: ClaimsProvider, *, now: float, fresh: float
) -> str:
    """Return what is wrong with an assertion, "" for nothing."""
    confirmation, until = assertion.confirmation, assertion.confirmation.not_on_or_after
    begins, ends = assertion.not_before, assertion.not_on_or_after
    signed_in = assertion.authenticated
    here = confirmation.kind == "bearer" and confirmation.recipient in ("", farm.passive)
    checks = (
        (
            assertion.issuer == provider.identifier,
            "The token was issued by another token service than the one that was asked.",
        ),
        (assertion.audiences == (farm.identifier,), "The token was issued for somebody else."),
        (
            begins - SKEW <= now < ends + SKEW,
            "The token has expired, or begins later. Compare the clocks.",
        ),
        (ends - begins <= _LONGEST, "The token is good for longer than is taken."),
        (here, "The token is not one that a browser may bring here."),
        (until is None or now < until + SKEW, "The token came too late."),
        (
            signed_in is None or signed_in >= fresh - SKEW,
            "The person signed in longer ago than is asked.",
        ),
    )
    return next((text for fits, text in checks if not fits), "")


def _spend(service: TokenService, provider: ClaimsProvider, assertion: Assertion) -> None:
    """Mark a token as used. Raises PassiveError when it was before."""
    digest = sha256(f"{provider.identifier} {assertion.id}".encode()).hexdigest()
    expires = int(assertion.not_on_or_after + SKEW) + 1
    try:
        service.single_use.spend(UsedAssertion(digest, expires), now=service.clock())
    except SignInError as error:
        raise refusals.BAD_TOKEN("The token was used before.") from error
