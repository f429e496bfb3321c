"""A token as people read it: its header and claims, each time in words."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from xrm.cli.output import Failure
from xrm.cli.times import moment
from xrm.model.ports import Clock, system_clock

_LARGEST = 64 * 1024
_TIMES = frozenset({"exp", "iat", "nbf", "auth_time"})
_MEANINGS = {
    "aud": "for whom: the resource",
    "iss": "by whom: the issuer",
    "tid": "tenant",
    "sub": "subject",
    "oid": "object id of the subject",
    "appid": "application (v1)",
    "azp": "application (v2)",
    "appidacr": "how the application proved itself: 0 not, 1 secret, 2 certificate",
    "azpacr": "how the application proved itself: 0 not, 1 secret, 2 certificate",
    "exp": "expires",
    "nbf": "good from",
    "iat": "issued",
    "idtyp": "whom the token speaks for",
    "ver": "version",
    "roles": "application permissions",
    "scp": "delegated permissions",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The two readable parts of a compact JWT. Nothing about it has been verified."""

    header: dict[str, Any]
    claims: dict[str, Any]


def decode(token: str) -> Decoded:
    """Read a compact JWT (RFC 7515 7.1), with or without "Bearer" before it.

    Raises Failure when it is none; tokens over 64 KiB are not looked at.
    """
    compact = token.strip().removeprefix("Bearer ").strip()
    parts = compact.split(".")
    if len(compact) > _LARGEST or len(parts) != 3:
        step = "A signed token has three parts, joined by dots. Is it whole, and only the token?"
        if len(parts) == 5:
            step = "It has five parts: it is encrypted, and only its recipient can read it."
        raise Failure("This is not a signed token.", next_step=step)
    return Decoded(_part(parts[0], "header"), _part(parts[1], "payload"))


def _part(text: str, name: str) -> dict[str, Any]:
    import orjson

    bare = text.rstrip("=")
    try:
        octets = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        value = orjson.loads(octets)
    except (ValueError, binascii.Error) as error:
        raise Failure(f"The {name} of the token is not JSON in base64url.") from error
    if not isinstance(value, dict):
        raise Failure(f"The {name} of the token is not a JSON object.")
    return value


def rows(claims: dict[str, Any], clock: Clock = system_clock) -> list[tuple[str, str, str]]:
    """Return each claim as name, value for a reader, meaning."""
    return [
        (name, _value(name, value, clock), _MEANINGS.get(name, ""))
        for name, value in claims.items()
    ]


def _value(name: str, value: Any, clock: Clock) -> str:
    if name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        return moment(value, clock)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    import orjson

    return orjson.dumps(value).decode()


def standing(claims: dict[str, Any], clock: Clock = system_clock) -> str:
    """Return what the times of a token come to now, in one sentence."""
    now = clock()
    expires, begins = claims.get("exp"), claims.get("nbf")
    if isinstance(begins, int | float) and begins > now:
        return f"Not good before {moment(begins, clock)}."
    if not isinstance(expires, int | float):
        return "It names no expiry."
    if expires <= now:
        return f"Expired: {moment(expires, clock)}."
    return f"Good until {moment(expires, clock)}."
