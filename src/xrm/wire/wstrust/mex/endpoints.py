"""Endpoints of a token service: what each takes, where it is, how its binding is called."""

from dataclasses import dataclass
from typing import Literal

from xrm.wire.wstrust.versions import TRUST_13, TRUST_2005, TrustVersion

Credential = Literal[
    "username",
    "certificate",
    "issued-symmetric",
    "issued-asymmetric",
    "kerberos",
    "windows",
]
"""What a client signs in with. `windows` is the sign-in of HTTP (Negotiate)."""

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP_12_BINDING = "http://schemas.xmlsoap.org/wsdl/soap12/"
OVER_HTTP = "http://schemas.xmlsoap.org/soap/http"
SERVICE = "http://schemas.microsoft.com/ws/2008/06/identity/securitytokenservice"
NEGOTIATE = "http://schemas.microsoft.com/ws/06/2004/policy/http"
MSSP = "http://schemas.microsoft.com/ws/2005/07/securitypolicy"
SECURITY_POLICY = {
    TRUST_13: "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    TRUST_2005: "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
}
"""The namespace of WS-SecurityPolicy that goes with a version of WS-Trust."""


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint a farm has: its path behind `/services/trust/` without the version.

    `binding` is the first part of its binding's name.
    """

    version: TrustVersion
    credential: Credential
    name: str
    binding: str

    @property
    def path(self) -> str:
        """Return the path behind `/services/trust/`."""
        return f"{self.version.path}/{self.name}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint found in a document. `address` is always of https."""

    version: TrustVersion
    credential: Credential
    address: str


_KINDS: tuple[tuple[Credential, str, str], ...] = (
    ("certificate", "certificatemixed", "CertificateWSTrustBinding"),
    ("username", "usernamemixed", "UserNameWSTrustBinding"),
    ("issued-symmetric", "issuedtokenmixedsymmetricbasic256", "IssuedTokenWSTrustBinding"),
)
ENDPOINTS: tuple[Row, ...] = tuple(
    Row(version, credential, name, binding)
    for version in (TRUST_2005, TRUST_13)
    for credential, name, binding in _KINDS
)
"""The endpoints of a farm, in the order of its document."""
