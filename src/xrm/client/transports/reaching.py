"""Names that mean this machine: below `localhost` they need no lookup (RFC 6761 6.3)."""

from typing import Any

from xrm.client.flow import HttpRequest
from xrm.client.origin import split
from xrm.wire.http import Headers

_SUFFIX = ".localhost"
_LOOPBACK = "127.0.0.1"


def reached(request: HttpRequest) -> tuple[str, Headers, dict[str, Any]]:
    """Return the URL to connect to, the headers, and what TLS is told.

    The certificate is still checked for the name: many systems look names below `localhost` up
    like any other, and do not find them.
    """
    origin, rest = split(request.url)
    if not origin.host.endswith(_SUFFIX):
        return request.url, request.headers, {}
    url = f"{origin.scheme}://{_LOOPBACK}:{origin.port}{rest}"
    return url, (("Host", origin.netloc), *request.headers), {"sni_hostname": origin.host}
