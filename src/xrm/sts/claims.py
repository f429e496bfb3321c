"""What a token says. One function per shape of token; a claim without a value is left out."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from xrm.sts.adfs.farm import Farm
from xrm.sts.model import (
    V1,
    V2,
    Authentication,
    Client,
    Delegated,
    Flavour,
    Granted,
    RelyingParty,
    ServicePrincipal,
    User,
)
from xrm.wire.jose import encode

_NO_ROLE = "b79fbf4d-3ef9-4689-8143-76b194e85509"  # the role template of everyone


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Where, when and under which id a token is made, and for which address.

    `now` is in seconds since the epoch, the lifetimes of access and id tokens in seconds from
    then; `peer` is the address the request came from. Tokens say that they are `early` seconds
    older, as published samples do, for clocks that are behind. Id tokens always name the session
    they are of where it is `of_session`. `farm` is the farm of AD FS that makes them.
    """

    base_url: str
    now: int
    lifetime: int
    token_id: UUID
    peer: str = ""
    id_lifetime: int = 60 * 60
    early: int = 0
    of_session: bool = False
    farm: Farm | None = None


def of_application(granted: Granted, client: Client, stamp: Stamp) -> dict[str, Any]:
    """Return the claims of an access token for an application that speaks for itself.

    The resource decides the version: Dynamics takes v1 tokens, whichever endpoint was asked.
    """
    subject, is_v1 = granted.subject, granted.version == 1
    lasting = _of(granted.version, stamp.base_url, subject, client.application_id)
    claims: dict[str, Any] = {
        "aud": granted.audience if is_v1 else str(granted.resource),
        "iss": lasting.issuer,
        **_times(stamp, stamp.lifetime),
        "aio": _opaque(stamp.token_id.bytes + subject.object_id.bytes),
        "appid" if is_v1 else "azp": lasting.application_id,
        "appidacr" if is_v1 else "azpacr": client.acr,
    }
    if is_v1:
        claims["idp"] = lasting.issuer
    if "idtyp" in granted.optional:
        claims["idtyp"] = "app"
    claims["oid"] = lasting.object_id
    claims["rh"] = lasting.rh
    if granted.roles:
        claims["roles"] = list(granted.roles)
    claims["sub"] = lasting.object_id
    claims["tid"] = lasting.tenant_id
    claims["uti"] = encode(stamp.token_id.bytes)
    claims["ver"] = "1.0" if is_v1 else "2.0"
    return claims


