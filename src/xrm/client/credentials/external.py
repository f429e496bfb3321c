"""A credential that is not ours: anything with `get_token`, as azure-core's protocol has it."""

import inspect
from typing import Any, cast

from xrm.client.cache import Token, TokenKey, new_token
from xrm.client.credentials import Credential, TokenCredential
from xrm.client.discovery import Place
from xrm.client.errors import ConfigurationError, SignInError
from xrm.client.flow import AskCredential, Flow
from xrm.client.origin import Service
from xrm.client.retry import Sender
from xrm.client.services.oauth import is_bearer_token


class External:
    """Dress a foreign credential as one of ours.

    It knows its own authority, so none is looked for; its tokens are kept here as all others.
    """

    __slots__ = ("_credential", "tenant")

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self.tenant: str | None = None

    def place(self, service: Service) -> Place | None:
        """Return the resource; a foreign credential needs no authority of us."""
        return Place(None, service.origin.url)

    def key(self, place: Place) -> TokenKey:
        """Return the account a token is kept under."""
        return TokenKey("", "", type(self._credential).__name__, place.resource)

    def sign_in(self, place: Place, sender: Sender) -> Flow[Token]:
        """Ask the credential for a token of the organization. Raises SignInError."""
        answer: Any = yield AskCredential(self._credential.get_token, f"{place.resource}/.default")
        return _read(answer, sender.clock())


def adopt(credential: Credential | TokenCredential) -> Credential:
    """Return a credential as one of ours. Raises ConfigurationError when it is none."""
    if hasattr(credential, "sign_in"):
        return cast(Credential, credential)
    if callable(getattr(credential, "get_token", None)):
        return External(credential)
    raise ConfigurationError(
        f"{type(credential).__name__} is not a credential",
        next_step="Pass one of xrm.auth, or any object with get_token(*scopes).",
    )


def check_bearer(credential: Credential) -> None:
    """Refuse a credential whose tokens are no bearer tokens of OAuth. Raises ConfigurationError."""
    if getattr(credential, "claims", False):
        raise ConfigurationError(
            f"{type(credential).__name__} signs in by claims, and the Web API takes OAuth tokens",
            next_step="Use SOAP (`org.soap`), or a credential with the AD FS as its authority.",
        )


def ask(step: AskCredential) -> Any:
    """Ask a credential that answers at once. Raises SignInError, or ConfigurationError."""
    answer = _called(step)
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise ConfigurationError(
            "this credential is asynchronous", next_step="Use it with xrm.AsyncClient."
        )
    return answer


async def ask_async(step: AskCredential) -> Any:
    """Ask a credential of either kind; one that blocks is asked in a thread.

    Raises SignInError.
    """
    import asyncio

    if not inspect.iscoroutinefunction(step.get_token):
        answer = await asyncio.to_thread(_called, step)
    else:
        answer = _called(step)
    if not inspect.isawaitable(answer):
        return answer
    try:
        return await answer
    except Exception as error:
        raise _refused(error) from error


def _called(step: AskCredential) -> Any:
    try:
        return step.get_token(step.scope)
    except Exception as error:
        raise _refused(error) from error


def _refused(error: Exception) -> SignInError:
    return SignInError(
        f"the credential gave no token ({type(error).__name__})",
        next_step="See the exception this one comes from.",
    )


def _read(answer: Any, now: float) -> Token:
    text, expires_on = getattr(answer, "token", None), getattr(answer, "expires_on", None)
    if not is_bearer_token(text) or not isinstance(expires_on, int | float):
        raise SignInError("the credential gave something that is not a token")
    return new_token(text, now=now, lifetime=max(0.0, expires_on - now))
