"""What the description of a service tells of its deployment: how people sign in, and where.

In addresses `{sts}` is where an organization's people sign in, without a slash at its end: their
tenant at Entra ID, or the farm of AD FS. `{issuer}` is the same as a name, which is one in http.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from xrm.wire.soap.contract import SERVICES

SERVICES_2012 = "http://schemas.microsoft.com/xrm/2012/Contracts/Services"

Protection = Literal["signed", "endorsing", "negotiated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One `AuthenticationPolicy`: its kind, the token service's name, and what a token is for."""

    kind: Literal["LiveId", "OnlineFederation", "Federation", "ActiveDirectory"]
    identifier: str = ""
    trust: str = ""
    trusted: tuple[tuple[str, str], ...] = ()
    namespace: str = SERVICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How a kind of installation describes itself.

    `protection` is how a token protects a message: as a signed or an endorsing supporting token
    issued by `issuer` (described at `metadata`), or negotiated with Windows. `plain` tells
    whether the endpoint for bearer tokens has a port of its own, `identified` whether ports name
    the account that the service runs as.
    """

    authentications: tuple[Authentication, ...]
    protection: Protection
    issuer: str = ""
    metadata: str = ""
    suite: str = "Basic256"
    key_size: int = 256
    cipher: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    claims: tuple[str, ...] = ()
    failover: bool = False
    plain: bool = True
    identified: bool = False


_ONLINE_TRUST = (
    ("AppliesTo", "{applies_to}"),
    ("TrustVersion", "WSTrustFeb2005"),
    ("SecurityMode", "TransportWithMessageCredential"),
    ("LivePolicy", "MBI_FED_SSL"),
    ("LiveIdAppliesTo", "http://Passport.NET/tb"),
)
APPLIES_TO = "urn:crmna:dynamics.com"
"""What a token of the old online chain is for: the organizations of a region."""
_MICROSOFT_ONLINE = "urn:federation:MicrosoftOnline"

DEPLOYMENTS: Mapping[str, Deployment] = MappingProxyType(
    {
        "online": Deployment(
            authentications=(
                Authentication(
                    kind="LiveId",
                    identifier=_MICROSOFT_ONLINE,
                    trust="LiveTrust",
                    trusted=_ONLINE_TRUST,
                ),
                Authentication(
                    kind="OnlineFederation",
                    identifier="{sts}/",
                    trust="OrgTrust",
                    trusted=(
                        *_ONLINE_TRUST,
                        ("LiveEndpoint", "{sts}/RST2.srf"),
                        ("Identifier", _MICROSOFT_ONLINE),
                    ),
                    namespace=SERVICES_2012,
                ),
            ),
            protection="signed",
            issuer="{sts}/RST2.srf",
            metadata="{sts}/v2/wstrust/mex",
            suite="TripleDes",
            key_size=192,
            cipher="http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
            claims=("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",),
            failover=True,
        ),
        "federation": Deployment(
            authentications=(
                Authentication(kind="Federation", identifier="{issuer}/services/trust"),
            ),
            protection="endorsing",
            issuer="http://www.w3.org/2005/08/addressing/anonymous",
            metadata="{sts}/services/trust/mex",
        ),
        "activedirectory": Deployment(
            authentications=(Authentication(kind="ActiveDirectory"),),
            protection="negotiated",
            plain=False,
            identified=True,
        ),
    }
)
"""The deployments there are. Clients of ActiveDirectory take the one port of their scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a service and its token service are, and what they are called.

    `address` is the service's, without a query; `account` is the name the service runs as in
    Windows, a user principal name or, with a slash, a service principal name.
    """

    address: str
    deployment: Deployment
    sts: str = ""
    applies_to: str = APPLIES_TO
    account: str = ""

    def filled(self, text: str) -> str:
        """Return an address or a name of the table with this site's own put in."""
        sts = self.sts.rstrip("/")
        issuer = f"http://{sts.partition('://')[2]}"
        return text.format(sts=sts, issuer=issuer, applies_to=self.applies_to)
