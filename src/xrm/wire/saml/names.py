"""The names of SAML 1.1 and 2.0, and how each spells ways of authentication."""

from collections.abc import Mapping

from xrm.wire.saml.assertion import Version

SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML20 = "urn:oasis:names:tc:SAML:2.0:assertion"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
UNSPECIFIED_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
BEARER: Mapping[Version, str] = {
    "1.1": "urn:oasis:names:tc:SAML:1.0:cm:bearer",
    "2.0": "urn:oasis:names:tc:SAML:2.0:cm:bearer",
}
HOLDER_OF_KEY: Mapping[Version, str] = {
    "1.1": "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key",
    "2.0": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
}

_MICROSOFT = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod"
PASSWORD = f"{_MICROSOFT}/password"
KERBEROS = f"{_MICROSOFT}/kerberos"
CERTIFICATE = f"{_MICROSOFT}/x509"
TLS_CLIENT = f"{_MICROSOFT}/tlsclient"
UNSPECIFIED = f"{_MICROSOFT}/unspecified"
WINDOWS = "urn:federation:authentication:windows"
_AM = "urn:oasis:names:tc:SAML:1.0:am"
_AC = "urn:oasis:names:tc:SAML:2.0:ac:classes"
METHODS: Mapping[str, Mapping[Version, str]] = {
    PASSWORD: {"1.1": f"{_AM}:password", "2.0": f"{_AC}:Password"},
    KERBEROS: {"1.1": "urn:ietf:rfc:1510", "2.0": f"{_AC}:Kerberos"},
    CERTIFICATE: {"1.1": f"{_AM}:X509-PKI", "2.0": f"{_AC}:X509"},
    TLS_CLIENT: {"1.1": "urn:ietf:rfc:2246", "2.0": f"{_AC}:TLSClient"},
    UNSPECIFIED: {"1.1": f"{_AM}:unspecified", "2.0": f"{_AC}:unspecified"},
}
"""Ways of authentication by the names claims have, and how each version spells them."""
_SPELLED = {
    spelling: method for method, row in METHODS.items() for spelling in (method, *row.values())
}


def spelled_method(method: str, version: Version) -> str:
    """Return a way of authentication as a version of SAML spells it, whatever its spelling."""
    row = METHODS.get(_SPELLED.get(method, ""))
    return method if row is None else row[version]


def known_method(spelling: str) -> str:
    """Return the name of a way of authentication, or what was spelled if it is not known."""
    return _SPELLED.get(spelling, spelling)
