"""Where to sign in: read from the organization's 401, believed only of trusted hosts.

An organization that could send its callers to any host would harvest their secrets, and one
that could name any resource would get tokens for its neighbours. So the authority must be https
and one of: a Microsoft cloud's sign-in host on its own port, a host the caller trusts, or this
machine when the organization is on this machine; and the resource must be the organization's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from xrm.client.errors import ChallengeError, ConfigurationError, UntrustedAuthorityError
from xrm.client.flow import Flow, HttpRequest
from xrm.client.origin import Origin, Service, split
from xrm.client.retry import Sender
from xrm.wire import challenge as wire
from xrm.wire.challenge import Challenge

MICROSOFT_HOSTS = frozenset(
    {
        "login.microsoftonline.com",  # public cloud
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login-us.microsoftonline.com",  # US government
        "login.microsoftonline.us",
        "login.usgovcloudapi.net",
        "login.partner.microsoftonline.cn",  # China, operated by 21Vianet
        "login.chinacloudapi.cn",
        "login.microsoftonline.de",  # Germany, closed, still named by old configurations
    }
)
_SHARED_TENANTS = ("common", "organizations", "consumers")
_ENDPOINTS = re.compile(r"(?:/oauth2(?:/v2\.0)?(?:/(?:authorize|token))?|/v2\.0)?/*\Z", re.I)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z")
_PROBE_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Authority:
    """A tenant at a token service; `tenant` is `adfs` at an AD FS."""

    origin: Origin
    tenant: str

    @property
    def url(self) -> str:
        """The authority without a slash at the end."""
        return f"{self.origin.url}/{self.tenant}"

    @property
    def token_endpoint(self) -> str:
        """The v1 token endpoint, which AD FS has under the same name."""
        return f"{self.url}/oauth2/token"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token is asked for, and the resource it is for.

    A service that describes itself (`service`) is asked by whoever signs in, who then believes
    what hosts the caller trusts.
    """

    authority: Authority | None
    resource: str
    service: Service | None = None
    trust: frozenset[str] = frozenset()


def trusting(place: Place | None, trust: frozenset[str]) -> Place | None:
    """Return a place with the hosts the caller trusts."""
    return None if place is None else replace(place, trust=trust)


def read_authority(text: str, *, tenant: str | None = None) -> Authority:
    """Read an authority as people write it: with or without `/oauth2/authorize` at its end.

    `tenant`, where given, takes the place of the one in the text. Raises ConfigurationError.
    """
    origin, path = split(text.strip())
    if origin.scheme != "https":
        raise ConfigurationError("an authority is reached by https")
    segments = [part for part in _ENDPOINTS.sub("", path).split("/") if part]
    if len(segments) > 1 or not (segments or tenant):
        raise ConfigurationError(
            "an authority is a host and one tenant",
            next_step="Write it as https://login.microsoftonline.com/<tenant id>.",
        )
    named = segments[0] if segments else ""
    chosen = named if named.lower() == "adfs" else tenant or named
    if not _TENANT.match(chosen):
        raise ConfigurationError("a tenant is a GUID or a domain name")
    return Authority(origin, chosen)


def read_trust(hosts: str | Iterable[str]) -> frozenset[str]:
    """Read whom a caller trusts: `host` on any port, `host:port`, or an authority's https URL,
    which trusts its origin.

    Raises ConfigurationError for anything else.
    """
    listed = (hosts,) if isinstance(hosts, str) else hosts
    return frozenset(map(_trusted_host, listed))


def _trusted_host(text: str) -> str:
    bare = text.strip()
    is_url = bare.lower().startswith("https://")
    try:
        origin, path = split(bare if is_url else f"https://{bare}")
    except ConfigurationError:
        origin, path = None, ""
    if origin is None or (path and not is_url):
        raise ConfigurationError(
            "trust= lists host names", next_step="Write sts.example.com or sts.example.com:8443."
        )
    if is_url or bare.lower() != origin.host:
        return f"{origin.host}:{origin.port}"
    return origin.host


def trusted(authority: Origin, organization: Origin, trust: frozenset[str]) -> bool:
    """Tell whether a secret may be sent to this origin on the organization's word."""
    if authority.scheme != "https":
        return False
    if authority.host in MICROSOFT_HOSTS and authority.port == 443:
        return True
    if authority.loopback and organization.loopback:
        return True
    return authority.host in trust or f"{authority.host}:{authority.port}" in trust


def probe(service: Service) -> HttpRequest:
    """Return the request without a token that draws the challenge."""
    return HttpRequest(
        "GET",
        f"{service.url}{service.asked}",
        headers=(("Accept", "application/json, text/xml"),),
        limit=_PROBE_LIMIT,
    )


def locate(
    service: Service, sender: Sender, *, tenant: str | None, trust: frozenset[str]
) -> Flow[Place]:
    """Ask the organization where to sign in.

    Raises ChallengeError when it does not say, UntrustedAuthorityError when it is not believed.
    """
    answer = yield from sender.send(probe(service))
    lines = [value for name, value in answer.headers if name.lower() == "www-authenticate"]
    challenge = wire.read(lines) if answer.status == 401 else None
    if challenge is None:
        raise ChallengeError(
            f"{service.url} does not say where to sign in",
            status=answer.status,
            next_step="Check the address, or name the authority (Authority= or authority=).",
        )
    return believe(challenge, service, tenant=tenant, trust=trust)


def believe(
    challenge: Challenge, service: Service, *, tenant: str | None, trust: frozenset[str]
) -> Place:
    """Return the place a challenge names, if it may be believed.

    Raises UntrustedAuthorityError or ChallengeError; nothing secret has been sent by then.
    """
    try:
        authority = read_authority(challenge.authorization_uri, tenant=tenant)
    except ConfigurationError as error:
        raise UntrustedAuthorityError(
            f"{service.url} names a place to sign in that cannot be used: {error.message}",
            next_step="Check the organization's address.",
        ) from None
    if not trusted(authority.origin, service.origin, trust):
        raise UntrustedAuthorityError(
            f"{service.url} asks to sign in at {authority.origin.url}, which is not trusted",
            next_step=f"If that is right, pass trust=[{authority.origin.netloc!r}].",
        )
    if authority.tenant.lower() in _SHARED_TENANTS:
        raise ChallengeError(
            f"{service.url} does not name its tenant",
            next_step="Give the tenant (TenantId= or tenant=).",
        )
    return Place(authority, _own_resource(challenge.resource_id, service))


def named(place: Place) -> Authority:
    """Return the authority of a place that an organization named, which always has one."""
    assert place.authority is not None
    return place.authority


def own_resource(service: Service) -> str:
    """Return the resource an organization goes by where nothing names it: its root."""
    return service.origin.url + "/"


def _own_resource(resource: str | None, service: Service) -> str:
    if resource is None:
        return own_resource(service)
    try:
        origin, path = split(resource)
    except ConfigurationError:
        origin, path = None, ""
    if origin != service.origin or not _within(path, service.path):
        raise UntrustedAuthorityError(
            f"{service.url} asks for a token that is for another service",
            next_step="Check the organization's address.",
        )
    return resource


def _within(path: str, base: str) -> bool:
    """Tell whether a resource's path leads to the service: the root, or its base path."""
    return path.rstrip("/").lower() in ("", base.lower())
