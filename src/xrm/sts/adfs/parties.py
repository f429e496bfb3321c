"""Relying-party trusts: whom a farm issues tokens for.

A party is found by the address a token is asked for: an identifier exactly, else the longest
identifier that the address lies below, as service addresses do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.given import address, certificate_of, identifier
from xrm.sts.adfs.rules import ORGANIZATION
from xrm.sts.directory import View
from xrm.sts.model import IssuanceRule, PartyIdentifier, RelyingParty, SamlVersion
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.service import TokenService
from xrm.sts.store import PARTY_IDENTIFIERS, RELYING_PARTIES, in_tenant

LONGEST_LIFETIME = 7 * 24 * 60
"""Minutes. A token ends earlier where the key that signed it is published no more."""

_MOST_NAMES = 16
_MOST_RULES = 100
_LONGEST_CLAIM = 1024
_BOUNDARIES = "/?#"


def find(service: TokenService, farm: Farm, address: str) -> RelyingParty | None:
    """Return the enabled party a token for an address is made for, or None."""
    with service.database.read() as tx:
        return found(service.directory.view(tx), farm, address)


def found(view: View, farm: Farm, address: str) -> RelyingParty | None:
    """Return what `find` does, as a view of the directory sees it."""
    known = view.parties(farm.tenant.tenant_id)
    names = [address] if address in known else _above(known, address)
    party = known[max(names, key=len)] if names else None
    return party if party is not None and party.enabled else None


def _above(known: Mapping[str, RelyingParty], address: str) -> list[str]:
    """Return the identifiers that are URLs and that an address lies below."""
    below = _folded(address)
    return [name for name in known if "://" in name and _is_above(_folded(name), below)]


def _is_above(name: str, address: str) -> bool:
    whole = name[-1] in _BOUNDARIES or address[len(name) : len(name) + 1] in _BOUNDARIES
    return address.startswith(name) and whole


def _folded(url: str) -> str:
    """Return a URL with scheme and host in lower case, and a path (RFC 3986 6.2.2.1, 6.2.3)."""
    scheme, separator, rest = url.partition("://")
    end = next((at for at, letter in enumerate(rest) if letter in _BOUNDARIES), len(rest))
    return f"{scheme}{separator}{rest[:end]}".lower() + (rest[end:] or "/")


def identified(view: View, farm: Farm, name: str) -> RelyingParty | None:
    """Return the enabled party of exactly this identifier, or None."""
    party = view.parties(farm.tenant.tenant_id).get(name)
    return party if party is not None and party.enabled else None


def add(
    service: TokenService,
    farm: Farm,
    *,
    name: str,
    identifiers: Iterable[str],
    endpoints: Iterable[str] = (),
    certificate: bytes = b"",
    rules: Sequence[IssuanceRule] = ORGANIZATION,
    lifetime: int = 0,
    saml: SamlVersion = "1.1",
    delegates: Iterable[str] = (),
) -> RelyingParty:
    """Register a trust; the members are those of RelyingParty, the certificate in PEM or DER.

    Raises RegistrationError for what cannot be, and for an identifier or name that is taken.
    """
    party = _checked(
        RelyingParty(
            party_id=service.ids(),
            tenant_id=farm.tenant.tenant_id,
            name=name,
            identifiers=tuple(identifiers),
            endpoints=tuple(endpoints),
            certificate=certificate,
            rules=tuple(rules),
            lifetime=lifetime,
            saml=saml,
            created=int(service.clock()),
            delegates=tuple(delegates),
        )
    )
    with change(service, "a relying party of this identifier") as tx:
        _check_name(service, tx, party)
        _put(service, tx, party, new=True)
    audit(service, party.tenant_id, "adfs.party.add", party.identifiers[0])
    return party


def update(service: TokenService, farm: Farm, party_id: UUID, **changes: Any) -> RelyingParty:
    """Change members of a trust. Raises RegistrationError as `add` does, and for no such trust."""
    with change(service, "a relying party of this identifier") as tx:
        standing = _standing(service, tx, farm, party_id)
        party = _checked(replace(standing, **changes))
        if (party.party_id, party.tenant_id) != (standing.party_id, standing.tenant_id):
            raise RegistrationError("a trust keeps its id and its farm", kind="forbidden")
        _check_name(service, tx, party)
        _drop_identifiers(service, tx, standing)
        _put(service, tx, party, new=False)
    audit(service, party.tenant_id, "adfs.party.update", party.identifiers[0])
    return party


def remove(service: TokenService, farm: Farm, party_id: UUID) -> RelyingParty:
    """Remove a trust and return it. Raises RegistrationError for no such trust."""
    with change(service) as tx:
        party = _standing(service, tx, farm, party_id)
        _drop_identifiers(service, tx, party)
        service.store.delete(tx, RELYING_PARTIES, str(party_id))
    audit(service, party.tenant_id, "adfs.party.remove", party.identifiers[0])
    return party


def listing(service: TokenService, farm: Farm) -> list[RelyingParty]:
    """Return the trusts of a farm, disabled ones too, by name."""
    with service.database.read() as tx:
        kept = service.store.find(tx, RELYING_PARTIES, tenant=str(farm.tenant.tenant_id))
    return sorted(kept, key=lambda party: (party.name.lower(), party.party_id))


def ensure(
    service: TokenService,
    farm: Farm,
    *,
    name: str,
    identifiers: Iterable[str],
    endpoints: Iterable[str] = (),
    certificate: bytes = b"",
    rules: Sequence[IssuanceRule] = ORGANIZATION,
) -> RelyingParty:
    """Return the trust of who is part of this server, made or brought up to date.

    It is known by any of its identifiers. Addresses and certificate are made to be as given; the
    rest stays as an administrator left it, and `rules` are those of a new trust. Raises
    RegistrationError as `add` does.
    """
    wanted = tuple(identifiers)
    with service.database.read() as tx:
        known = service.directory.view(tx).parties(farm.tenant.tenant_id)
        standing = next((known[one] for one in wanted if one in known), None)
    if standing is None:
        return add(
            service,
            farm,
            name=name,
            identifiers=wanted,
            endpoints=endpoints,
            certificate=certificate,
            rules=rules,
        )
    now = {
        "identifiers": wanted,
        "endpoints": tuple(endpoints),
        "certificate": certificate_of(certificate),
    }
    if all(getattr(standing, member) == value for member, value in now.items()):
        return standing
    return update(service, farm, standing.party_id, **now)


def _standing(service: TokenService, tx: Transaction, farm: Farm, party_id: UUID) -> RelyingParty:
    party = service.store.get(tx, RELYING_PARTIES, str(party_id))
    if party is None or party.tenant_id != farm.tenant.tenant_id:
        raise RegistrationError(f"the farm has no relying party {party_id}", kind="absent")
    return party


def _check_name(service: TokenService, tx: Transaction, party: RelyingParty) -> None:
    others = service.store.find(tx, RELYING_PARTIES, tenant=str(party.tenant_id))
    if any(
        one.name.lower() == party.name.lower() and one.party_id != party.party_id for one in others
    ):
        text = f"a relying party named {party.name!r} is already registered"
        raise RegistrationError(text, kind="taken", member="name")


def _put(service: TokenService, tx: Transaction, party: RelyingParty, *, new: bool) -> None:
    service.store.put(tx, RELYING_PARTIES, party, new=new)
    for name in party.identifiers:
        entry = PartyIdentifier(name=name, tenant_id=party.tenant_id, party_id=party.party_id)
        service.store.put(tx, PARTY_IDENTIFIERS, entry, new=True)


def _drop_identifiers(service: TokenService, tx: Transaction, party: RelyingParty) -> None:
    for name in party.identifiers:
        service.store.delete(tx, PARTY_IDENTIFIERS, in_tenant(party.tenant_id, name))


def _checked(party: RelyingParty) -> RelyingParty:
    """Return a trust as it is kept. Raises RegistrationError for what cannot be."""
    identifiers = tuple(dict.fromkeys(map(identifier, party.identifiers)))
    if not 1 <= len(identifiers) <= _MOST_NAMES:
        raise RegistrationError("a relying party has 1 to 16 identifiers", member="identifiers")
    if len(party.endpoints) > _MOST_NAMES:
        raise RegistrationError("a relying party has at most 16 endpoints", member="endpoints")
    if not 0 <= party.lifetime <= LONGEST_LIFETIME:
        raise RegistrationError(
            f"a token's lifetime is 1 to {LONGEST_LIFETIME} minutes, 0 for the farm's own",
            member="lifetime",
        )
    if party.saml not in ("1.1", "2.0"):
        raise RegistrationError("assertions are of SAML 1.1 or 2.0", member="saml")
    return replace(
        party,
        name=named(party.name, member="name"),
        identifiers=identifiers,
        endpoints=tuple(dict.fromkeys(map(address, party.endpoints))),
        certificate=certificate_of(party.certificate),
        rules=_rules(party.rules),
        delegates=tuple(dict.fromkeys(name.strip().lower() for name in party.delegates)),
    )


def _rules(rules: Sequence[IssuanceRule]) -> tuple[IssuanceRule, ...]:
    if len(rules) > _MOST_RULES:
        raise RegistrationError("a relying party has at most 100 rules", member="rules")
    for rule in rules:
        texts = (rule.claim, rule.source or rule.value)
        if bool(rule.source) == bool(rule.value) or not all(map(_is_text, texts)):
            raise RegistrationError(
                "a rule names the type of the claim it issues and either the type it is read "
                "from or its value",
                member="rules",
            )
    return tuple(rules)


def _is_text(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_CLAIM and text.isprintable()
