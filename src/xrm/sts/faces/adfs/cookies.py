"""Cookies of a farm, by the names AD FS gives them, each of one farm of one server only.

MSISAuth              the secret of the session (single sign-on)
MSISAuthenticated     when the person signed in; it tells, and decides nothing
MSISContext           ties pages, and what comes back from another token service, to this browser
MSISSignOut           the relying parties and token services that a sign-out has to reach
MSISLoopDetectionCookie     how often a token was given, and since when
MSISIPSelectionPersistent   the token service the person chose

Cookies mind neither ports nor paths, so that two servers on localhost and two farms of one server
need names of their own; the prefix keeps other hosts out. They go along where the page of another
site posts to this one, as another token service's does.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from xrm.sts.directory import guid
from xrm.wire.html import cookies
from xrm.wire.http import Request

Name = Literal[
    "MSISAuth",
    "MSISAuthenticated",
    "MSISContext",
    "MSISSignOut",
    "MSISLoopDetectionCookie",
    "MSISIPSelectionPersistent",
]

SELECTION_SECONDS = 30 * 86_400
LOOP_SECONDS, MOST_IN_LOOP = 20, 5
"""More tokens than that within these seconds are a loop (MSIS7042)."""

_MOST_NAMED = 40
_LONGEST = 3 * 1024
_MOMENT = "%Y-%m-%d:%H:%M:%SZ"


def name(mark: str, what: Name) -> str:
    """Return a cookie's name at the farm of a mark."""
    return f"__Host-{what}-{mark}"


def read(request: Request, mark: str) -> dict[Name, str]:
    """Return the cookies a farm has set at a browser, as they are."""
    sent = cookies.read(request)
    known: dict[Name, str] = {what: sent.get(name(mark, what), "") for what in _NAMES}
    if not known["MSISIPSelectionPersistent"]:
        # Programs that know which page would ask them send this one by AD FS's own name.
        known["MSISIPSelectionPersistent"] = sent.get("MSISIPSelectionPersistent", "")
    return known


def line(mark: str, what: Name, value: str, seconds: int | None = None) -> tuple[str, str]:
    """Return the header that sets a cookie, for some seconds or as long as the browser is open."""
    return cookies.line(name(mark, what), value, same_site="None", seconds=seconds)


def gone(mark: str, what: Name) -> tuple[str, str]:
    """Return the header that takes a cookie away."""
    return line(mark, what, "", 0)


def packed(text: str) -> str:
    """Return a text as the value of a cookie."""
    return base64.b64encode(text.encode()).decode("ascii")


def unpacked(value: str) -> str:
    """Return the text of a cookie's value, "" for a value that is none."""
    try:
        return base64.b64decode(value.encode("ascii"), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def moment(now: float) -> str:
    """Return a time in seconds as AD FS writes it into its cookies."""
    return datetime.fromtimestamp(now, UTC).strftime(_MOMENT)


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a sign-out has to go: relying parties and claims providers, by their ids."""

    parties: tuple[UUID, ...] = ()
    providers: tuple[UUID, ...] = ()

    @staticmethod
    def read(value: str) -> "Reached":
        """Return what a cookie names; what is none of this is left out."""
        parties: list[UUID] = []
        providers: list[UUID] = []
        for word in unpacked(value[:_LONGEST]).split()[:_MOST_NAMED]:
            kind, _, text = word.partition(":")
            found = guid(text)
            if found is not None and kind in ("party", "provider"):
                (parties if kind == "party" else providers).append(found)
        return Reached(tuple(parties), tuple(providers))

    def also(self, *, party: UUID | None = None, provider: UUID | None = None) -> "Reached":
        """Return the same with a party, and with who signed the person in."""
        known = dict.fromkeys((*_those(party), *self.parties))
        providers = dict.fromkeys((*_those(provider), *self.providers))
        return replace(
            self, parties=tuple(known)[: _MOST_NAMED // 2], providers=tuple(providers)[:8]
        )

    def packed(self) -> str:
        """Return the value of the cookie."""
        words = [f"provider:{one}" for one in self.providers]
        return packed(" ".join((*words, *(f"party:{one}" for one in self.parties))))


@dataclass(frozen=True, slots=True)
class Given:
    """How many tokens a browser was given since a time, in seconds."""

    since: float = 0.0
    count: int = 0

    @staticmethod
    def read(value: str, now: float) -> "Given":
        """Return what a cookie says; nothing once the time of a loop is over."""
        text, _, count = unpacked(value[:_LONGEST]).partition("\\")
        try:
            since = datetime.strptime(text, _MOMENT).replace(tzinfo=UTC).timestamp()
        except ValueError:
            return Given()
        recent = 0 <= now - since <= LOOP_SECONDS
        return Given(since, int(count)) if recent and _is_count(count) else Given()

    def is_loop(self) -> bool:
        """Tell whether one more would be too many."""
        return self.count >= MOST_IN_LOOP

    def once_more(self, now: float) -> str:
        """Return the value of the cookie after another token."""
        since = self.since if self.count else now
        return packed(f"{moment(since)}\\{self.count + 1}")


def _those(one: UUID | None) -> tuple[UUID, ...]:
    return () if one is None else (one,)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4


_NAMES: tuple[Name, ...] = (
    "MSISAuth",
    "MSISAuthenticated",
    "MSISContext",
    "MSISSignOut",
    "MSISLoopDetectionCookie",
    "MSISIPSelectionPersistent",
)
