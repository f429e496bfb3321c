"""The same answers for paths that scripts of other origins have no business with."""

from xrm.wire.http import Face, Mount, Request, Response, Route

_CORS = ("access-control-", "timing-allow-origin")


class Unshared:
    """A mount whose answers carry no CORS: a browser keeps them from scripts of other origins."""

    def __init__(self, shared: Mount) -> None:
        self._shared = shared

    def route(self, head: Request) -> Route:
        """Return where a request runs, as the other mount has it."""
        route = self._shared.route(head)
        return Route(_kept(route.face), route.lane, route.limit, _kept(route.too_large))


def _kept(face: Face) -> Face:
    def answer(request: Request) -> Response:
        given = face(request)
        lines = tuple(line for line in given.headers if not line[0].lower().startswith(_CORS))
        return Response(given.status, lines, given.body)

    return answer
