"""Types, limits and addresses of a manifest's members: what the service refuses.

Limits are those of the published validation table; what it leaves open is refused narrowly.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from xrm.sts.directory import guid
from xrm.sts.model import PERSONAL_AUDIENCES, RedirectUri, SignInAudience
from xrm.sts.registration.change import RegistrationError

MOST_IDENTIFIERS = 50
LONGEST_IDENTIFIER = 255
MOST_REDIRECTS = 256
MOST_REDIRECTS_PERSONAL = 100
LONGEST_REDIRECT = 256
LONGEST_PERMISSION = 120
MOST_ENTRIES = 1200

_LOOPBACK = ("localhost", "127.0.0.1")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_SCRIPTED = ("javascript", "data", "vbscript", "file", "blob", "about")
_UNSUPPORTED = set("!$'(),;\\<>\"{}|^` ")
_PERMISSION = re.compile(r"[A-Za-z0-9:!#$%&'()*+,\-./;<=>?@\[\]^_`{|}~]{1,120}")


class EnabledPermission(RegistrationError):
    """A scope or role was taken out while enabled: it must be disabled first."""


def invalid(member: str, why: str = "") -> RegistrationError:
    """Return the refusal of a value; `why` is added as a sentence."""
    text = f"Invalid value specified for property '{member}' of resource 'Application'."
    return RegistrationError(f"{text} {why}".rstrip(), member=member)


def text(value: Any, member: str, *, longest: int = 2048) -> str:
    """Return a text, "" for null. Raises RegistrationError."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise invalid(member)
    return value


def flag(value: Any, member: str, *, default: bool = False) -> bool:
    """Return a truth value, the default for null. Raises RegistrationError."""
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid(member)
    return value


def identifier(value: Any, member: str) -> UUID:
    """Return a GUID. Raises RegistrationError."""
    found = guid(value) if isinstance(value, str) else None
    if found is None:
        raise invalid(member, "A GUID is expected.")
    return found


def items(value: Any, member: str) -> list[Any]:
    """Return a list, empty for null. Raises RegistrationError."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        raise invalid(member, "A collection is expected.")
    return value


def mappings(value: Any, member: str, allowed: Collection[str]) -> list[dict[str, Any]]:
    """Return a list of objects with no other members than these. Raises RegistrationError."""
    found = items(value, member)
    for one in found:
        if not isinstance(one, dict):
            raise invalid(member, "A collection of objects is expected.")
        for name in one:
            if name not in allowed and "@" not in name:
                raise invalid(member, f"It has no property '{name[:50]}'.")
    return found


def texts(value: Any, member: str, *, longest: int = 2048) -> list[str]:
    """Return a list of texts that are not empty. Raises RegistrationError."""
    found = items(value, member)
    if not all(isinstance(one, str) and 0 < len(one) <= longest for one in found):
        raise invalid(member)
    return found


def distinct(values: Iterable[Any], member: str) -> None:
    """Refuse what occurs twice. Raises RegistrationError."""
    found = list(values)
    if len(set(found)) < len(found):
        raise invalid(member, "It contains a duplicate value.")


def permission_value(value: Any, member: str) -> str:
    """Return the value of a scope or role, "" for null. Raises RegistrationError."""
    found = text(value, member, longest=LONGEST_PERMISSION)
    if found and (found.startswith(".") or not _PERMISSION.fullmatch(found)):
        raise invalid(member, "A permission value holds no blanks and does not begin with a dot.")
    return found


def address(value: Any, member: str) -> str:
    """Return an http or https address, "" for null. Raises RegistrationError."""
    found = text(value, member, longest=LONGEST_REDIRECT)
    if found:
        parts = _split(found, member)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise invalid(member, "An http or https address is expected.")
    return found


def identifier_uri(value: str, domains: Collection[str] | None) -> None:
    """Refuse what cannot be an identifier URI; `domains` are those the tenant has verified.

    Without `domains` the host of an http address is not asked. Raises RegistrationError.
    """
    member = "identifierUris"
    parts = _split(value, member)
    bad = len(value) > LONGEST_IDENTIFIER or set(value) & set("*?#\\ ") or value.endswith("/")
    if bad or not (parts.netloc or parts.path) or parts.scheme in _SCRIPTED:
        raise invalid(member, f"The value '{value[:100]}' is no absolute URI that may be used.")
    if parts.scheme in ("http", "https"):
        host = parts.hostname or ""
        known = domains is None or any(host == d or host.endswith(f".{d}") for d in domains)
        if not host or not known:
            raise invalid(
                member, f"'{value[:100]}' must use a verified domain of the tenant or below one."
            )


def redirect_uris(found: Collection[RedirectUri], audience: SignInAudience) -> None:
    """Refuse redirect URIs the service would not take. Raises RegistrationError."""
    most = MOST_REDIRECTS_PERSONAL if audience in PERSONAL_AUDIENCES else MOST_REDIRECTS
    if len(found) > most:
        raise invalid("redirectUris", f"There may be {most} at most.")
    distinct((one.url for one in found), "redirectUris")
    for one in found:
        _redirect_uri(one, audience)


def _redirect_uri(one: RedirectUri, audience: SignInAudience) -> None:
    member, shown = "redirectUris", one.url[:100]
    parts = _split(one.url, member)
    if len(one.url) > LONGEST_REDIRECT or "#" in one.url or set(one.url) & _UNSUPPORTED:
        raise invalid(member, f"'{shown}' is too long or has a fragment or unsupported characters.")
    if "*" in one.url:
        _wildcard(one.url, parts, audience)
    if parts.query and audience in PERSONAL_AUDIENCES:
        raise invalid(member, f"'{shown}' must not have a query where personal accounts sign in.")
    if parts.scheme == "https":
        fits = bool(parts.hostname) and "@" not in parts.netloc
    elif parts.scheme == "http":
        fits = parts.hostname in _LOOPBACK and "@" not in parts.netloc
    else:
        fits = one.kind == "InstalledClient" and parts.scheme not in _SCRIPTED
        fits = fits and bool(parts.netloc or parts.path)
    if not fits:
        raise invalid(member, f"'{shown}' must begin with https, or with http for localhost.")


def _wildcard(url: str, parts: SplitResult, audience: SignInAudience) -> None:
    host, _, rest = parts.netloc.partition(".")
    in_host = host == "*" and "." in rest and "*" not in rest + parts.path + parts.query
    in_path = "*" not in parts.netloc + parts.query and parts.path.endswith("/*")
    if audience != "AzureADMyOrg" or not (in_host or in_path) or url.count("*") > 1:
        raise invalid("redirectUris", f"'{url[:100]}' must not hold a wildcard.")


def _split(value: str, member: str) -> SplitResult:
    """Return the parts of an absolute URI. Raises RegistrationError."""
    try:
        parts = urlsplit(value)
        usable = value.isprintable() and value.isascii() and parts.port != 0
    except ValueError:
        raise invalid(member, "An absolute URI is expected.") from None
    if not usable or not _SCHEME.fullmatch(parts.scheme):
        raise invalid(member, "An absolute URI is expected.")
    return parts
