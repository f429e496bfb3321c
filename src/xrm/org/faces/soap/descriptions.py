"""The descriptions of a service that anybody may read: WSDL and schemas."""

from threading import Lock

from xrm.org.faces.soap import authority
from xrm.org.faces.soap.contracts import contracts
from xrm.org.organization import Organization
from xrm.wire.http import Request
from xrm.wire.soap.wsdl.deployments import Deployment, Site
from xrm.wire.soap.wsdl.documents import ORGANIZATION_SERVICE, Documents
from xrm.wire.soap.wsdl.parts import Service

ROOT = "XRMServices/2011/"
_ASKED = ("wsdl", "singlewsdl", "xsd")


class Descriptions:
    """The documents of one service, made when they are first asked for.

    `sts` is where its people sign in.
    """

    def __init__(self, service: Service, address: str, *, sts: str, deployment: Deployment) -> None:
        self._service = service
        self.address = address
        self._site = Site(address=address, deployment=deployment, sts=sts)
        self._made: Documents | None = None
        self._lock = Lock()

    @classmethod
    def of_organization(cls, organization: Organization) -> "Descriptions":
        """Return those of Organization.svc."""
        address = f"{organization.url}{ROOT}Organization.svc"
        return cls(
            ORGANIZATION_SERVICE,
            address,
            sts=organization.trust.authority,
            deployment=organization.deployment,
        )

    def find(self, request: Request) -> bytes | None:
        """Return the document a request asks for, None if it asks for none there is."""
        query = request.query.lower()
        if authority.is_web(request) or not any(name in query for name in _ASKED):
            return None
        with self._lock:
            if self._made is None:
                self._made = Documents(self._service, self._site, contracts().values())
            return self._made.document(request.query)
