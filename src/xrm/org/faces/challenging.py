"""401: the one challenge from which clients of every service learn where to sign in."""

from xrm.org.organization import Organization
from xrm.wire import challenge
from xrm.wire.http import Headers, Response

BODY = b"HTTP Error 401 - Unauthorized: Access is denied"


def unauthorized(organization: Organization, reason: str | None, headers: Headers) -> Response:
    """Return 401 with an organization's challenge; `reason` is what is wrong with a token."""
    return challenged(
        organization.trust.authority,
        organization.url,
        reason,
        headers,
        quoted=organization.quoted_challenge,
    )


def challenged(
    authority: str, resource: str, reason: str | None, headers: Headers, *, quoted: bool
) -> Response:
    """Return 401 with the one challenge clients learn an authority from, for a resource."""
    header = challenge.write(
        authority,
        resource,
        error=None if reason is None else "invalid_token",
        description=reason,
        quoted=quoted,
    )
    body = b"HTTP Error 401 - Unauthorized: Access is denied"
    own: Headers = (("WWW-Authenticate", header), ("Content-Type", "text/html"))
    return Response(401, own + headers, body)
