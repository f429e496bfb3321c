"""Where a server listens, what it publishes, and which Host headers are its own."""

import ipaddress
import re
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from xrm.server.folder import EstateError
from xrm.server.settings import Settings
from xrm.server.tls import names_of

Origin = Literal["sts", "org", "samples"]

HTTPS, _HTTP = 443, 80
_PORT, _ORG_PORT = 8443, 8444
_SAMPLES_PORT, _SAMPLES_HTTPS_PORT = 8400, 8401
_BACKLOG = 1024
_WILDCARD = "*."
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """An address to listen on and the origins that live there; port 0 takes a free one.

    Only what holds no secret is also there without TLS: the samples.
    """

    host: str
    port: int
    origins: tuple[Origin, ...]
    secure: bool = True


@dataclass(frozen=True, slots=True)
class Urls:
    """The canonical public base of each origin: the one source of every document and issuer.

    `sts` has no slash at its end, the others have one. Those of the samples are empty where
    they are not hosted. `ifd` is the domain, with its port, below which organizations have hosts
    of their own.
    """

    sts: str
    org: str
    samples: str = ""
    samples_https: str = ""
    ifd: str = ""

    @property
    def global_discovery(self) -> str:
        """The instances of the global discovery service."""
        return f"{self.org}api/discovery/v2.0/Instances"


def places(settings: Settings) -> tuple[Place, ...]:
    """Return where to listen: the token service first.

    Two ports are two origins on one address. One port for both is two addresses on loopback,
    where a machine has several, and elsewhere one listener shared by Host or by path.
    """
    host = "127.0.0.1" if settings.host == "localhost" else settings.host.strip("[]")
    return (*_services(settings, host), *(_samples(settings, host) if settings.samples else ()))


def _services(settings: Settings, host: str) -> tuple[Place, ...]:
    org_port = _org_port(settings)
    if settings.port != org_port or settings.port == 0:
        return Place(host, settings.port, ("sts",)), Place(host, org_port, ("org",))
    if _is_loopback(host):
        other = "127.0.0.2" if host == "127.0.0.1" else "127.0.0.1"
        return Place(host, settings.port, ("sts",)), Place(other, org_port, ("org",))
    return (Place(host, settings.port, ("sts", "org")),)


def _org_port(settings: Settings) -> int:
    if settings.org_port is not None:
        return settings.org_port
    return settings.port if settings.port in (0, HTTPS) else _ORG_PORT


def _samples(settings: Settings, host: str) -> tuple[Place, Place]:
    plain, secure = settings.samples_port, settings.samples_https_port
    usual = (_SAMPLES_PORT, _SAMPLES_HTTPS_PORT) if settings.port else (0, 0)
    return (
        Place(host, usual[0] if plain is None else plain, ("samples",), secure=False),
        Place(host, usual[1] if secure is None else secure, ("samples",)),
    )


def bind(place: Place) -> socket.socket:
    """Return a socket that listens at a place.

    Raises EstateError when the address is taken, forbidden or not this machine's.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((place.host, place.port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise EstateError(_cannot_bind(place, error)) from error
    return sock


def _cannot_bind(place: Place, error: OSError) -> str:
    text = f"cannot listen on {place.host} port {place.port}: {error.strerror or error}"
    if isinstance(error, PermissionError):
        return f"{text}; ports below 1024 may need a privilege (CAP_NET_BIND_SERVICE)"
    if place.host == "127.0.0.2" and sys.platform == "darwin":
        return f"{text}; add the address with: sudo ifconfig lo0 alias 127.0.0.2"
    return text


def publish(settings: Settings, bound: Iterable[Place]) -> Urls:
    """Return what is published for places whose ports are known."""
    default = {(origin, place.secure): _url(place) for place in bound for origin in place.origins}
    sts = _without_443(settings.public_url or default["sts", True])
    org = _without_443(settings.org_url or default["org", True])
    plain, secure = (default.get(("samples", over_tls)) for over_tls in (False, True))
    hosted, hosted_https = (f"{samples}/" if samples else "" for samples in (plain, secure))
    port = urlsplit(org).port
    ifd = f"{settings.ifd_domain}:{port}" if port else settings.ifd_domain
    return Urls(sts, f"{org}/", hosted, hosted_https, ifd)


def expected(settings: Settings) -> Urls:
    """Return what a server with these settings would publish, were its ports not free ones.

    Samples it would host are left out: nobody but a server that runs has any.
    """
    usual: dict[Origin, int] = {"sts": _PORT, "org": _ORG_PORT}
    return publish(
        settings,
        [
            Place(place.host, place.port or usual[place.origins[0]], place.origins)
            for place in places(replace(settings, samples=False))
        ],
    )


def _url(place: Place) -> str:
    scheme, usual = ("https", HTTPS) if place.secure else ("http", _HTTP)
    host = _published_host(place.host)
    return f"{scheme}://{host}" if place.port == usual else f"{scheme}://{host}:{place.port}"


def _published_host(host: str) -> str:
    """Return the name clients use: an address that means "any" is none, so localhost."""
    if host in ("127.0.0.1", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _without_443(url: str) -> str:
    return url.removesuffix(f":{HTTPS}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def certificate_names(settings: Settings, urls: Urls) -> tuple[str, ...]:
    """Return the names of the certificate: always ours, the settings', those published.

    Organizations with hosts of their own may come while the server runs: there is a wildcard.
    """
    published = [urlsplit(url).hostname or "" for url in (urls.sts, urls.org)]
    listening = settings.host.strip("[]")
    further = [*settings.names, *published, f"*.{settings.ifd_domain}"]
    if listening not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        further.append(listening)
    return names_of(further)


@lru_cache(maxsize=256)
def normal_host(text: str) -> str | None:
    """Return a Host header as `name:port` in lower case, None if it is not one (RFC 9110 7.2)."""
    match = _HOST.fullmatch(text.lower())
    return f"{match[1]}:{int(match[2] or HTTPS)}" if match else None


def accepted_hosts(names: Iterable[str], place: Place, url: str) -> frozenset[str]:
    """Return the Host headers, as `normal_host` gives them, that mean an origin at a place."""
    bracketed = (f"[{name}]" if ":" in name else name for name in names)
    public = normal_host(urlsplit(url).netloc)
    # A Host without a port means the usual one, which normal_host takes for that of https.
    port = HTTPS if (place.secure, place.port) == (False, _HTTP) else place.port
    own = {f"{name}:{port}" for name in bracketed if not name.startswith(_WILDCARD)}
    return frozenset(own | ({public} if public else set()))


def hosts_below(label: str, settings: Settings, place: Place, urls: Urls) -> frozenset[str]:
    """Return the Host headers that mean a label below the organizations' domain at a place.

    That of `*` is what `any_below` makes of a Host.
    """
    public = normal_host(urls.ifd)
    known = {public, f"{settings.ifd_domain}:{place.port}"} if public else set()
    return frozenset(f"{label}.{host}" for host in known)


def any_below(host: str) -> str:
    """Return a normal Host with its first label as a wildcard."""
    return _WILDCARD + host.partition(".")[2]
