"""A token of WS-Trust with its key, as it is kept and used."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf

from xrm.client.cache import Token
from xrm.model.secret import Secret
from xrm.wire.wssecurity import TokenReference


@dataclass(frozen=True, slots=True)
class ClaimsToken(Token):
    """A SAML token: `secret` is its markup as received, encrypted or not.

    `proof` is the key that messages are signed with, None for a bearer token; `reference` how
    they name the token. Without `renewable`, its end is the end.
    """

    proof: bytes | None = field(default=None, repr=False)
    reference: TokenReference | None = None
    valid_from: float = 0.0
    renewable: bool = True


@dataclass(frozen=True, slots=True)
class SecurityTokenResponse:
    """What a token service answered (SecurityTokenResponse); give it to whoever is to use it.

    `endpoint` is the address that issued it, `applies_to` whom it is for.
    """

    token: ClaimsToken
    endpoint: str = ""
    applies_to: str = ""

    @property
    def valid_from(self) -> datetime:
        """When the token begins to hold (ValidFrom)."""
        return datetime.fromtimestamp(self.token.valid_from, UTC)

    @property
    def valid_to(self) -> datetime:
        """When the token ends (ValidTo)."""
        return datetime.fromtimestamp(self.token.expires_at, UTC)


def new_claims_token(
    markup: str,
    proof: bytes | None,
    reference: TokenReference | None,
    life: tuple[float, float],
    *,
    early: float,
) -> ClaimsToken:
    """Return a token that holds from and until a time, and is renewed `early` seconds before.

    One that lives less than twice as long is renewed at half its life.
    """
    begins, ends = life
    return ClaimsToken(
        Secret(markup),
        expires_at=ends,
        renew_at=ends - min(early, max(0.0, (ends - begins) / 2)),
        proof=proof,
        reference=reference,
        valid_from=begins,
    )


def fixed(token: ClaimsToken) -> ClaimsToken:
    """Return a token that is not renewed."""
    return ClaimsToken(
        token.secret,
        expires_at=token.expires_at,
        renew_at=inf,
        proof=token.proof,
        reference=token.reference,
        valid_from=token.valid_from,
        renewable=False,
    )
