"""Passwords: what the directory takes for one, how one is made, kept and compared."""

import secrets
import string
from collections.abc import Iterable, Iterator
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from xrm.model.secret import Secret
from xrm.sts.model import User

RULES = (
    "8 to 256 characters: letters without accents, digits, signs and blanks, of at least three of "
    "lower case letters, upper case letters, digits and signs. It must not hold your name or be "
    "easily guessed."
)
"""What a password must be, for people."""

_SHORTEST, _LONGEST = 8, 256
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation + " ")
_ALLOWED = frozenset("".join(_KINDS))
_WANTED_KINDS = 3
_MADE_LENGTH = 20
# Without letters and digits that are taken for one another, and what a shell would read.
_MADE_OF = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_."

BANNED = (
    *("password", "password1", "password123", "passwort", "passwd", "welcome", "welcome1"),
    *("welcome123", "letmein", "qwerty", "qwerty123", "qwertz", "qwertyuiop", "123456", "12345678"),
    *("abc123", "iloveyou", "monkey", "dragon", "football", "sunshine", "princess", "admin"),
    *("login", "microsoft", "spring", "summer", "autumn", "winter"),
)
"""Words that weak passwords are made of. The service does not publish its own list."""

_LIKENESSES = str.maketrans("01$@5", "olsas")
_ENOUGH_POINTS = 5
_SHORTEST_NAME = 4

# Argon2id as RFC 9106 section 4 recommends it where memory is scarce: 64 MiB, three passes.
_HASHER = PasswordHasher()
_AT_ONCE = BoundedSemaphore(2)
"""How many may hash at once: each takes 64 MiB, and who waits has the lane's thread already."""


class WeakPassword(ValueError):
    """A text is no password the directory takes; the text says what is wanted, never the password.

    `banned` tells that it is easily guessed, rather than too short or of too few kinds.
    """

    def __init__(self, text: str, *, banned: bool = False) -> None:
        super().__init__(text)
        self.banned = banned


def check_form(password: Secret) -> None:
    """Raise WeakPassword for what the directory takes for no password of a cloud account.

    It has 8 to 256 characters of ASCII, of three of four kinds: lower case, upper case, digits,
    symbols and blanks.
    """
    text = password.reveal()
    kinds = sum(any(letter in kind for letter in text) for kind in _KINDS)
    if _SHORTEST <= len(text) <= _LONGEST and set(text) <= _ALLOWED and kinds >= _WANTED_KINDS:
        return
    raise WeakPassword(
        "the password is too weak: it needs 8 to 256 characters without accents, of at least three "
        "of lower case letters, upper case letters, digits and symbols"
    )


RULES = (
    "8 to 256 characters without accents, of at least three of these: lower case, upper case, "
    "digits, symbols. No well-known words, and no part of your name."
)
"""What a password must be, as people are told."""


def check_password(password: Secret, names: Iterable[str] = ()) -> None:
    """Raise WeakPassword for a password of a wrong form, or one that is easily guessed.

    Guessed are those that hold a name (the person's or the tenant's, of four letters or more),
    are a banned word but for one letter, or hold little besides banned words: letters are
    compared in lower case, and digits and signs for the letters they look like.
    """
    check_form(password)
    text = _plain(password.reveal())
    held = any(part in text for name in names for part in _parts(name))
    if held or _points(text) < _ENOUGH_POINTS:
        raise WeakPassword(
            "the password is too weak: it holds a name, or a word or pattern that is easily "
            "guessed; choose another",
            banned=True,
        )


def _plain(text: str) -> str:
    return text.lower().translate(_LIKENESSES)


def _parts(name: str) -> Iterator[str]:
    for part in name.replace("-", " ").split():
        if len(part) >= _SHORTEST_NAME:
            yield _plain(part)


_WORDS = tuple(sorted({_plain(word) for word in BANNED}))


def _points(text: str) -> int:
    """Return a point for each banned word in a text and for each character besides.

    Of the ways to see words in it the one with the fewest points counts.
    """
    if any(_differ_by_one(text, word) for word in _WORDS):
        return 1
    points = [0] * (len(text) + 1)
    for start in range(len(text) - 1, -1, -1):
        ends = (start + len(word) for word in _WORDS if text.startswith(word, start))
        points[start] = 1 + min(points[end] for end in (start + 1, *ends))
    return points[0]


def _differ_by_one(one: str, other: str) -> bool:
    """Tell whether two texts differ by one letter put in, left out or changed, or not at all."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    return long[at + 1 :] == (short[at + 1 :] if len(short) == len(long) else short[at:])


def make_password() -> Secret:
    """Return a random password of all four kinds of characters, about 115 bits strong."""
    while True:
        text = "".join(secrets.choice(_MADE_OF) for _ in range(_MADE_LENGTH))
        if all(any(letter in kind for letter in text) for kind in _KINDS):
            return Secret(text)


def hash_password(password: Secret) -> str:
    """Return the argon2id hash that is kept, in the PHC string format.

    This takes some 0.2 s of a processor and 64 MiB, and may wait for others that do so: call it
    outside transactions and off the event loop.
    """
    with _AT_ONCE:
        return _HASHER.hash(password.reveal())


def verify_password(user: User | None, password: Secret) -> bool:
    """Tell whether a password is the person's.

    It takes as long where there is no such person, or one without a password: the answer's time
    does not tell who exists. What is too long for a password is compared with nothing. It costs
    what `hash_password` does.
    """
    kept = user.password if user is not None else ""
    text = password.reveal()
    known = bool(kept) and len(text) <= _LONGEST
    tried = text[:_LONGEST].encode("utf-8", "surrogatepass")
    against = kept if known else _nobodys()
    try:
        with _AT_ONCE:
            _HASHER.verify(against, tried)
    except (VerificationError, InvalidHashError):
        return False
    return known


@cache
def _nobodys() -> str:
    return hash_password(Secret(secrets.token_urlsafe(_MADE_LENGTH)))
