"""Everything the client raises.

XrmError
├── ConfigurationError            what was given cannot work; nothing was sent
│   └── ConnectionStringError     the connection string is malformed or incomplete
├── TransportError                no answer arrived
│   ├── CertificateError          the server's certificate is not trusted
│   ├── ConnectionFailedError     not connected, or the connection broke
│   └── TimedOutError             the answer took too long
├── UnexpectedAnswerError         an answer no such service gives (redirect, not JSON, foreign link)
├── SignInError                   no token
│   ├── ChallengeError            the organization does not say where to sign in
│   ├── UntrustedAuthorityError   it says so, but the place is not trusted; no secret was sent
│   ├── TokenRefusedError         the token service refused (AADSTS number in `code`)
│   └── SecurityTokenError        sign-in by claims (SAML)
│       ├── SecurityNegotiationError      the services offer no way this credential can go
│       ├── SecurityTokenValidationError  the token service's answer holds no usable token
│       ├── ExpiredSecurityTokenError     the token has expired, and is not to be renewed
│       └── MessageSecurityError          the organization does not accept a message's security
└── ServiceError                  the organization refused (0x number in `code`)
    ├── BadRequestError           400
    ├── UnauthorizedError         401, with a token just renewed
    ├── ForbiddenError            403
    ├── NotFoundError             404
    ├── PreconditionFailedError   412
    ├── ThrottledError            429, after the retries
    └── UnavailableError          500 and above
"""

import re
from datetime import datetime
from urllib.parse import quote, quote_plus

from xrm.model.secret import Secret

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_TEXT = 2000


class XrmError(Exception):
    """Any failure of the client.

    `status` is the HTTP status, `code` the service's own code, `request_id` and
    `correlation_id` what its support asks for, `retry_after` the seconds it asked to wait,
    `next_step` a sentence on what to do. No text here ever holds a secret or a token.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        correlation_id: str | None = None,
        retry_after: float | None = None,
        next_step: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.correlation_id = correlation_id
        self.retry_after = retry_after
        self.next_step = next_step

    def __str__(self) -> str:
        facts = [
            f"HTTP {self.status}" if self.status is not None else "",
            self.code or "",
            f"request id {self.request_id}" if self.request_id else "",
            f"correlation id {self.correlation_id}" if self.correlation_id else "",
            f"retry after {self.retry_after:g} s" if self.retry_after is not None else "",
        ]
        told = ", ".join(fact for fact in facts if fact)
        text = f"{self.message} ({told})" if told else self.message
        return f"{text}\nNext step: {self.next_step}" if self.next_step else text


class ConfigurationError(XrmError, ValueError):
    """What was given cannot work; nothing was sent."""


class ConnectionStringError(ConfigurationError):
    """The connection string is malformed or incomplete."""


class TransportError(XrmError):
    """No answer arrived. `repeatable` says whether trying again can help."""

    repeatable = False


class CertificateError(TransportError):
    """The server's certificate is not trusted here."""


class ConnectionFailedError(TransportError):
    """The connection was not made, or broke."""

    repeatable = True


class TimedOutError(TransportError):
    """The answer took longer than `timeout`."""

    repeatable = True


class UnexpectedAnswerError(XrmError):
    """An answer that no such service gives."""


class SignInError(XrmError):
    """No token could be had."""


class ChallengeError(SignInError):
    """The organization does not say where to sign in."""


class UntrustedAuthorityError(SignInError):
    """The organization names a place to sign in that is not trusted; no secret was sent."""


class TokenRefusedError(SignInError):
    """The token service refused. `error` is its OAuth error code (RFC 6749 5.2)."""

    error: str | None = None


class SecurityTokenError(SignInError):
    """Sign-in by claims failed (WS-Trust, SAML); the classes are named after those of .NET."""


class SecurityNegotiationError(SecurityTokenError):
    """The services describe no way to sign in that this credential can go."""


class SecurityTokenValidationError(SecurityTokenError):
    """The token service answered without a token that can be used."""


class ExpiredSecurityTokenError(SecurityTokenError):
    """The token has expired, and it is not to be renewed."""


class MessageSecurityError(SecurityTokenError):
    """The organization does not accept how a message is secured; `code` is that of the fault."""


class ServiceError(XrmError):
    """The organization refused the request.

    By SOAP, `request_index` is the place of the message of a transaction that was refused,
    `timestamp` when, and `trace_text` what a plug-in wrote.
    """

    request_index: int | None = None
    timestamp: datetime | None = None
    trace_text: str | None = None

    @property
    def error_code(self) -> int | None:
        """The code as .NET shows it: a signed number of 32 bits (ErrorCode)."""
        if self.code is None or not self.code.startswith("0x"):
            return None
        number = int(self.code, 16)
        return number - 2**32 if number >= 2**31 else number


OrganizationServiceFaultError = ServiceError
"""The same by the name it has in the SDK: FaultException of OrganizationServiceFault."""


class BadRequestError(ServiceError):
    """400: the request is malformed or a value is."""


class UnauthorizedError(ServiceError):
    """401, although the token was renewed."""


class ForbiddenError(ServiceError):
    """403: signed in, but not allowed."""


class NotFoundError(ServiceError):
    """404: no such record, table or path."""


class PreconditionFailedError(ServiceError):
    """412: the record is not as the request said it must be."""


class ThrottledError(ServiceError):
    """429, and waiting longer was not allowed by `Retry`."""


class UnavailableError(ServiceError):
    """500 and above: the fault is the service's."""


def printable(text: str, *secrets: Secret) -> str:
    """Return a service's text fit for an exception: one line, bounded, the secrets struck out."""
    for secret in secrets:
        plain = secret.reveal()
        for spelling in {plain, quote(plain, safe=""), quote_plus(plain)} if plain else ():
            text = text.replace(spelling, "***")
    text = _UNPRINTABLE.sub(" ", text).strip()
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
