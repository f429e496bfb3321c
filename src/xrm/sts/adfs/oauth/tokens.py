"""What a farm's OAuth tokens say: the claims its issuance rules name, and what AD FS adds.

An access token is a relying party's: its rules decide what it tells of a person. Claims go by
the short names that AD FS gives them in JSON. Nothing a rule issues stands in the place of what
the protocol says.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from xrm.sts.adfs import rules
from xrm.sts.adfs.oauth import guests
from xrm.sts.model import Authentication, Client, Granted, RelyingParty, User
from xrm.wire.saml import claim_types

if TYPE_CHECKING:
    from xrm.sts.claims import About, Stamp

PREFIX = "microsoft:identityserver:"
"""Stands before an identifier that is no URI, where a token names it."""

_BY_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105
_METHODS = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/"
_OF_CLIENTS = {"1": f"{_METHODS}password", "2": f"{_METHODS}tlsclient"}  # the second: inferred
_NAMES = {
    claim_types.UPN: "upn",
    claim_types.NAME: "unique_name",
    claim_types.NAME_IDENTIFIER: "nameid",
    claim_types.PRIMARY_SID: "primarysid",
    claim_types.WINDOWS_ACCOUNT_NAME: "winaccountname",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "email",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": "given_name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": "family_name",
    "http://schemas.xmlsoap.org/claims/CommonName": "commonname",
    "http://schemas.xmlsoap.org/claims/Group": "group",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "role",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid": "groupsid",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "primarygroupsid",
}


def access_token(granted: Granted, client: Client, stamp: "Stamp") -> dict[str, Any]:
    """Return the claims of an access token, a person's or an application's own."""
    assert stamp.farm is not None
    assert granted.party is not None
    delegated = granted.delegated
    own: dict[str, Any] = {}
    if delegated is not None:
        own = _issued(granted.party, delegated.person, delegated.authentication, stamp)
        own["sub"] = subject_of(delegated.person.object_id, granted.party.identifiers[0])
    authentication = delegated.authentication if delegated is not None else None
    seconds = delegated.authentication.seconds if delegated is not None else stamp.now
    content = own | {
        "aud": audience_of(granted.party.identifiers[0]),
        "iss": stamp.farm.identifier,
        "iat": stamp.now,
        "nbf": stamp.now,
        "exp": stamp.now + stamp.lifetime,
        **_of_client(client.application.client_id, confidential=client.acr != "0"),
        "authmethod": _OF_CLIENTS.get(client.acr, _BY_PASSWORD)
        if authentication is None
        else _method(authentication),
        "auth_time": _instant(seconds),
        "ver": "1.0",
    }
    if delegated is not None and delegated.scopes:
        content["scp"] = " ".join(delegated.scopes)
    return _in_order(content)


def id_token(about: "About", stamp: "Stamp") -> dict[str, Any]:
    """Return the claims of an id token (OpenID Connect Core 2).

    Those of the issuance rules are in it where the relying party is the client itself, or where
    the scope `allatclaims` was asked.
    """
    assert stamp.farm is not None
    person, party = about.person, about.party
    own: dict[str, Any] = {}
    told = "allatclaims" in about.scopes
    if party is not None and (told or about.client_id in party.identifiers):
        own = _issued(party, person, about.authentication, stamp)
    content = own | {
        "aud": about.client_id,
        "iss": stamp.farm.url,
        "iat": stamp.now,
        "nbf": stamp.now,
        "exp": stamp.now + stamp.id_lifetime,
        "auth_time": about.authentication.seconds,
        "sub": subject_of(person.object_id, about.client_id),
        "upn": person.user_principal_name,
        "unique_name": guests.unique_name(about.authentication)
        if about.authentication.home
        else stamp.farm.account(person).name,
        **dict(about.beside),
        **_of_client(about.client_id, confidential=about.confidential),
        "authmethod": _method(about.authentication),
        "ver": "1.0",
    }
    if about.nonce:
        content["nonce"] = about.nonce
    if about.session_id is not None:
        content["sid"] = str(about.session_id)
    if about.scopes:
        content["scp"] = " ".join(about.scopes)
    return _in_order(content)


def lifetime_of(granted: Granted, stamp: "Stamp") -> int:
    """Return how many seconds an access token lives: what its relying party says, or the farm."""
    minutes = granted.party.lifetime if granted.party is not None else 0
    return minutes * 60 or stamp.lifetime


def subject_of(person: UUID, name: str) -> str:
    """Return how a client or relying party knows a person: by no other's name."""
    text = b"adfs sub" + person.bytes + name.lower().encode()
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


def audience_of(identifier: str) -> str:
    """Return how tokens name a relying party: by its identifier, made a URI where it is none."""
    return identifier if ":" in identifier else PREFIX + identifier


def identifier_of(audience: str) -> str:
    """Return the identifier of an audience."""
    return audience.removeprefix(PREFIX)


def _issued(
    party: RelyingParty, person: User, authentication: Authentication, stamp: "Stamp"
) -> dict[str, Any]:
    assert stamp.farm is not None
    if authentication.home:
        claims = rules.issued(party, guests.claims(authentication))
    else:
        claims = rules.claims_of(stamp.farm.account(person), party, authentication)
    found: dict[str, Any] = {}
    for claim in claims:
        name = _NAMES.get(claim.type, claim.type)
        if name in _PROTOCOL:
            continue
        found[name] = claim.values[0] if len(claim.values) == 1 else list(claim.values)
    return found


def _of_client(client_id: str, *, confidential: bool) -> dict[str, str]:
    return {"apptype": "Confidential" if confidential else "Public", "appid": client_id}


def _method(authentication: Authentication) -> str:
    return guests.method(authentication) if authentication.home else _BY_PASSWORD


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


_FIRST = ("aud", "iss", "iat", "nbf", "exp")
_LAST = ("apptype", "appid", "authmethod", "auth_time", "ver", "scp")
_PROTOCOL = frozenset({*_FIRST, *_LAST, "sub", "nonce", "sid", "at_hash", "c_hash"})
"""What no rule issues: what stands there decides what a token is good for."""


def _in_order(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return claims as recorded tokens have them: the rules' own between the two groups."""
    middle = [name for name in content if name not in (*_FIRST, *_LAST)]
    return {name: content[name] for name in (*_FIRST, *middle, *_LAST) if name in content}
