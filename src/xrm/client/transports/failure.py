"""What httpx2 raises, as what this client raises. The request, which holds secrets, stays out."""

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from xrm.client.errors import (
    CertificateError,
    ConnectionFailedError,
    TimedOutError,
    TransportError,
    UnexpectedAnswerError,
    XrmError,
)
from xrm.client.flow import HttpRequest
from xrm.client.origin import split


def no_cookies() -> CookieJar:
    """Return a jar that keeps nothing: cookies ignore ports, and nothing here needs them."""
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


def translated(error: Exception, request: HttpRequest) -> XrmError:
    """Return the exception to raise in place of httpx2's."""
    host = split(request.url)[0].url
    if isinstance(error, httpx2.TimeoutException):
        return timed_out(request)
    if _certificate(error):
        return CertificateError(
            f"the certificate of {host} is not trusted here",
            next_step="Name the CA's file in verify= or XRM_CA_BUNDLE, and check the host name.",
        )
    if isinstance(error, httpx2.ConnectError):
        return ConnectionFailedError(
            f"no connection to {host}: {error}",
            next_step="Check the address, and that the service is running.",
        )
    if isinstance(error, httpx2.DecodingError):
        return UnexpectedAnswerError(f"the answer of {host} is not encoded as it says")
    if isinstance(error, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol):
        return TransportError(f"a request to {host} cannot be sent as it is")
    return ConnectionFailedError(
        f"the connection to {host} broke ({type(error).__name__})",
        next_step="Repeat the request; whether the service carried it out is not known.",
    )


def timed_out(request: HttpRequest) -> TimedOutError:
    """Return the exception for an answer that took too long."""
    return TimedOutError(
        f"{split(request.url)[0].url} did not answer in time",
        next_step="Ask for less in one request, or allow more in timeout=.",
    )


def too_large(request: HttpRequest, status: int) -> UnexpectedAnswerError:
    """Return the exception for an answer past its limit."""
    return UnexpectedAnswerError(
        f"the answer of {split(request.url)[0].url} is larger than {request.limit} bytes",
        status=status,
        next_step="Ask for less in one request: select= and page_size= bound an answer.",
    )


def _certificate(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
