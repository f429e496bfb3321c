"""The descriptions of the service that anybody may read: WSDL and schemas."""

from threading import Lock

from xrm.org.faces.soap import authority
from xrm.org.faces.soap.contracts import contracts
from xrm.org.organization import Organization
from xrm.wire.http import Request
from xrm.wire.soap.wsdl.deployments import DEPLOYMENTS, Site
from xrm.wire.soap.wsdl.documents import ORGANIZATION_SERVICE, Documents

PATH = "XRMServices/2011/Organization.svc"
_ASKED = ("wsdl", "singlewsdl", "xsd")


class Descriptions:
    """The documents of one organization's service, made when they are first asked for."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._made: Documents | None = None
        self._lock = Lock()

    def find(self, request: Request) -> bytes | None:
        """Return the document a request asks for, None if it asks for none there is."""
        query = request.query.lower()
        if authority.is_web(request) or not any(name in query for name in _ASKED):
            return None
        with self._lock:
            if self._made is None:
                self._made = self._documents()
            return self._made.document(request.query)

    def _documents(self) -> Documents:
        organization = self._organization
        site = Site(
            address=f"{organization.url}{PATH}",
            deployment=DEPLOYMENTS["online"],
            sts=organization.trust.authority,
        )
        return Documents(ORGANIZATION_SERVICE, site, contracts().values())
