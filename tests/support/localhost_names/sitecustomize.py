"""Every name below localhost is this machine, whatever its resolver says (RFC 6761 6.3).

Python runs this at its start where the folder is on PYTHONPATH; `support.names` runs it here.
"""

import socket
from typing import Any

_SUFFIX = ".localhost"
_asked = socket.getaddrinfo


def _getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(name, str) and name.lower().rstrip(".").endswith(_SUFFIX):
        host = "127.0.0.1"
    return _asked(host, *arguments, **named)


def install() -> None:
    """Let this process find such names, once however often it is asked."""
    socket.getaddrinfo = _getaddrinfo


install()
