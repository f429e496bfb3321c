"""The Security header, read: liberal in form, strict in what is there once (WS-Security 1.1)."""

from base64 import b64decode
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from xrm.model.secret import Secret
from xrm.wire.wssecurity.errors import SecurityError, TokenError
from xrm.wire.wssecurity.moments import read_moment
from xrm.wire.wssecurity.names import (
    BASE64,
    ID,
    PASSWORD_TEXT,
    REFERENCE,
    SECURITY,
    SIGNATURE,
    TOKENS,
    WSSE,
    WSU,
)

SKEW = 300.0
"""How far two clocks may be apart, in seconds."""
FRESH = 300.0
"""How long after its creation a message is taken, in seconds, whatever it says itself."""

_MOST_PARTS = 16
_LONGEST_NAME = 1024
_LONGEST_SECRET = 4096
_LONGEST_ID = 256
_LONGEST_BINARY = 64 * 1024
_BLANKS = " \t\r\n"
_TIMESTAMP, _CREATED, _EXPIRES = (
    f"{{{WSU}}}{name}" for name in ("Timestamp", "Created", "Expires")
)
_USERNAME_TOKEN, _USERNAME, _PASSWORD, _BINARY = (
    f"{{{WSSE}}}{name}" for name in ("UsernameToken", "Username", "Password", "BinarySecurityToken")
)


class Username(NamedTuple):
    """Who is signing in, and the password they say."""

    name: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Timestamp:
    """When a message was made and until when it holds, in seconds since 1970.

    `id` is what a signature names it by, "" for none; `element` is where it stands.
    """

    id: str
    created: float
    expires: float | None
    element: etree._Element

    def check(self, now: float, *, skew: float = SKEW, fresh: float = FRESH) -> None:
        """Raise SecurityError if the message is not of now (seconds since 1970)."""
        if self.expires is not None and self.expires <= self.created:
            raise SecurityError("The message expires before it is made.")
        if self.created > now + skew:
            raise SecurityError("The message is from the future.")
        ends = self.created + fresh
        if self.expires is not None:
            ends = min(ends, self.expires)
        if ends + skew <= now:
            raise SecurityError("The message is stale.")


@dataclass(frozen=True, slots=True)
class BinaryToken:
    """A BinarySecurityToken: `data` is decoded, `value_type` the URI of what it is."""

    id: str
    value_type: str
    data: bytes
    element: etree._Element


@dataclass(frozen=True, slots=True)
class Security:
    """What a Security header holds. `token` is the issued token exactly as received."""

    element: etree._Element
    timestamp: Timestamp | None = None
    username: Username | None = None
    binary: tuple[BinaryToken, ...] = ()
    token: etree._Element | None = None
    references: tuple[etree._Element, ...] = ()
    signatures: tuple[etree._Element, ...] = ()


def read_security(element: etree._Element) -> Security:
    """Read a Security header where it stands in its envelope.

    Raises SecurityError for what is there twice or cannot be read, TokenError for a token that
    cannot be read. Other elements are left alone: what is not understood proves nothing.
    """
    _check_alone(element)
    parts: dict[str, list[etree._Element]] = {}
    for count, child in enumerate(element):
        if count >= _MOST_PARTS:
            raise SecurityError("The Security header has too many parts.")
        tag = str(child.tag)
        parts.setdefault("token" if tag in TOKENS else tag, []).append(child)
    timestamp = _one(parts, _TIMESTAMP)
    username = _one(parts, _USERNAME_TOKEN)
    return Security(
        element,
        None if timestamp is None else _timestamp(timestamp),
        None if username is None else _username(username),
        tuple(_binary(part) for part in parts.get(_BINARY, ())),
        _one(parts, "token"),
        tuple(parts.get(REFERENCE, ())),
        tuple(parts.get(SIGNATURE, ())),
    )


def _check_alone(element: etree._Element) -> None:
    """Refuse a second Security header for the same receiver: which of them is believed?"""
    header = element.getparent()
    if element.tag != SECURITY:
        raise SecurityError("It is not a Security header.")
    alike = () if header is None else header.iterchildren(SECURITY)
    if sum(1 for _ in alike) > 1:
        raise SecurityError("The message has two Security headers.")


def _one(parts: dict[str, list[etree._Element]], name: str) -> etree._Element | None:
    found = parts.get(name, [])
    if len(found) > 1:
        raise SecurityError("A part of the Security header is there twice.")
    return found[0] if found else None


def _text(element: etree._Element, longest: int) -> str:
    text = element.text or ""
    if len(element) or len(text) > longest:
        raise TokenError("A text in the Security header is not one, or is too long.")
    return text


def _id(element: etree._Element) -> str:
    # Unqualified ids are of older clients; only the qualified one can be signed.
    name = element.get(ID, element.get("Id", ""))
    if len(name) > _LONGEST_ID:
        raise SecurityError("An id is too long.")
    return name


def _timestamp(element: etree._Element) -> Timestamp:
    found: dict[str, float] = {}
    for child in element:
        name = str(child.tag)
        if name not in (_CREATED, _EXPIRES):
            raise SecurityError("The timestamp holds what does not belong there.")
        if name in found or len(child):
            raise SecurityError("The timestamp is not one.")
        try:
            found[name] = read_moment(child.text or "")
        except ValueError:
            raise SecurityError("The timestamp has no moment.") from None
    if _CREATED not in found:
        raise SecurityError("The timestamp does not say when the message was made.")
    return Timestamp(_id(element), found[_CREATED], found.get(_EXPIRES), element)


def _username(element: etree._Element) -> Username:
    names = list(element.iterchildren(_USERNAME))
    passwords = list(element.iterchildren(_PASSWORD))
    if len(names) != 1 or len(passwords) > 1:
        raise TokenError("A user name token holds one name and one password.")
    name = _text(names[0], _LONGEST_NAME).strip(_BLANKS)
    if not name:
        raise TokenError("The user name is empty.")
    if not passwords:
        return Username(name, Secret(""))
    if passwords[0].get("Type", PASSWORD_TEXT).strip(_BLANKS) not in (PASSWORD_TEXT, ""):
        raise TokenError("The kind of password is not supported.")
    return Username(name, Secret(_text(passwords[0], _LONGEST_SECRET)))


def _binary(element: etree._Element) -> BinaryToken:
    if element.get("EncodingType", BASE64).strip(_BLANKS) not in (BASE64, ""):
        raise TokenError("The encoding of a binary token is not known.")
    text = "".join(_text(element, _LONGEST_BINARY).split())
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise TokenError("A binary token is not base64.") from None
    value_type = element.get("ValueType", "").strip(_BLANKS)
    return BinaryToken(_id(element), value_type, data, element)
