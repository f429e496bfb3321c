"""A Flow is a generator: it yields steps, receives what each brought, and returns its result.

    HttpRequest    one exchange; an Answer comes back, or a TransportError is thrown in
    Pause          so many seconds; None comes back
    SignIn         a token for the organization; a Token comes back
    AskCredential  a token of a credential that is not ours; a Token comes back

The shells (aio, sync) perform the steps. A flow does no I/O, so one text serves both worlds.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from xrm.client.cache import Token
from xrm.model.secret import Secret
from xrm.wire.challenge import Challenge
from xrm.wire.http import Headers, Response

T = TypeVar("T")
MEBIBYTE = 1024 * 1024


class Answer(Response):
    """An answer whose body and headers do not show when it is printed: it may be a token."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Answer({self.status})"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request to an absolute URL.

    `repeatable` says that sending it twice does no harm, even if the first was carried out.
    `limit` is the largest answer read, in bytes. Headers and body do not show when printed.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    repeatable: bool = True
    limit: int = 128 * MEBIBYTE

    def with_bearer(self, token: Secret) -> "HttpRequest":
        """Return the same request with a bearer token (RFC 6750 2.1)."""
        return replace(self, headers=(*self.headers, ("Authorization", f"Bearer {token.reveal()}")))


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SignIn:
    """Get a token; not `stale`, which the organization refused with `challenge`."""

    stale: Token | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True, slots=True)
class AskCredential:
    """Ask a credential that is not ours for a token of a scope."""

    get_token: Callable[..., Any]
    scope: str


Step = HttpRequest | Pause | SignIn | AskCredential
Flow = Generator[Step, Any, T]
