"""From what is known of a person to the claims a relying party is given.

A farm first accepts claims — of its own directory, or of a claims provider it trusts — and then
issues from them what the rules of the relying party name. A rule whose source is not known
issues nothing.
"""

from collections.abc import Iterable, Mapping

from xrm.sts.adfs.farm import Account, Farm
from xrm.sts.adfs.people import is_own
from xrm.sts.directory import View
from xrm.sts.model import Authentication, IssuanceRule, RelyingParty
from xrm.wire.saml import Claim, claim_types
from xrm.wire.saml.names import CERTIFICATE, PASSWORD
from xrm.wire.wssecurity.moments import write_moment

ORGANIZATION: tuple[IssuanceRule, ...] = (
    IssuanceRule(claim=claim_types.UPN, source=claim_types.UPN),
    IssuanceRule(claim=claim_types.PRIMARY_SID, source=claim_types.PRIMARY_SID),
    IssuanceRule(claim=claim_types.NAME, source=claim_types.WINDOWS_ACCOUNT_NAME),
)
"""The rules an organization needs: two claims passed through, one transformed."""

FARM: tuple[IssuanceRule, ...] = tuple(
    IssuanceRule(claim=claim, source=claim)
    for claim in (
        claim_types.UPN,
        claim_types.NAME,
        claim_types.PRIMARY_SID,
        claim_types.WINDOWS_ACCOUNT_NAME,
    )
)
"""What a farm tells another token service, or itself."""

MICROSOFT_ONLINE: tuple[IssuanceRule, ...] = (
    IssuanceRule(claim=claim_types.ENTRA_UPN, source=claim_types.UPN),
    IssuanceRule(claim=claim_types.IMMUTABLE_ID, source=claim_types.IMMUTABLE_ID),
    IssuanceRule(claim=claim_types.NAME_IDENTIFIER, source=claim_types.IMMUTABLE_ID),
)
"""The rules of the trust `urn:federation:MicrosoftOnline`."""

_ACCEPTED = frozenset({claim_types.UPN, claim_types.NAME})
_LONGEST_NAME = 256


def of_account(account: Account, authentication: Authentication) -> tuple[Claim, ...]:
    """Return what the farm's own directory says of a person, and how they signed in."""
    person = account.person
    said = {
        claim_types.UPN: person.user_principal_name,
        claim_types.WINDOWS_ACCOUNT_NAME: account.name,
        claim_types.NAME: account.name,
        claim_types.PRIMARY_SID: account.sid,
        claim_types.IMMUTABLE_ID: account.immutable_id,
        claim_types.GIVEN_NAME: person.given_name,
        claim_types.SURNAME: person.surname,
        claim_types.EMAIL_ADDRESS: person.mail,
        claim_types.AUTHENTICATION_METHOD: method_of(authentication),
        claim_types.AUTHENTICATION_INSTANT: write_moment(authentication.seconds),
    }
    return _claims(said)


def method_of(authentication: Authentication) -> str:
    """Return how somebody signed in, as `wire.saml` names it."""
    return CERTIFICATE if "x509" in authentication.methods else PASSWORD


def accepted(view: View, farm: Farm, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return what a farm takes of the claims another token service makes: UPN and Name.

    A provider speaks for its own people: a name in one of the farm's own domains is not taken
    from it, or it could pass anybody off as one of the farm's.
    """

    def is_theirs(name: str) -> bool:
        sound = name == name.strip() and name.isprintable() and 0 < len(name) <= _LONGEST_NAME
        return sound and not is_own(view, farm, name)

    found = (
        Claim(claim.type, tuple(filter(is_theirs, claim.values)))
        for claim in claims
        if claim.type in _ACCEPTED
    )
    return tuple(claim for claim in found if claim.values)


def issued(party: RelyingParty, incoming: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims a party is given, in the order of its rules, each type once."""
    known = {claim.type: claim.values for claim in incoming}
    found: dict[str, tuple[str, ...]] = {}
    for rule in party.rules:
        values = (rule.value,) if rule.value else known.get(rule.source, ())
        standing = found.get(rule.claim, ())
        found[rule.claim] = (*standing, *(value for value in values if value not in standing))
    return tuple(Claim(kind, values) for kind, values in found.items() if values)


def claims_of(
    account: Account, party: RelyingParty, authentication: Authentication
) -> tuple[Claim, ...]:
    """Return the claims a party is given of one of the farm's own people."""
    return issued(party, of_account(account, authentication))


def value_of(claims: Iterable[Claim], kind: str) -> str:
    """Return the one value of a type of claims, "" without one or with several."""
    values = [value for claim in claims if claim.type == kind for value in claim.values]
    return values[0] if len(values) == 1 else ""


def _claims(said: Mapping[str, str]) -> tuple[Claim, ...]:
    return tuple(Claim(kind, (value,)) for kind, value in said.items() if value)
