"""The token endpoint: the form of client credentials, its answer and its errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urlencode

import orjson

from xrm.client.advice import next_step
from xrm.client.cache import Token, new_token
from xrm.client.errors import TokenRefusedError, UnexpectedAnswerError, printable
from xrm.client.flow import MEBIBYTE, Answer, HttpRequest
from xrm.client.retry import retry_after
from xrm.model.secret import Secret

_CODE = re.compile(r"(AADSTS\d{4,9}|MSIS\d{3,5})\b")
_TAIL = re.compile(r"\s+Trace ID:.*", re.DOTALL)
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*\Z")
_LONGEST_TOKEN = 64 * 1024
_LONGEST_LIFE = 10 * 365 * 86400


@dataclass(frozen=True, slots=True)
class Proof:
    """What an application proves itself by: a secret in the form's field `name`, and plain
    fields that go along."""

    name: str
    secret: Secret
    along: Mapping[str, str] = field(default_factory=dict)


def client_credentials(
    endpoint: str, *, client_id: str, proof: Proof, resource: str
) -> HttpRequest:
    """Build the request for a token by client credentials (RFC 6749 4.4.2), v1 form.

    It may be sent twice: a second token does no harm.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        **proof.along,
        proof.name: proof.secret.reveal(),
        "resource": resource,
    }
    return HttpRequest(
        "POST",
        endpoint,
        headers=(
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "application/json"),
        ),
        body=urlencode(form).encode(),
        limit=MEBIBYTE,
    )


def read_token(answer: Answer, *secrets: Secret, now: float) -> Token:
    """Read the answer of a token endpoint (RFC 6749 5.1, 5.2).

    Raises TokenRefusedError, or UnexpectedAnswerError for what is no answer of one; `secrets` are
    struck out of whatever the service says.
    """
    document = _document(answer)
    if answer.status != 200:
        raise _refused(answer, document, secrets, now)
    text, lifetime = document.get("access_token"), _seconds(document.get("expires_in"))
    kind = document.get("token_type")
    if (
        not is_bearer_token(text)
        or lifetime is None
        or not isinstance(kind, str)
        or kind.lower() != "bearer"
    ):
        raise UnexpectedAnswerError(
            "the token service answered without a usable token",
            status=answer.status,
            next_step="Check that the authority is a token service.",
        )
    return new_token(text, now=now, lifetime=lifetime)


def is_bearer_token(value: object) -> TypeGuard[str]:
    """Tell whether a value can stand in an Authorization header (RFC 6750 2.1)."""
    return isinstance(value, str) and len(value) <= _LONGEST_TOKEN and bool(_BEARER.match(value))


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or 300 <= answer.status < 400:
        raise UnexpectedAnswerError(
            "the token service answered with something that is not its own",
            status=answer.status,
            request_id=answer.header("x-ms-request-id"),
            next_step="Check the authority, and any proxy in between; redirects are not followed.",
        )
    return document


def _refused(
    answer: Answer, document: dict[str, Any], secrets: tuple[Secret, ...], now: float
) -> TokenRefusedError:
    def text(name: str) -> str | None:
        value = document.get(name)
        return printable(value, *secrets) if isinstance(value, str) else None

    described = document.get("error_description")
    sentence = printable(_TAIL.sub("", described), *secrets) if isinstance(described, str) else ""
    error = text("error")
    code = _code(sentence, document.get("error_codes"))
    refused = TokenRefusedError(
        sentence or f"the token service refused: {error or 'no reason given'}",
        status=answer.status,
        code=code,
        request_id=answer.header("x-ms-request-id") or text("trace_id"),
        correlation_id=text("correlation_id"),
        retry_after=retry_after(answer, now=now),
        next_step=next_step(code, answer.status if answer.status >= 429 else None),
    )
    refused.error = error
    return refused


def _code(sentence: str, codes: object) -> str | None:
    found = _CODE.match(sentence)
    if found:
        return found[1]
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return f"AADSTS{codes[0]}"
    return None


def _seconds(value: object) -> float | None:
    """Read a lifetime: a string at v1, a number at v2."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= _LONGEST_LIFE else None
