"""Issue: a token for a relying party (WS-Trust 1.3 4)."""

from xrm.sts.adfs import parties
from xrm.sts.adfs.issuing import IssuedAssertion, NoCertificate, Order, farm_party, issue
from xrm.sts.adfs.trust.asked import Asked, Refused
from xrm.sts.adfs.trust.delegation import spoken
from xrm.sts.adfs.trust.keys import Key, agreed
from xrm.sts.adfs.trust.presented import is_farm
from xrm.sts.directory import View
from xrm.sts.keys import SKEW
from xrm.sts.model import RelyingParty, SamlVersion
from xrm.wire.wssecurity import to_assertion
from xrm.wire.wstrust import IssuedTokenResponse, Lifetime
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE, TOKEN_TYPES

_LONGEST = 24 * 60 * 60
"""Seconds a token may be asked for (WIF); how long it lives is for the party to say."""


def issued(asked: Asked) -> IssuedTokenResponse:
    """Answer a request to issue. Raises Refused."""
    request = asked.request
    view = asked.service.directory.singly()
    party = _party(asked, view)
    version = _version(request.token_type, party)
    lifetime = _lifetime(request.lifetime, now=asked.now)
    about = spoken(asked, party)
    key = agreed(asked)
    order = Order(
        farm=asked.farm,
        party=party,
        subject=about.subject,
        actor=about.actor,
        trace=asked.message.trace,
        operation="adfs.issue",
        grant=asked.caller.way,
        proof=key.proof,
        version=version,
        lifetime=lifetime,
    )
    return answer(asked, made(asked, order, view), key)


def made(asked: Asked, order: Order, view: View) -> IssuedAssertion:
    """Return the token of an order. Raises Refused."""
    try:
        return issue(asked.service, order, view=view)
    except NoCertificate as error:
        raise Refused("request failed", "the party has no certificate for the key") from error


def answer(asked: Asked, token: IssuedAssertion, key: Key) -> IssuedTokenResponse:
    """Return the response that carries a token."""
    reference = to_assertion(token.assertion_id, token.version)
    return IssuedTokenResponse(
        version=asked.request.version,
        operation=asked.request.operation,
        context=asked.request.context,
        lifetime=Lifetime(token.created, token.expires),
        applies_to=token.audience,
        markup=token.text,
        material=key.material,
        attached=reference,
        unattached=reference,
        token_type=SAML_11_TYPE if token.version == "1.1" else SAML_20_TYPE,
        key=key.kind,
        key_size=key.bits,
    )


def _party(asked: Asked, view: View) -> RelyingParty:
    address = asked.request.applies_to
    if address is None:
        raise Refused("invalid request", "no relying party is named")
    found = parties.found(view, asked.farm, address)
    if found is not None:
        return found
    if is_farm(asked.farm, address):
        certificate = asked.service.parts.farm_keys.certificate(asked.farm)
        return farm_party(asked.farm, certificate)
    raise Refused("unknown party", "the relying party is not known")


def _version(token_type: str | None, party: RelyingParty) -> SamlVersion:
    if not token_type:
        return party.saml
    version = TOKEN_TYPES.get(token_type)
    if version is None:
        raise Refused("request failed", "the type of token is not supported")
    return version


def _lifetime(wanted: Lifetime | None, *, now: float) -> float | None:
    """Return for how many seconds a token is asked, None where nothing is said."""
    if wanted is None or wanted.expires is None:
        return None
    start = now if wanted.created is None else wanted.created
    ends = wanted.expires
    if start > now + SKEW or ends <= max(start, now) or ends - start > _LONGEST:
        raise Refused("invalid request", "the lifetime is not one that can be had")
    return ends - now
