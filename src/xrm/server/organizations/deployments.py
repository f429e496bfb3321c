"""The table of deployments: where organizations of each kind lie, and how people sign in there."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from xrm.wire.soap.wsdl import deployments as described

Kind = Literal["online", "ifd", "on-premises"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One kind of installation.

    `description` is what WSDL tells of it. With `claims` people sign in at their tenant's farm of
    AD FS, else at Entra ID: challenges, descriptions and tokens follow from that.

    An organization lies at `base` and below that at `path`, the first of a server at `first_path`.
    Discovery.svc is at `discovery`, and with `own_discovery` also at the organization's address;
    browsers come back to `passive`, if that is another place. `everywhere` tells whether the
    global discovery service knows it.

    In addresses `{origin}` is the organizations' origin with a slash at its end, `{domain}` the
    domain of those with hosts of their own, with its port, and `{name}` the unique name.
    """

    description: described.Deployment
    claims: bool
    base: str
    path: str
    first_path: str
    discovery: str
    own_discovery: bool = False
    passive: str = ""
    everywhere: bool = False


DEPLOYMENTS: Mapping[Kind, Deployment] = MappingProxyType(
    {
        "online": Deployment(
            description=described.DEPLOYMENTS["online"],
            claims=False,
            base="{origin}",
            path="{name}/",
            first_path="",
            discovery="{origin}",
            everywhere=True,
        ),
        "ifd": Deployment(
            description=described.DEPLOYMENTS["federation"],
            claims=True,
            base="https://{name}.{domain}/",
            path="",
            first_path="",
            discovery="https://dev.{domain}/",
            own_discovery=True,
            passive="https://auth.{domain}/",
        ),
        "on-premises": Deployment(
            description=described.DEPLOYMENTS["federation"],
            claims=True,
            base="{origin}",
            path="{name}/",
            first_path="{name}/",
            discovery="{origin}",
            own_discovery=True,
        ),
    }
)
"""The kinds there are: internet-facing (IFD) ones have hosts of their own, others paths."""


@dataclass(frozen=True, slots=True)
class Sites:
    """The addresses of one server's organizations; each ends with a slash.

    `origin` is where those with paths lie, `domain` with its port where those with hosts do.
    """

    origin: str
    domain: str

    def path(self, kind: Kind, name: str, *, first: bool) -> str:
        """Return what stands before every path of an organization, "" or one segment."""
        row = DEPLOYMENTS[kind]
        return self._filled(row.first_path if first else row.path, name)

    def url(self, kind: Kind, name: str, *, first: bool) -> str:
        """Return an organization's address."""
        return self._filled(DEPLOYMENTS[kind].base, name) + self.path(kind, name, first=first)

    def discovery(self, kind: Kind) -> str:
        """Return the address at which a deployment's discovery is."""
        return self._filled(DEPLOYMENTS[kind].discovery)

    def discovery_service(self, kind: Kind, name: str, *, first: bool) -> str:
        """Return the Discovery.svc that knows an organization.

        Where organizations have paths and people sign in by claims each has one of its own, for
        at the origin there may be that of another deployment. Those with hosts name that of all.
        """
        row = DEPLOYMENTS[kind]
        own = row.own_discovery and row.discovery == row.base and not first
        base = self.url(kind, name, first=first) if own else self.discovery(kind)
        return f"{base}XRMServices/2011/Discovery.svc"

    def passive(self, kind: Kind) -> str:
        """Return the address browsers come back to, "" where that is the organization's own."""
        return self._filled(DEPLOYMENTS[kind].passive)

    def _filled(self, form: str, name: str = "") -> str:
        return form.format(origin=self.origin, domain=self.domain, name=name)
