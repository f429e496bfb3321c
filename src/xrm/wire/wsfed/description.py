"""What federation metadata says of a service (WS-Federation 1.2, 3.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimType:
    """A type of claim that is offered or asked: its URI, and words for people."""

    uri: str
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenServiceRole:
    """A service that issues tokens (SecurityTokenServiceType).

    `signing` are the certificates its tokens may be signed with (DER), the current one first;
    `passive` and `active` its addresses for browsers and programs, `exchange` where programs read
    more (mex).
    """

    signing: tuple[bytes, ...]
    passive: tuple[str, ...]
    active: tuple[str, ...] = ()
    exchange: str = ""
    claims: tuple[ClaimType, ...] = ()
    token_types: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRole:
    """A service that takes tokens (ApplicationServiceType): a relying party.

    `scopes` are the names tokens may be asked for, `encryption` the certificates (DER) to encrypt
    them to, `passive` where browsers bring them, `active` where programs do.
    """

    passive: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    encryption: tuple[bytes, ...] = ()
    active: tuple[str, ...] = ()
    claims: tuple[ClaimType, ...] = ()
    token_types: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What one document says of an entity."""

    entity: str
    token_service: TokenServiceRole | None = None
    application: ApplicationRole | None = None
