"""The only mint: whatever a grant earned becomes a token here and nowhere else."""

from uuid import UUID

from xrm.model.secret import Secret
from xrm.sts import claims
from xrm.sts.model import Client, Granted, Issued
from xrm.wire import jose

_SHORTEST, _LONGEST = 60 * 60, 90 * 60


def lifetime_of(token_id: UUID, fixed: int | None) -> int:
    """Return a token's lifetime in seconds: the fixed one, or one of 60 to 90 minutes.

    The choice follows from the token's id, so that whoever injects ids knows it.
    """
    return fixed or _SHORTEST + token_id.int % (_LONGEST - _SHORTEST + 1)


def longest_lifetime(fixed: int | None) -> int:
    """Return the most seconds `lifetime_of` gives a token."""
    return fixed or _LONGEST


def mint(
    granted: Granted,
    client: Client,
    *,
    key: jose.SigningKey,
    base_url: str,
    now: int,
    lifetime: int,
    token_id: UUID,
) -> Issued:
    """Return the signed token of a grant. Times are seconds since the epoch."""
    content = claims.of_application(
        granted, client, base_url=base_url, now=now, lifetime=lifetime, token_id=token_id
    )
    return Issued(
        access_token=Secret(jose.sign(content, key, x5t=granted.version == 1)),
        audience=granted.audience,
        not_before=content["nbf"],
        expires_on=content["exp"],
        lifetime=lifetime,
    )
