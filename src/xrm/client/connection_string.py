"""Connection strings as .NET reads them, and what they mean to this client.

The grammar is DbConnectionStringBuilder's: `key=value;`, keys in any letter case, `==` for an
equals sign in a key; a value in single or double quotes may hold anything, its own quote
doubled; an unquoted one neither begins nor ends with a quote and holds no semicolon. The last
of two equal keys counts, and an empty value is as none. No error ever shows a value.
"""

import difflib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from xrm.client.credentials import Credential
from xrm.client.credentials.certificate import Certificate
from xrm.client.credentials.client_secret import ClientSecret
from xrm.client.errors import ConnectionStringError
from xrm.model.secret import Secret

VARIABLE = "XRM_CONNECTION_STRING"
_LONGEST = 64 * 1024

# The names .NET's ServiceClient takes, by their first spelling; blanks in keys do not count.
_ALIASES = {
    "AuthType": ("AuthType", "AuthenticationType"),
    "Url": ("Url", "ServiceUri", "Server"),
    "ClientId": ("ClientId", "AppId", "ApplicationId"),
    "ClientSecret": ("ClientSecret", "Secret"),
    "CertificatePath": ("CertificatePath", "Certificate"),
    "CertificatePassword": ("CertificatePassword",),
    "TenantId": ("TenantId", "Tenant"),
    "Authority": ("Authority",),
    "UserName": ("UserName", "UserId"),
    "Password": ("Password",),
    "Domain": ("Domain",),
    "HomeRealmUri": ("HomeRealmUri",),
    "RequireNewInstance": ("RequireNewInstance",),
    "RedirectUri": ("RedirectUri", "ReplyUrl"),
    "TokenCacheStorePath": ("TokenCacheStorePath",),
    "LoginPrompt": ("LoginPrompt",),
    "CertificateThumbprint": ("CertificateThumbprint", "Thumbprint"),
    "CertificateStoreName": ("CertificateStoreName", "StoreName"),
    "SkipDiscovery": ("SkipDiscovery",),
    "IntegratedSecurity": ("IntegratedSecurity",),
}
_KEYS = {alias.lower(): key for key, aliases in _ALIASES.items() for alias in aliases}
_AUTH_TYPES = ("AD", "Certificate", "ClientSecret", "IFD", "OAuth", "Office365")


@dataclass(frozen=True, slots=True)
class Connection:
    """What a connection string says: the organization's address, and how to sign in."""

    url: str
    credential: Credential


def read(text: str) -> Connection:
    """Read a connection string.

    Raises ConnectionStringError: malformed, an unknown key or AuthType, or a key missing.
    """
    values = _meaning(parse(text))
    auth_type = values.get("AuthType", "")
    known = _CREDENTIALS.get(auth_type.lower())
    if known is None:
        raise _wrong_auth_type(auth_type)
    return Connection(values.get("Url", ""), known(values))


def _client_secret(values: dict[str, str]) -> Credential:
    _require(values, "ClientSecret", "Url", "ClientId", "ClientSecret")
    return ClientSecret(
        values["ClientId"],
        Secret(values["ClientSecret"]),
        tenant=values.get("TenantId"),
        authority=values.get("Authority"),
    )


def _certificate(values: dict[str, str]) -> Credential:
    in_store = "CertificateThumbprint" in values and "CertificatePath" not in values
    if in_store or "CertificateStoreName" in values:
        raise ConnectionStringError(
            "certificates are not read from a Windows certificate store",
            next_step="Export it with its private key to a PFX file; give CertificatePath and "
            "CertificatePassword, without CertificateStoreName.",
        )
    _require(values, "Certificate", "Url", "ClientId", "CertificatePath")
    password = values.get("CertificatePassword")
    credential = Certificate(
        values["ClientId"],
        values["CertificatePath"],
        password=Secret(password) if password else None,
        tenant=values.get("TenantId"),
        authority=values.get("Authority"),
    )
    if "CertificateThumbprint" in values:
        _compare(values["CertificateThumbprint"], credential)
    return credential


def _compare(thumbprint: str, credential: Certificate) -> None:
    """Refuse another thumbprint than the certificate's, however it is written: Windows shows
    it with blanks, and lets an invisible mark be copied along."""
    plain = "".join(letter for letter in thumbprint.upper() if letter in "0123456789ABCDEF")
    if plain not in (credential.thumbprint, credential.thumbprint_sha256):
        raise ConnectionStringError(
            f"the certificate's thumbprint is {credential.thumbprint}, not the one given",
            next_step="Check CertificatePath and CertificateThumbprint.",
        )


