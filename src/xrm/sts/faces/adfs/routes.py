"""The table of endpoints, and the mount that finds the farm of a path."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from xrm.model.errors.signin import SignInError
from xrm.sts.adfs import Farm
from xrm.sts.directory import View
from xrm.sts.faces import wsfed
from xrm.sts.faces.adfs import interactive, programs
from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.faces.entra.answers import trace_of
from xrm.sts.faces.wstrust import routes as wstrust
from xrm.sts.service import TokenService
from xrm.wire.http import Mount, Request, Response, Route

ENDPOINTS: Mapping[str, Endpoint] = {
    **wstrust.ENDPOINTS,
    **wsfed.ENDPOINTS,
    **programs.ENDPOINTS,
    **interactive.ENDPOINTS,
}
"""What follows the farm's host or domain, in lower case; the slash at its end is optional."""

_HEADS = ("adfs", "federationmetadata", ".well-known")
"""First segments of paths that are a farm's."""


def mount(service: TokenService, *, first: UUID, otherwise: Mount) -> Mount:
    """Return the face of every farm; what is none of theirs goes to another mount.

    `first` is the tenant whose farm is at the root.
    """
    return _Farms(service, first, otherwise)


@dataclass(frozen=True, slots=True)
class _Farms:
    service: TokenService
    first: UUID
    otherwise: Mount

    def route(self, head: Request) -> Route:
        """Return where a request runs: the farm itself is looked up there."""
        segment, path = _split(head.path)
        endpoint = ENDPOINTS.get(path.lower().rstrip("/"))
        if endpoint is None:
            return self.otherwise.route(head)

        def face(request: Request) -> Response:
            visit = self._visit(segment, request, path)
            if visit is None:
                return self.otherwise.route(request).face(request)
            return endpoint.answer(visit)

        def too_large(request: Request) -> Response:
            visit = self._visit(segment, request, path)
            return Response(404) if visit is None else endpoint.too_large(visit)

        return Route(face, endpoint.lane, endpoint.limit, too_large)

    def _visit(self, segment: str, request: Request, path: str) -> Visit | None:
        """Return a request at the farm of a path's first segment, "" for the one at the root."""
        view = self.service.directory.singly()
        farm = self._farm(segment, view)
        if farm is None:
            return None
        trace = trace_of(request, self.service)
        return Visit(self.service, farm, request, path, trace, view)

    def _farm(self, segment: str, view: View) -> Farm | None:
        try:
            tenant = view.tenant(segment or str(self.first))
        except SignInError:
            return None
        is_first = tenant.tenant_id == self.first
        # A farm has one address, as its tokens have one issuer.
        if segment and (is_first or segment.lower() != tenant.domain.lower()):
            return None
        return Farm(self.service.base_url, tenant, first=is_first)


def _split(path: str) -> tuple[str, str]:
    """Return the tenant's segment of a path, "" for none, and what follows it."""
    first, _, rest = path[1:].partition("/")
    if first.lower() in _HEADS:
        return "", path[1:]
    return first, rest