def of_person(
    granted: Granted, delegated: Delegated, client: Client, stamp: Stamp
) -> dict[str, Any]:
    """Return the claims of an access token for an application that acts for a person."""
    is_v1, person = granted.version == 1, delegated.person
    lasting = _of(granted.version, stamp.base_url, person, client.application_id)
    head = {
        "aud": granted.audience if is_v1 else str(granted.resource),
        "iss": lasting.issuer,
        **_times(stamp, stamp.lifetime),
    }
    claims: dict[str, Any] = {
        "aio": _opaque(stamp.token_id.bytes + person.object_id.bytes),
        "appid" if is_v1 else "azp": lasting.application_id,
        "appidacr" if is_v1 else "azpacr": client.acr,
    }
    if is_v1:
        claims["acr"] = "1"
        claims |= _of_v1(person, delegated.authentication, stamp.peer)
    else:
        claims["preferred_username"] = person.user_principal_name
    claims |= _given({"roles": list(granted.roles), "scp": " ".join(delegated.scopes)})
    claims |= {
        "name": person.display_name,
        "oid": lasting.object_id,
        "rh": lasting.rh,
        "sub": pairwise(person.object_id, granted.resource),
        "tid": lasting.tenant_id,
        "uti": encode(stamp.token_id.bytes),
        "ver": "1.0" if is_v1 else "2.0",
        "wids": [str(role) for role in person.roles] or [_NO_ROLE],
    }
    return head | _in_order(claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an id token is about: the person, how they signed in, and what stands beside it.

    `beside` are hashes of what the same answer carries, by claim (`at_hash`, `c_hash`);
    `tells_time` adds when the person signed in, `optional` are claims the registration asks for;
    `client_id` and `scopes` are told by a farm, beside the claims it issues for `party`.
    """

    person: User
    authentication: Authentication
    application_id: UUID
    session_id: UUID | None = None
    nonce: str = ""
    reserved: frozenset[str] = frozenset({"openid", "profile"})
    roles: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    tells_time: bool = False
    optional: frozenset[str] = frozenset()
    client_id: str = ""
    scopes: tuple[str, ...] = ()
    party: RelyingParty | None = None
    confidential: bool = False


def of_id_token(about: About, flavour: Flavour, stamp: Stamp) -> dict[str, Any]:
    """Return the claims of an id token (OpenID Connect Core 2); the endpoint decides its version.

    On v2 the name and the object id are there only where `profile` was asked, the address only
    where `email` was.
    """
    person, is_v1 = about.person, flavour.name == "v1"
    lasting = _of(1 if is_v1 else 2, stamp.base_url, person, about.application_id)
    head = {
        "aud": lasting.application_id,
        "iss": lasting.issuer,
        **_times(stamp, stamp.id_lifetime),
    }
    claims: dict[str, Any] = {
        "aio": _opaque(stamp.token_id.bytes + person.object_id.bytes),
        **dict(about.beside),
    }
    if about.tells_time or "auth_time" in about.optional:
        claims["auth_time"] = about.authentication.seconds
    if is_v1:
        claims |= _of_v1(person, about.authentication, stamp.peer)
    elif "email" in about.reserved:
        claims |= _given({"email": person.mail})
    if is_v1 or "profile" in about.reserved:
        claims["name"] = person.display_name
        claims["oid"] = lasting.object_id
    if not is_v1 and "profile" in about.reserved:
        claims["preferred_username"] = person.user_principal_name
    claims |= _given({"nonce": about.nonce, "roles": list(about.roles)})
    claims |= {
        "rh": lasting.rh,
        **_sid(about, stamp),
        "sub": pairwise(person.object_id, about.application_id),
        "tid": lasting.tenant_id,
        "uti": encode(stamp.token_id.bytes),
        "ver": "1.0" if is_v1 else "2.0",
    }
    return head | _in_order(claims)


def _in_order(claims: dict[str, Any]) -> dict[str, Any]:
    """Return claims by name, as recorded tokens have them after the times."""
    return dict(sorted(claims.items()))


def _times(stamp: Stamp, lifetime: int) -> dict[str, int]:
    begun = stamp.now - stamp.early
    return {"iat": begun, "nbf": begun, "exp": stamp.now + lifetime}


def _of_v1(person: User, authentication: Authentication, peer: str) -> dict[str, Any]:
    """Return what v1 tokens alone say of a person."""
    name = person.user_principal_name
    names = {"family_name": person.surname, "given_name": person.given_name, "ipaddr": peer}
    amr = list(authentication.methods)
    return {"amr": amr, **_given(names), "unique_name": name, "upn": name}


def _sid(about: About, stamp: Stamp) -> dict[str, str]:
    """Return the session's id, by which logout frames name it (Front-Channel Logout 1.0, 3)."""
    wanted = stamp.of_session or "sid" in about.optional
    return {"sid": str(about.session_id)} if wanted and about.session_id is not None else {}


def pairwise(person: UUID, application_id: UUID) -> str:
    """Return how one application knows a person: by no other's name (OpenID Connect Core 8.1)."""
    return encode(hashlib.sha256(b"xrm sub" + person.bytes + application_id.bytes).digest())


def half_hash(text: str) -> str:
    """Return the `at_hash` of a token, the `c_hash` of a code (OpenID Connect Core 3.3.2.11)."""
    return encode(hashlib.sha256(text.encode()).digest()[:16])


def client_info(person: User) -> str:
    """Return what MSAL names accounts by: object id and tenant, in base64url."""
    content = orjson.dumps({"uid": str(person.object_id), "utid": str(person.tenant_id)})
    return encode(content)


def _given(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value}


def _of(
    version: int, base_url: str, subject: User | ServicePrincipal, application_id: UUID
) -> "_Lasting":
    flavour = V1 if version == 1 else V2
    return _lasting(flavour, base_url, subject.tenant_id, subject.object_id, application_id)


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What every token of one application in one tenant repeats."""

    issuer: str
    tenant_id: str
    object_id: str
    application_id: str
    rh: str


@lru_cache(maxsize=1024)
def _lasting(
    flavour: Flavour, base_url: str, tenant_id: UUID, object_id: UUID, application_id: UUID
) -> _Lasting:
    return _Lasting(
        issuer=flavour.issuer_of(base_url, tenant_id),
        tenant_id=str(tenant_id),
        object_id=str(object_id),
        application_id=str(application_id),
        rh="1." + encode(tenant_id.bytes_le + application_id.bytes_le) + ".",
    )


def _opaque(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()
