"""Faults as errors: the class by the service's code, as the Web API has its status.

| fault                                                    | error                      |
|----------------------------------------------------------|----------------------------|
| a detail of the service (OrganizationServiceFault)        | ServiceError, by its code  |
| of WS-Security, WS-Trust or WS-SecureConversation         | MessageSecurityError       |
| any other                                                 | UnexpectedAnswerError      |
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xrm.client.advice import next_step
from xrm.client.errors import (
    MessageSecurityError,
    ServiceError,
    ThrottledError,
    UnexpectedAnswerError,
    XrmError,
    printable,
)
from xrm.client.flow import Answer, HttpRequest
from xrm.client.retry import Sender
from xrm.client.services.refusal import check, class_of
from xrm.model.errors.service import CATALOGUE
from xrm.wire.soap.envelope import WSSE, Envelope, MediaTypeError, read_response
from xrm.wire.soap.faults import Fault, SoapFault
from xrm.wire.soap.reading import ContractError
from xrm.wire.soap.values import Pairs, Struct
from xrm.wire.xml import XmlError

THROTTLED = frozenset({0x80072321, 0x80072322, 0x80072326})
"""Codes of the service's protection limits (documented)."""
_SECURITY = (
    WSSE,
    "http://schemas.xmlsoap.org/ws/2005/02/trust",
    "http://schemas.xmlsoap.org/ws/2005/02/sc",
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512",
)
_STATUS = {row.code: row.status for row in reversed(CATALOGUE)}
_DURATION = re.compile(
    r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_SPAN = re.compile(r"(?:(\d{1,5})\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,9})?)")
_MEDIA = ("text/xml", "application/soap+xml")
_MOST_INNER = 10


def read_envelope(answer: Answer, *, now: float) -> Envelope:
    """Return the envelope an answer holds, if it is no fault.

    Raises ServiceError, SignInError or UnexpectedAnswerError.
    """
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if answer.status != 500 or kind not in _MEDIA:
        check(answer, now=now)
    try:
        return read_response(answer.body, content_type=answer.header("content-type") or "")
    except SoapFault as found:
        error = refused(found.fault, answer)
        raise error from error.__cause__
    except (XmlError, MediaTypeError, ContractError) as reason:
        raise unexpected(answer, f"the service answered with no envelope: {reason}") from None


def unexpected(answer: Answer, message: str) -> UnexpectedAnswerError:
    """Return the error for an answer that no such service gives."""
    return UnexpectedAnswerError(
        printable(message),
        status=answer.status,
        request_id=answer.header("x-ms-service-request-id"),
        next_step="Check the address, and any proxy in between.",
    )


def refused(fault: Fault, answer: Answer) -> XrmError:
    """Return the error a fault amounts to."""
    if fault.detail is not None and "ErrorCode" in fault.detail.members:
        error = service_error(fault.detail)
        error.status = answer.status
        error.request_id = answer.header("x-ms-service-request-id") or answer.header("req_id")
        return error
    subcode = fault.subcode
    if subcode is not None and subcode.namespace in _SECURITY:
        return MessageSecurityError(
            printable(fault.reason) or "the service does not accept the sign-in",
            status=answer.status,
            code=printable(subcode.name)[:64],
            next_step="Sign in again, and check this machine's clock.",
        )
    return unexpected(answer, f"the service answered with a fault: {fault.reason}")


def service_error(detail: Struct, *, depth: int = 0) -> ServiceError:
    """Return the error a detail of the service tells; its inner fault is the cause of it."""
    members = detail.members
    number = members.get("ErrorCode")
    code = number & 0xFFFFFFFF if isinstance(number, int) else None
    status = 429 if code in THROTTLED else _STATUS.get(code or 0, 0)
    text = None if code is None else f"0x{code:08x}"
    activity = members.get("ActivityId")
    error = class_of(status)(
        printable(members.get("Message") or "") or "the service refused without a reason",
        code=text,
        correlation_id=str(activity) if activity is not None and activity.int else None,
        retry_after=retry_after(members.get("ErrorDetails")),
        next_step=next_step(text, None),
    )
    stamp, trace = members.get("Timestamp"), members.get("TraceText")
    error.timestamp = stamp if isinstance(stamp, datetime) else None
    error.trace_text = printable(trace) if isinstance(trace, str) else None
    index = members.get("FaultedRequestIndex")
    error.request_index = index if isinstance(index, int) else None
    inner = members.get("InnerFault")
    if isinstance(inner, Struct) and depth < _MOST_INNER:
        error.__cause__ = service_error(inner, depth=depth + 1)
    return error


def retry_after(details: Any) -> float | None:
    """Return the seconds that the details of a fault ask to wait, None if they do not say.

    They are a duration (`PT5M`) or a span as .NET prints it (`00:05:00`).
    """
    held = details.values.get("Retry-After") if isinstance(details, Pairs) else None
    if isinstance(held, int | float) and not isinstance(held, bool):
        return max(0.0, float(held))
    if not isinstance(held, str):
        return None
    found = _DURATION.fullmatch(held.strip()) or _SPAN.fullmatch(held.strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@dataclass(frozen=True, slots=True)
class SoapSender(Sender):
    """Sends with patience, also with a service that says in a fault that it is busy."""

    def _after_answer(self, answer: Answer, request: HttpRequest, attempt: int) -> float | None:
        if answer.status != 500 or not any(mark in answer.body[:65536] for mark in _MARKS):
            return Sender._after_answer(self, answer, request, attempt)
        try:
            read_envelope(answer, now=self.clock())
        except ThrottledError as error:
            asked = error.retry_after
            return self._backoff(attempt) if asked is None else asked
        except XrmError:
            return None
        return None


_MARKS = tuple(str(code - 2**32).encode() for code in THROTTLED)
