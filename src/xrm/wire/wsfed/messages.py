"""The passive messages: parameters of an address, or fields of a form (WS-Federation 1.2, 13.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

SIGN_IN, SIGN_OUT, CLEAN_UP = "wsignin1.0", "wsignout1.0", "wsignoutcleanup1.0"

LONGEST = 2048
"""Characters of a parameter that is an address, a name or a time."""
LONGEST_CONTEXT = 8 * 1024
LONGEST_REQUEST = 16 * 1024
LONGEST_RESULT = 256 * 1024

_LIMITS = {"wctx": LONGEST_CONTEXT, "wreq": LONGEST_REQUEST, "wresult": LONGEST_RESULT}
_KNOWN = frozenset(
    {
        *("wa", "wtrealm", "wreply", "wctx", "wct", "wfresh", "wauth", "whr", "wreq", "wresult"),
        "username",
    }
)
_ELSEWHERE = frozenset({"wreqptr", "wresultptr", "wattrptr", "wpseudoptr"})
"""Parameters that point to a message elsewhere: nothing is fetched from there."""
_MINUTES = re.compile(r"[0-9]{1,9}")
# A carriage return or line feed would do no harm here, but no address or name has any.
_LINE = re.compile(r"[^\x00-\x1f\x7f]*")


class MessageError(ValueError):
    """A message is none, is more than is read of it, or contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A request for a token (13.2.2).

    `realm` names the relying party, `reply` where it wants the answer, `context` goes back with
    it as it came (None: none came), `time` is the sender's. `fresh` is the age a sign-in may have,
    in minutes, 0 for none at all; `method` a URI of how to sign in, `home` the token service the
    person belongs to, `request` a RequestSecurityToken. `username` is what to fill in for the
    person; it is an addition of AD FS.
    """

    realm: str
    reply: str = ""
    context: str | None = None
    time: str = ""
    fresh: int | None = None
    method: str = ""
    home: str = ""
    request: str = ""
    username: str = ""

    def fields(self) -> dict[str, str]:
        """Return its parameters."""
        texts = {
            "wreply": self.reply,
            "wct": self.time,
            "wfresh": "" if self.fresh is None else str(self.fresh),
            "wauth": self.method,
            "whr": self.home,
            "wreq": self.request,
            "username": self.username,
        }
        given = {name: text for name, text in texts.items() if text}
        context = {} if self.context is None else {"wctx": self.context}
        return {"wa": SIGN_IN, "wtrealm": self.realm, **given, **context}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer: the token in its response, and the context of the request (13.2.3)."""

    result: str = field(repr=False)
    context: str | None = None

    def fields(self) -> dict[str, str]:
        """Return its parameters, in the order AD FS has them."""
        context = {} if self.context is None else {"wctx": self.context}
        return {"wa": SIGN_IN, "wresult": self.result, **context}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """A request to sign out everywhere, then to go on to an address (13.2.4.1)."""

    reply: str = ""
    realm: str = ""
    context: str | None = None

    def fields(self) -> dict[str, str]:
        """Return its parameters."""
        texts = {"wreply": self.reply, "wtrealm": self.realm}
        given = {name: text for name, text in texts.items() if text}
        context = {} if self.context is None else {"wctx": self.context}
        return {"wa": SIGN_OUT, **given, **context}


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUp:
    """A request to forget the person at one site (13.2.4.2)."""

    reply: str = ""

    def fields(self) -> dict[str, str]:
        """Return its parameters."""
        return {"wa": CLEAN_UP, **({"wreply": self.reply} if self.reply else {})}


Message = SignIn | Result | SignOut | CleanUp


def read(parameters: Iterable[tuple[str, str]]) -> Message:
    """Return the message that the parameters of an address or a form are.

    Parameters that are none of WS-Federation's are left alone. Raises MessageError.
    """
    texts: dict[str, str] = {}
    for name, value in parameters:
        if name in _ELSEWHERE and value:
            raise MessageError(f"The parameter '{name}' is not supported.")
        if name not in _KNOWN:
            continue
        if name in texts:
            raise MessageError(f"The parameter '{name}' is repeated.")
        _check(name, value)
        texts[name] = value
    action = texts.get("wa", "")
    if action == SIGN_IN:
        return _signing_in(texts)
    if action == SIGN_OUT:
        return SignOut(
            reply=texts.get("wreply", ""),
            realm=texts.get("wtrealm", ""),
            context=texts.get("wctx"),
        )
    if action == CLEAN_UP:
        return CleanUp(reply=texts.get("wreply", ""))
    raise MessageError("The parameter 'wa' names no action that is supported.")


def address(base: str, message: Message) -> str:
    """Return the address that carries a message to a passive endpoint."""
    return f"{base}{'&' if '?' in base else '?'}{urlencode(message.fields())}"


def _check(name: str, value: str) -> None:
    if len(value) > _LIMITS.get(name, LONGEST):
        raise MessageError(f"The parameter '{name}' is too long.")
    if name not in _LIMITS and not _LINE.fullmatch(value):
        raise MessageError(f"The parameter '{name}' has a character that it cannot have.")


def _signing_in(texts: dict[str, str]) -> SignIn | Result:
    if "wresult" in texts:
        return Result(result=texts["wresult"], context=texts.get("wctx"))
    if not texts.get("wtrealm"):
        raise MessageError("The parameter 'wtrealm' is missing.")
    fresh = texts.get("wfresh", "")
    if fresh and not _MINUTES.fullmatch(fresh):
        raise MessageError("The parameter 'wfresh' is not a number of minutes.")
    return SignIn(
        realm=texts["wtrealm"],
        reply=texts.get("wreply", ""),
        context=texts.get("wctx"),
        time=texts.get("wct", ""),
        fresh=int(fresh) if fresh else None,
        method=texts.get("wauth", ""),
        home=texts.get("whr", ""),
        request=texts.get("wreq", ""),
        username=texts.get("username", ""),
    )
