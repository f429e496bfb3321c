"""What is answered where a request names no organization."""

from collections.abc import Callable

import orjson

from xrm.wire.http import Face, Headers, Mount, Request, Response, Route

_HOSTLESS = "Invalid URI: The hostname could not be parsed."
_UNEXPECTED = "0x80040216"
_NO_STORE = ("Cache-Control", "no-store")


class Answering:
    """A mount of one face, which looks nothing up."""

    def __init__(self, face: Face) -> None:
        self._route = Route(face, "inline", too_large=face)

    def route(self, _head: Request) -> Route:
        """Return where a request runs."""
        return self._route


def _hostless(request: Request) -> Response:
    """Answer what the platform does where a host should name the organization and does not.

    It takes the name from the host, finds none, and fails at the URL it makes of it.
    """
    if "/api/" in request.path.lower():
        error = {"error": {"code": _UNEXPECTED, "message": _HOSTLESS}}
        return _said(500, "application/json; charset=utf-8", orjson.dumps(error))
    return _page(500, _HOSTLESS)


def _absent(_request: Request) -> Response:
    return _page(404, "There is no such organization here.")


HOSTLESS: Mount = Answering(_hostless)
"""For organizations that have hosts, asked for without one."""
ABSENT: Mount = Answering(_absent)
"""For a path at which nothing is."""


def at_root(address: str) -> Mount:
    """Return what stands at an origin whose organizations all have paths: the first one's page."""

    def face(request: Request) -> Response:
        if request.path == "/" and request.method == "GET":
            return Response(302, (("Location", address), _NO_STORE))
        return _absent(request)

    return Answering(face)


def while_there(mount: Mount, is_there: Callable[[], bool], otherwise: Mount) -> Mount:
    """Return a mount that answers while something is there, and another one otherwise."""
    return _While(mount, is_there, otherwise)


class _While:
    def __init__(self, mount: Mount, is_there: Callable[[], bool], otherwise: Mount) -> None:
        self._mount = mount
        self._is_there = is_there
        self._otherwise = otherwise

    def route(self, head: Request) -> Route:
        """Return where a request runs: what is there is looked up in the mount's own lane."""
        route = self._mount.route(head)

        def face(request: Request) -> Response:
            if self._is_there():
                return route.face(request)
            return self._otherwise.route(request).face(request)

        return Route(face, route.lane, route.limit, route.too_large)


def _page(status: int, text: str) -> Response:
    body = (
        f"<!DOCTYPE html><html><head><title>Error</title></head><body><p>{text}</p></body></html>"
    )
    return _said(status, "text/html; charset=utf-8", body.encode())


def _said(status: int, kind: str, body: bytes) -> Response:
    headers: Headers = (("Content-Type", kind), _NO_STORE)
    return Response(status, headers, body)
