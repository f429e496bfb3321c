"""WS-Security over TLS: the Security header of a SOAP message, read and written.

header      what a header holds, read: timestamp, user name, tokens, signatures; its limits
writing     the same parts written: elements for clients, text for answers
references  SecurityTokenReference in all its forms
endorsing   signatures over the timestamp (and the address), checked
moments     xsd:dateTime and seconds since 1970
faults      what a refused message is answered with; errors: why it was
names       namespaces and URIs
"""

from xrm.wire.wssecurity.errors import SecurityError, TokenError
from xrm.wire.wssecurity.header import (
    BinaryToken,
    Security,
    Timestamp,
    Username,
    read_security,
)
from xrm.wire.wssecurity.references import (
    TokenReference,
    read_reference,
    reference_element,
    to_assertion,
    write_reference,
)

__all__ = [
    "BinaryToken",
    "Security",
    "SecurityError",
    "Timestamp",
    "TokenError",
    "TokenReference",
    "Username",
    "read_reference",
    "read_security",
    "reference_element",
    "to_assertion",
    "write_reference",
]
