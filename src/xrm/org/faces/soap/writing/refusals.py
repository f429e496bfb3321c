"""Errors of the organization, and what the transport itself refuses, as faults."""

from datetime import UTC, datetime
from uuid import UUID

from xrm.model.errors.service import ServiceError, TransactionError
from xrm.wire.soap.faults import Fault, service_fault
from xrm.wire.soap.operations import Operation
from xrm.wire.soap.values import Struct
from xrm.wire.wssecurity.faults import FAILED_AUTHENTICATION, INVALID_SECURITY


def detail(
    error: ServiceError, now: float, request_id: UUID, *, kind: str = "OrganizationServiceFault"
) -> Struct:
    """Return an error as the detail of a fault, or as a fault among the answers of others.

    The error that was its reason is the fault within it.
    """
    single = not isinstance(error, TransactionError)
    reason = error.__cause__ if single else None
    kind = kind if single else "ExecuteTransactionFault"
    found = service_fault(
        error.fault.code,
        error.message,
        datetime.fromtimestamp(now, UTC),
        kind=kind,
        activity_id=str(request_id),
        details=error.details,
        inner=detail(reason, now, request_id) if isinstance(reason, ServiceError) else None,
    )
    if isinstance(error, TransactionError):
        found.members["FaultedRequestIndex"] = error.request_index
    return found


def refusal(error: ServiceError, operation: Operation, now: float, request_id: UUID) -> Fault:
    """Return the fault of an error of the catalogue."""
    return Fault(
        "Sender",
        error.message,
        detail=detail(error, now, request_id, kind=operation.fault),
        action=operation.fault_action,
    )


def insecure() -> Fault:
    """Return the fault for a message without proof of who sent it."""
    return INVALID_SECURITY


def token_refused() -> Fault:
    """Return the fault for a security token that proves nothing here."""
    return FAILED_AUTHENTICATION
