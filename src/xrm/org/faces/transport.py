"""What every answer of an organization's services says of the transport."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from xrm.wire.http import Headers


def transport_security(url: str) -> Headers:
    """Return the header that ties browsers to TLS, but not for names of this machine.

    There it would reach every other server on the same name, whatever its port (RFC 6797 8.3).
    """
    host = urlsplit(url).hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    try:
        ip_address(host)
    except ValueError:
        local = local or "." not in host
    else:
        local = True
    return () if local else (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)
