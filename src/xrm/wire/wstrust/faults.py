"""Faults of a token service (WS-Trust 1.3 10), in the words of AD FS where clients know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from xrm.wire.soap.faults import Fault, Subcode
from xrm.wire.wstrust.versions import TrustVersion

Cause = Literal[
    "failed authentication",
    "access denied",
    "invalid request",
    "request failed",
    "unknown party",
    "cannot renew",
    "invalid token",
]


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    reason: str


_ROWS: Mapping[Cause, _Row] = {
    "failed authentication": _Row(
        "FailedAuthentication",
        "ID3242: The security token could not be authenticated or authorized.",
    ),
    "access denied": _Row("FailedAuthentication", "MSIS7068: Access denied."),
    "invalid request": _Row("InvalidRequest", "MSIS3100: The request is not valid."),
    "request failed": _Row("RequestFailed", "MSIS3127: The specified request failed."),
    "unknown party": _Row(
        "InvalidScope", "MSIS3020: The relying party of the request is not known or is disabled."
    ),
    "cannot renew": _Row("UnableToRenew", "MSIS3103: The token cannot be renewed."),
    "invalid token": _Row("InvalidSecurityToken", "MSIS3104: The token is not taken."),
}


def fault(cause: Cause, version: TrustVersion) -> Fault:
    """Return the fault for a cause, its code in the version's namespace."""
    row = _ROWS[cause]
    return Fault("Sender", row.reason, Subcode(version.namespace, row.code))
