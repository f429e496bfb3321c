"""Faults of a message's security, as WCF answers them (WS-Security 1.1 12).

They tell a stranger nothing about the cause, and travel without a Security header.
"""

from xrm.wire.soap.faults import Fault, Subcode
from xrm.wire.wssecurity.errors import SecurityError, TokenError
from xrm.wire.wssecurity.names import WSSE

_SECURE_CONVERSATION = "http://schemas.xmlsoap.org/ws/2005/02/sc"

FAILED_AUTHENTICATION = Fault(
    "Sender",
    "At least one security token in the message could not be validated.",
    Subcode(WSSE, "FailedAuthentication"),
)
"""A token that was read is not believed: its issuer, audience, signature or life."""
INVALID_TOKEN = Fault(
    "Sender",
    "An error was discovered processing a security token in the message.",
    Subcode(WSSE, "InvalidSecurityToken"),
)
"""A token cannot be read."""
INVALID_SECURITY = Fault(
    "Sender",
    "An error occurred when verifying security for the message.",
    Subcode(WSSE, "InvalidSecurity"),
)
"""No header, a bad timestamp or signature, a message seen before."""
BAD_CONTEXT = Fault(
    "Sender",
    "The security context token is expired or is not valid. The message was not processed.",
    Subcode(_SECURE_CONVERSATION, "BadContextToken"),
)
"""The session of a message is not known, or has ended."""


def fault_of(error: SecurityError) -> Fault:
    """Return the fault that a reader's error is answered with."""
    return INVALID_TOKEN if isinstance(error, TokenError) else INVALID_SECURITY