def _claims(values: dict[str, str]) -> Credential:
    from xrm.client.credentials.federation import IFD

    _require(values, "IFD", "Url", "UserName", "Password")
    return IFD(
        values["UserName"],
        Secret(values["Password"]),
        domain=values.get("Domain"),
        home_realm=values.get("HomeRealmUri"),
        certificate=values.get("CertificatePath") or values.get("CertificateThumbprint"),
    )


_CREDENTIALS: dict[str, Callable[[dict[str, str]], Credential]] = {
    "certificate": _certificate,
    "clientsecret": _client_secret,
    "ifd": _claims,
}


def _require(values: dict[str, str], auth_type: str, *keys: str) -> None:
    missing = [key for key in keys if key not in values]
    if missing:
        raise ConnectionStringError(
            f"the connection string lacks {' and '.join(missing)}",
            next_step=f"AuthType={auth_type} needs {', '.join(keys[:-1])} and {keys[-1]}.",
        )


def parse(text: str) -> dict[str, str]:
    """Take a connection string apart into its pairs, keys in lower case.

    Raises ConnectionStringError with the index where it stops making sense; 64 KiB at most.
    """
    if len(text) > _LONGEST:
        raise ConnectionStringError("the connection string is too long")
    text = text.rstrip("\0 \t\r\n\v\f")
    pairs: dict[str, str] = {}
    at = _skip(text, 0)
    while at < len(text):
        key, at = _key(text, at)
        value, at = _value(text, at)
        pairs.pop(key, None)
        if value:
            pairs[key] = value
        at = _skip(text, at)
    return pairs


def _meaning(pairs: dict[str, str]) -> dict[str, str]:
    values = {}
    for key, value in pairs.items():
        known = _KEYS.get("".join(key.split()))
        if known is None:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"Did you mean {_KEYS[near[0]]}?" if near else "Check the spelling."
            shown = f"{key[:40]!r} " if key.isidentifier() else ""
            raise ConnectionStringError(
                f"the connection string has a key {shown}that means nothing",
                next_step=f"{hint} A value with a semicolon in it goes between quotes.",
            )
        values[known] = value
    return values


def _wrong_auth_type(given: str) -> ConnectionStringError:
    known = {name.lower(): name for name in _AUTH_TYPES}
    if not given:
        message = "the connection string lacks AuthType"
    elif given.lower() in known:
        message = f"AuthType={known[given.lower()]} is not available in this version"
    else:
        message = f"the AuthType is none of {', '.join(_AUTH_TYPES)}"
    return ConnectionStringError(
        message, next_step="Use AuthType=ClientSecret, Certificate or IFD."
    )


def _skip(text: str, at: int) -> int:
    while at < len(text) and (text[at] == ";" or text[at].isspace()):
        at += 1
    return at


def _key(text: str, start: int) -> tuple[str, int]:
    """Read up to the equals sign that divides; return the key and the index after the sign."""
    letters, at = [], start
    while at < len(text):
        if text[at] == "=":
            if text[at + 1 : at + 2] != "=":
                break
            at += 1
        elif _control(text[at]):
            raise _malformed(at)
        letters.append(text[at])
        at += 1
    key = "".join(letters).rstrip().lower()
    if at == len(text) or not key:
        raise _malformed(start)
    return key, at + 1


def _value(text: str, at: int) -> tuple[str, int]:
    while at < len(text) and text[at].isspace():
        at += 1
    if text[at : at + 1] in ("'", '"'):
        return _quoted(text, at)
    end = text.find(";", at)
    end = len(text) if end < 0 else end
    value = text[at:end].rstrip()
    if value.endswith(("'", '"')) or any(map(_control, value)):
        raise _malformed(at)
    return value, end


def _quoted(text: str, start: int) -> tuple[str, int]:
    quote, parts, at = text[start], [], start + 1
    while True:
        end = text.find(quote, at)
        if end < 0 or "\0" in text[at:end]:
            raise _malformed(start)
        parts.append(text[at:end])
        at = end + 1
        if text[at : at + 1] != quote:
            break
        at += 1
    while at < len(text) and text[at].isspace():
        at += 1
    if at < len(text) and text[at] != ";":
        raise _malformed(start)
    return quote.join(parts), at


def _control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" and not letter.isspace()


def _malformed(index: int) -> ConnectionStringError:
    return ConnectionStringError(
        f"the connection string is malformed from index {index} on",
        next_step="Write key=value;key=value, and put a value with ; or quotes between quotes.",
    )
