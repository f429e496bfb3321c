"""WS-Trust 1.3 and of February 2005, as AD FS and the clients of Dynamics speak it.

versions   the two versions: a row of names each; token types
requests   RequestSecurityToken, read;  request_writing: and written
responses  RequestSecurityTokenResponse, both ways
members    what both hold, within bounds;  online: the spelling of the old online service
keys       proof keys of either side's entropy, or of both: P_SHA1
faults     what a token service refuses with;  errors: what a reader refuses
mex/       the WSDL of a token service, written and read: which endpoint takes what
"""

from xrm.wire.wstrust.errors import TrustError
from xrm.wire.wstrust.keys import KeyMaterial, offer, p_sha1, proof_key
from xrm.wire.wstrust.members import Lifetime
from xrm.wire.wstrust.request_writing import write_request
from xrm.wire.wstrust.requests import (
    Renewing,
    RequestSecurityToken,
    UseKey,
    WantedClaim,
    read_request,
)
from xrm.wire.wstrust.responses import (
    IssuedTokenResponse,
    Status,
    read_response,
    write_response,
)
from xrm.wire.wstrust.versions import ACTIONS, TRUST_13, TRUST_2005, VERSIONS, TrustVersion

__all__ = [
    "ACTIONS",
    "TRUST_13",
    "TRUST_2005",
    "VERSIONS",
    "IssuedTokenResponse",
    "KeyMaterial",
    "Lifetime",
    "Renewing",
    "RequestSecurityToken",
    "Status",
    "TrustError",
    "TrustVersion",
    "UseKey",
    "WantedClaim",
    "offer",
    "p_sha1",
    "proof_key",
    "read_request",
    "read_response",
    "write_request",
    "write_response",
]
