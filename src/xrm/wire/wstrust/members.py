"""Members that requests and responses share, read within bounds."""

import re
from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from xrm.wire.wssecurity.moments import read_moment, write_moment
from xrm.wire.wssecurity.names import WSU
from xrm.wire.wstrust.errors import TrustError
from xrm.wire.wstrust.versions import (
    ADDRESSINGS,
    APPLIES_TO,
    POLICY,
    VERSIONS,
    KeyKind,
    TrustVersion,
)
from xrm.wire.xml import escape

_LONGEST = 4096
_LARGEST_SECRET = 512
_LARGEST_KEY = 16384
_BLANKS = " \t\r\n"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_ENDPOINTS = [(f"{{{space}}}EndpointReference", f"{{{space}}}Address") for space in ADDRESSINGS]
_NAMED: tuple[KeyKind, ...] = ("symmetric", "public", "bearer")
_KINDS = {row.key_type(kind): kind for row in VERSIONS.values() for kind in _NAMED}


@dataclass(frozen=True, slots=True)
class Lifetime:
    """From when until when, in seconds since 1970; None where nothing is said."""

    created: float | None = None
    expires: float | None = None


def named(
    element: etree._Element, names: Collection[str], *, others: Collection[str] | None = None
) -> dict[str, etree._Element]:
    """Return the children of those Clark names, by local name.

    `others` may be there besides; without it anything may. Raises TrustError for a child that
    may not, and for one of the names that is there twice.
    """
    found: dict[str, etree._Element] = {}
    for child in element:
        tag = str(child.tag)
        local = tag.rpartition("}")[2]
        if tag not in names:
            if others is not None and tag not in others:
                raise TrustError(f"{local[:100]} is not a member that is known here.")
            continue
        if local in found:
            raise TrustError(f"{local} is there twice.")
        found[local] = child
    return found


def text(element: etree._Element | None) -> str | None:
    """Return what an element says, None if it is not there or empty. Raises TrustError."""
    if element is None:
        return None
    value = (element.text or "").strip(_BLANKS)
    if len(element) or len(value) > _LONGEST:
        raise TrustError(f"{etree.QName(element).localname} is not a text, or is too long.")
    return value or None


def only(element: etree._Element | None) -> etree._Element | None:
    """Return the one child of an element, None without the element. Raises TrustError."""
    if element is None:
        return None
    if len(element) != 1:
        raise TrustError(f"{etree.QName(element).localname} does not hold one element.")
    return element[0]


def secret(element: etree._Element | None, version: TrustVersion) -> bytes | None:
    """Return the bytes of a BinarySecret within an element. Raises TrustError."""
    if element is None:
        return None
    found = element.find(f"{{{version.namespace}}}BinarySecret")
    value = text(found)
    if value is None:
        raise TrustError(f"{etree.QName(element).localname} holds no secret.")
    try:
        data = b64decode("".join(value.split()), validate=True)
    except ValueError:
        raise TrustError("A secret is not base64.") from None
    if not 0 < len(data) <= _LARGEST_SECRET:
        raise TrustError("A secret is empty or too long.")
    return data


def lifetime(element: etree._Element | None) -> Lifetime | None:
    """Return a Lifetime. Raises TrustError."""
    if element is None:
        return None
    found = named(element, (f"{{{WSU}}}Created", f"{{{WSU}}}Expires"))
    return Lifetime(_moment(found, "Created"), _moment(found, "Expires"))


def _moment(found: dict[str, etree._Element], name: str) -> float | None:
    value = text(found.get(name))
    try:
        return None if value is None else read_moment(value)
    except ValueError:
        raise TrustError(f"{name} is not a moment.") from None


def key_kind(uri: str | None) -> KeyKind | None:
    """Return the kind of key a URI of either version names, None for none. Raises TrustError."""
    if uri is None:
        return None
    kind = _KINDS.get(uri)
    if kind is None:
        raise TrustError("The key type is not known.")
    return kind


def key_size(value: str | None) -> int | None:
    """Return a size in bits, None for none said. Raises TrustError."""
    if value is None:
        return None
    if _NUMBER.fullmatch(value) is None or (number := int(value)) > _LARGEST_KEY:
        raise TrustError("The key size is not one.")
    # Of no size is how .NET says that it does not mind.
    return number or None


def applies_to(element: etree._Element) -> str | None:
    """Return the address in the AppliesTo of a message, None without one. Raises TrustError."""
    found = list(element.iterchildren(APPLIES_TO))
    if len(found) > 1:
        raise TrustError("AppliesTo is there twice.")
    if not found:
        return None
    addresses = [
        address
        for of_endpoint, of_address in _ENDPOINTS
        for endpoint in found[0].iterchildren(of_endpoint)
        for address in endpoint.iterchildren(of_address)
    ]
    value = text(addresses[0]) if len(addresses) == 1 else None
    if value is None:
        raise TrustError("AppliesTo does not name one address.")
    return value


def write_applies_to(address: str) -> str:
    """Return an AppliesTo."""
    return (
        f'<wsp:AppliesTo xmlns:wsp="{POLICY}">'
        f'<wsa:EndpointReference xmlns:wsa="{ADDRESSINGS[0]}">'
        f"<wsa:Address>{escape(address)}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>"
    )


def write_lifetime(value: Lifetime, prefix: str) -> str:
    """Return a Lifetime; its moments are in UTC and end in Z."""
    moments = "".join(
        f'<wsu:{name} xmlns:wsu="{WSU}">{write_moment(moment)}</wsu:{name}>'
        for name, moment in (("Created", value.created), ("Expires", value.expires))
        if moment is not None
    )
    return f"<{prefix}:Lifetime>{moments}</{prefix}:Lifetime>"


def markup(element: etree._Element) -> str:
    """Return an element as text, without what follows it."""
    return etree.tostring(element, encoding="unicode", with_tail=False)
