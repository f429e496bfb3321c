"""The organization's refusals: an answer that is not a success, as an exception."""

from typing import Any

import orjson

from xrm.client.advice import next_step
from xrm.client.errors import (
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    ServiceError,
    ThrottledError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedAnswerError,
    printable,
)
from xrm.client.flow import Answer
from xrm.client.retry import retry_after

_CLASSES: dict[int, type[ServiceError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    412: PreconditionFailedError,
    429: ThrottledError,
}


def check(answer: Answer, *, now: float) -> None:
    """Raise the ServiceError an answer amounts to; UnexpectedAnswerError for a redirect, which
    is never followed, since it would carry the token elsewhere."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status < 400:
        raise UnexpectedAnswerError(
            "the organization answered with a redirect, which is not followed",
            status=status,
            next_step="Give the organization's own address.",
        )
    code, message = _said(answer)
    raise class_of(status)(
        message,
        status=status,
        code=code,
        request_id=answer.header("x-ms-service-request-id") or answer.header("req_id"),
        correlation_id=answer.header("x-ms-correlation-id") or answer.header("authactivityid"),
        retry_after=retry_after(answer, now=now),
        next_step=next_step(code, status),
    )


def class_of(status: int) -> type[ServiceError]:
    """Return the class of a refusal with a status."""
    return _CLASSES.get(status, UnavailableError if status >= 500 else ServiceError)


def _said(answer: Answer) -> tuple[str | None, str]:
    try:
        document: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    error = error if isinstance(error, dict) else {}
    code, message = error.get("code"), error.get("message")
    known = printable(code)[:64] if isinstance(code, str) and code else None
    if isinstance(message, str) and message.strip():
        return known, printable(message)
    return known, "the organization refused the request without a reason"
