"""What a request's headers ask: the form of the answer, and what its message is told beside."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xrm.model.errors import service
from xrm.model.values import read_guid
from xrm.wire.http import Request

_IEEE754 = re.compile(r"IEEE754Compatible\s*=\s*\"?true\b", re.ASCII | re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.-]+)", re.ASCII | re.IGNORECASE)
_NOTHING = re.compile(r"q\s*=\s*0(?:\.0*)?", re.ASCII | re.IGNORECASE)
_JSON = frozenset({"*/*", "application/*", "application/json"})
_BYPASSED = frozenset({"customsync", "customasync"})
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client takes: JSON at all, and its long numbers in quotes."""

    json: bool = True
    ieee754: bool = False


def accepted(request: Request) -> Accepted:
    """Return what the lines of `Accept` say; without one that can be read, anything is taken."""
    lines = request.header_values("accept")
    return _accepted(",".join(lines)) if lines else Accepted()


@lru_cache(maxsize=200)
def _accepted(text: str) -> Accepted:
    kinds = {}
    for part in text.split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        if "/" in kind:
            kinds[kind.lower()] = not any(map(_NOTHING.fullmatch, parameters))
    json = not kinds or any(kind in _JSON for kind, taken in kinds.items() if taken)
    return Accepted(json, _IEEE754.search(text) is not None)


@dataclass(frozen=True, slots=True)
class Content:
    """What a payload is said to be: its media type and its character set, in lower case.

    `ieee754` tells whether it quotes 64-bit integers and decimals (OData JSON 4.0, 3.2).
    """

    type: str
    charset: str
    ieee754: bool


def content(request: Request) -> Content:
    """Return what the line `Content-Type` says; what it does not say is ""."""
    return _content(request.header("content-type") or "")


@lru_cache(maxsize=200)
def _content(text: str) -> Content:
    match = _CHARSET.search(text)
    kind = text.partition(";")[0].strip().lower()
    return Content(kind, match[1].lower() if match else "", _IEEE754.search(text) is not None)


def client_request_id(request: Request) -> str:
    """Return what a client calls its request, as a log may show it; "" if it does not say."""
    said = request.header("x-ms-client-request-id") or ""
    return "".join(sign for sign in said[:_MOST_SHOWN] if sign.isascii() and sign.isprintable())


def optional_parameters(request: Request) -> Mapping[str, Any]:
    """Return the parameters that any message takes, from the headers that spell them.

    Raises ServiceError 0x80040203 for a value of another form (inferred).
    """
    found: dict[str, Any] = {}
    for header, value in request.headers:
        if header.startswith("mscrm.") and (known := _OPTIONAL.get(header)):
            name, read = known
            found[name] = _value(name, read, value.strip())
    return found


def _value(name: str, read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except (ValueError, KeyError):
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"The header 'MSCRM.{name}' has a value of another form."
        ) from None


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _bypassed(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(","))
    if not _BYPASSED.issuperset(word.lower() for word in words):
        raise ValueError
    return words


def _guids(text: str) -> tuple[str, ...]:
    return tuple(read_guid(word.strip()) for word in text.split(","))


_OPTIONAL: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    f"mscrm.{name.lower()}": (name, read)
    for name, read in (
        ("BypassBusinessLogicExecution", _bypassed),
        ("BypassBusinessLogicExecutionStepIds", _guids),
        ("BypassCustomPluginExecution", _truth),
        ("SuppressCallbackRegistrationExpanderJob", _truth),
        ("SuppressDuplicateDetection", _truth),
    )
}
"""Headers `MSCRM.<name>`, by their names in lower case; others say nothing of records."""
