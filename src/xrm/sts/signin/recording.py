"""What the audit is told of an answer to an application."""

from xrm.sts.audit import LONGEST, Event
from xrm.sts.model import Trace
from xrm.sts.service import TokenService
from xrm.sts.signin.journey import Outcome, Tell


def record(service: TokenService, outcome: Outcome, trace: Trace) -> None:
    """Record an outcome, where it is an answer."""
    step, tenant = outcome.step, outcome.about.tenant
    if not isinstance(step, Tell):
        return
    service.audit.record(
        Event(
            time=service.clock(),
            operation="authorize",
            outcome="refused" if step.error else "done",
            error=step.error,
            tenant_id=tenant.tenant_id if tenant is not None else None,
            client=str(outcome.about.application_id or "")[:LONGEST],
            peer=trace.peer,
            correlation_id=trace.correlation_id,
            trace_id=trace.trace_id,
        )
    )
