"""The WSDL of a token service (WS-MetadataExchange): which endpoint takes which credential.

endpoints  the kinds of endpoints, and the names AD FS gives their bindings: one row each
policies   what the policy of each kind demands
writing    the document;  reading: any such document, by its policies and not by its names
"""

from xrm.wire.wstrust.mex.endpoints import ENDPOINTS, Credential, Endpoint, Row
from xrm.wire.wstrust.mex.reading import MexError, read, select
from xrm.wire.wstrust.mex.writing import write

__all__ = [
    "ENDPOINTS",
    "Credential",
    "Endpoint",
    "MexError",
    "Row",
    "read",
    "select",
    "write",
]
