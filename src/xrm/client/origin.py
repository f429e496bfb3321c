"""Addresses: a URL taken apart strictly, so that what is checked is what is connected to.

Hosts are ASCII (an international name goes by its punycode), without user name or password:
two URL parsers can then not disagree on where a secret goes.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from xrm.client.errors import ConfigurationError

_PORTS = {"https": 443, "http": 80}
_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#][\x21-\x5b\x5d-\x7e]*)?\Z"
)
_SERVICE_PATHS = re.compile(r"/(?:api/data|api/discovery|xrmservices)(?:/.*)?\Z", re.IGNORECASE)
_SVC = re.compile(r"/xrmservices/2011/(organization|discovery)\.svc(?:[/?].*)?\Z", re.IGNORECASE)
_WEB_API = "/api/data/v9.2/WhoAmI"
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*\Z")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a secret may be sent to (RFC 6454)."""

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The origin as text, without a slash; the port only where it is not the default."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port; the port only where it is not the scheme's default."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether this is the machine itself: a loopback address, `localhost` or a name below."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Service:
    """An organization's address: its origin, and the path before `/api/data` ("" online).

    `asked` is what is asked below it to learn where to sign in.
    """

    origin: Origin
    path: str
    asked: str = field(default=_WEB_API, compare=False)

    @property
    def url(self) -> str:
        """The address without a slash at the end."""
        return self.origin.url + self.path


def split(url: str) -> tuple[Origin, str]:
    """Take an http or https URL apart into its origin and all that follows.

    Raises ConfigurationError; the text never holds the URL, which may hold a password.
    """
    match = _URL.match(url)
    if match is None or match["scheme"].lower() not in _PORTS:
        raise ConfigurationError(
            "not an address this client can use",
            next_step="Write it as https://host or https://host:port, in ASCII, without a user.",
        )
    scheme = match["scheme"].lower()
    port = int(match["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise ConfigurationError("a port lies between 1 and 65535")
    return Origin(scheme, match["host"].lower(), port), match["rest"] or ""


def read_service(url: str) -> Service:
    """Read an organization's address; one that goes on to a service's own path is cut there.

    Where to sign in is then asked at that service. https, or http on loopback only. Raises
    ConfigurationError.
    """
    origin, path = split(url.strip())
    if origin.scheme != "https" and not origin.loopback:
        raise ConfigurationError(
            "an organization is reached by https (http only on this machine)",
            next_step="Begin the address with https://.",
        )
    asked = _asked(path)
    path = _SERVICE_PATHS.sub("", path).rstrip("/")
    if not _PATH.match(path):
        raise ConfigurationError(
            "the organization's address has a query or characters that do not belong there",
            next_step="Give only what stands before /main.aspx or /api/data.",
        )
    return Service(origin, path, asked)


def _asked(path: str) -> str:
    """Return what draws the challenge of the service that an address leads to.

    A SOAP service tells only who names a version of the SDK above 6.0.0002.0000 (documented).
    """
    found = _SVC.search(path)
    if found is not None:
        name = found[1].capitalize()
        return f"/XRMServices/2011/{name}.svc/web?SdkClientVersion=9.2.0.0"
    return "/api/discovery/v2.0/Instances" if "/api/discovery" in path.lower() else _WEB_API
