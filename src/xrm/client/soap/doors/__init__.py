"""How a SOAP message reaches its service: in which version, at which address, with what proof.

manner   in whose name messages go, as which version of the SDK
bearer   a JWT in the Authorization header, SOAP 1.1 at `.svc/web`
claims   a SAML token in the Security header, SOAP 1.2 with WS-Addressing at `.svc`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from xrm.client.errors import ConfigurationError
from xrm.client.flow import Answer, Flow
from xrm.client.origin import Service
from xrm.client.retry import Sender
from xrm.client.soap.doors.manner import Manner
from xrm.client.soap.encoding import contracts
from xrm.wire.soap.envelope import scope_of
from xrm.wire.soap.operations import Operation, write_parameters
from xrm.wire.soap.versions import Version

ROOT = "XRMServices/2011/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A message to send to a service by its file name; `reads` tells that it changes nothing."""

    service: Service
    file: str
    operation: Operation
    values: Mapping[str, Any] = field(repr=False)
    manner: Manner
    reads: bool = False

    def wrapper(self, version: Version, *, addressed: bool) -> str:
        """Return the operation's wrapper. Raises ConfigurationError for values that do not fit."""
        return wrapped(self.operation, self.values, version, addressed=addressed)


def wrapped(
    operation: Operation, values: Mapping[str, Any], version: Version, *, addressed: bool
) -> str:
    """Return an operation's wrapper. Raises ConfigurationError for values that do not fit."""
    scope = scope_of(version, addressed=addressed)
    try:
        return write_parameters(operation, values, scope, contracts())
    except (TypeError, KeyError) as error:
        raise ConfigurationError(f"a value cannot be sent: {error}") from None


class Door(Protocol):
    """A way into the services of one host."""

    @property
    def sender(self) -> Sender:
        """What sends its requests."""

    def send(self, call: Call) -> Flow[Answer]:
        """Send a message and return the answer, whatever it is."""
