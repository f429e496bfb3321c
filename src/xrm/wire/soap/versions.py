"""SOAP 1.1 and SOAP 1.2: their namespaces, media types, and the prefixes of what is written."""

from typing import Literal

from xrm.wire.soap.writing import Scope

Version = Literal["1.1", "1.2"]

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
NAMESPACES: dict[Version, str] = {"1.1": SOAP_11, "1.2": SOAP_12}
MEDIA_TYPES: dict[Version, str] = {"1.1": "text/xml", "1.2": "application/soap+xml"}

_SCOPES = {
    (version, addressed): Scope(
        {NAMESPACES[version]: "s", ADDRESSING: "a"} if addressed else {NAMESPACES[version]: "s"}
    )
    for version in NAMESPACES
    for addressed in (True, False)
}


def scope_of(version: Version, *, addressed: bool = True) -> Scope:
    """Return the prefixes that are declared in the body of an envelope written here."""
    return _SCOPES[version, addressed]
