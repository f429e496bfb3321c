"""Claims-based sign-in: what a farm of AD FS knows, and the domains that sign in at one."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

SamlVersion = Literal["1.1", "2.0"]

FarmClientKind = Literal["native", "spa", "confidential"]
"""A program, a single-page application, or one that keeps a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuanceRule:
    """One rule of a relying party: which claim it issues, and what it is made of.

    `claim` is the claim type that is issued, `source` the type it is read from: the same one is
    passed through, another one is transformed. With `value` the claim has that value for all.
    """

    claim: str
    source: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """A relying-party trust of a farm. `identifiers` are compared exactly, tokens name the first.

    `certificate` (X.509 in DER) is what tokens are encrypted to, empty for tokens in clear;
    `endpoints` are the addresses of passive sign-in (WS-Federation), the first is the usual one.
    `saml` is the version of its assertions; `lifetime` is in minutes, 0 for the farm's own.
    `delegates` are the user principal names of those who may ask for tokens in the name of
    others there (delegation authorization): nobody unless named.
    """

    party_id: UUID
    tenant_id: UUID
    name: str
    identifiers: tuple[str, ...]
    endpoints: tuple[str, ...] = ()
    certificate: bytes = b""
    rules: tuple[IssuanceRule, ...] = ()
    lifetime: int = 0
    saml: SamlVersion = "1.1"
    enabled: bool = True
    created: int = 0
    delegates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyIdentifier:
    """An identifier of a relying party; in one farm it belongs to one party only."""

    name: str
    tenant_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmClient:
    """A client of a farm (AdfsClient). `client_id` may be any text, whatever its letter case.

    `client_key` names it within this service and nowhere else; its secrets and certificates are
    kept under that. `parties` are the identifiers of the relying parties it may ask tokens for,
    none for all; `scopes` what it is permitted there.
    """

    client_key: UUID
    tenant_id: UUID
    client_id: str
    name: str
    kind: FarmClientKind
    redirect_uris: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    logout_url: str = ""
    enabled: bool = True
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsProvider:
    """A claims-provider trust: another token service whose people a farm lets in (home realm).

    `identifier` is the issuer its assertions name, `certificates` (DER) what they are signed
    with, `passive` where browsers are sent, `metadata` where programs read its description.
    `suffixes` are the domains, in lower case, whose names are its people's (organizational
    account suffixes): they choose it, and prove nothing.
    """

    provider_id: UUID
    tenant_id: UUID
    name: str
    identifier: str
    certificates: tuple[bytes, ...]
    passive: str = ""
    metadata: str = ""
    enabled: bool = True
    created: int = 0
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmKey:
    """A key pair of a farm that others encrypt to, at rest: its private half is sealed.

    Of a farm's pairs the one with the highest number is the current one.
    """

    key_id: str
    tenant_id: UUID
    number: int
    created: int
    certificate: bytes
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedKey:
    """What is sealed of a key pair: the private half, in DER (PKCS #8)."""

    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCertificate:
    """A certificate (DER) by which a person signs in at a farm; `digest` is its SHA-256."""

    digest: str
    tenant_id: UUID
    person: UUID
    certificate: bytes
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFederation:
    """How a federated domain of a tenant signs in (internalDomainFederation of Graph).

    `issuer` is the issuer assertions name, `certificates` (DER) what they are signed with;
    `active` takes user names and passwords (WS-Trust), `metadata` is its mex document, `passive`
    is where browsers are sent (WS-Federation), `sign_out` where they leave.
    """

    domain: str
    tenant_id: UUID
    issuer: str
    certificates: tuple[bytes, ...]
    active: str
    metadata: str
    passive: str
    sign_out: str = ""
    brand: str = ""
