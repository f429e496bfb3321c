"""The only mint: whatever a grant earned becomes a token here and nowhere else."""

from dataclasses import dataclass, replace
from uuid import UUID

from xrm.model.secret import Secret
from xrm.sts import claims
from xrm.sts.adfs.oauth import tokens as farms
from xrm.sts.claims import Stamp
from xrm.sts.model import Client, Flavour, Granted, Issued
from xrm.wire import jose

_SHORTEST, _LONGEST = 60 * 60, 90 * 60


def lifetime_of(token_id: UUID, fixed: int | None) -> int:
    """Return a token's lifetime in seconds: the fixed one, or one of 60 to 90 minutes.

    The choice follows from the token's id, so that whoever injects ids knows it.
    """
    return fixed or _SHORTEST + token_id.int % (_LONGEST - _SHORTEST + 1)


def longest_lifetime(fixed: int | None) -> int:
    """Return the most seconds `lifetime_of` gives a token; an id token has no more."""
    return fixed or _LONGEST


@dataclass(frozen=True, slots=True)
class Press:
    """What tokens are minted with: the key, and the stamp they all bear."""

    key: jose.SigningKey
    stamp: Stamp


def mint(granted: Granted, client: Client, *, press: Press) -> Issued:
    """Return the signed access token of a grant, an application's own or a person's."""
    delegated, stamp = granted.delegated, press.stamp
    if stamp.farm is not None:
        stamp = replace(stamp, lifetime=farms.lifetime_of(granted, stamp))
        content = farms.access_token(granted, client, stamp)
    elif delegated is None:
        content = claims.of_application(granted, client, stamp)
    else:
        content = claims.of_person(granted, delegated, client, stamp)
    return Issued(
        access_token=Secret(jose.sign(content, press.key, x5t=granted.version == 1)),
        audience=granted.audience,
        not_before=content["nbf"],
        expires_on=content["exp"],
        lifetime=stamp.lifetime,
    )


def mint_id_token(about: claims.About, flavour: Flavour, *, press: Press) -> Secret:
    """Return a signed id token."""
    if press.stamp.farm is not None:
        content = farms.id_token(about, press.stamp)
    else:
        content = claims.of_id_token(about, flavour, press.stamp)
    return Secret(jose.sign(content, press.key, x5t=flavour.thumbprint))


def beside(
    issued: Issued, granted: Granted, client: Client, flavour: Flavour, *, press: Press
) -> Issued:
    """Return a person's token with the id token and the account's names that go with it."""
    delegated = granted.delegated
    if delegated is None:
        return issued
    id_token = None
    if delegated.id_token:
        about = claims.About(
            person=delegated.person,
            authentication=delegated.authentication,
            application_id=client.application_id,
            session_id=delegated.session_id,
            nonce=delegated.nonce,
            reserved=delegated.reserved,
            roles=delegated.roles,
            optional=client.application.optional_id_claims,
            client_id=client.application.client_id,
            scopes=delegated.scopes,
            party=granted.party,
            confidential=not client.application.public_client,
        )
        id_token = mint_id_token(about, flavour, press=press)
    return replace(
        issued,
        scope=delegated.answered,
        id_token=id_token,
        client_info=claims.client_info(delegated.person) if delegated.client_info else "",
    )
