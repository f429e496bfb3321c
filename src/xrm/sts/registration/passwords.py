"""People's passwords: what the directory takes for one, how one is made, kept and compared."""

import secrets
import string
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from xrm.model.secret import Secret
from xrm.sts.model import User
from xrm.sts.registration.change import RegistrationError

_SHORTEST, _LONGEST = 8, 256
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation + " ")
_ALLOWED = frozenset("".join(_KINDS))
_WANTED_KINDS = 3
_MADE_LENGTH = 20
# Without letters and digits that are taken for one another, and what a shell would read.
_MADE_OF = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_."

# Argon2id as RFC 9106 section 4 recommends it where memory is scarce: 64 MiB, three passes.
_HASHER = PasswordHasher()


def check_password(password: Secret) -> None:
    """Raise RegistrationError for what the directory takes for no password of a cloud account.

    It has 8 to 256 characters of ASCII, of three of four kinds: lower case, upper case, digits,
    symbols and blanks.
    """
    text = password.reveal()
    kinds = sum(any(letter in kind for letter in text) for kind in _KINDS)
    if _SHORTEST <= len(text) <= _LONGEST and set(text) <= _ALLOWED and kinds >= _WANTED_KINDS:
        return
    raise RegistrationError(
        "the password is too weak: it needs 8 to 256 ASCII characters, of at least three of "
        "lower case letters, upper case letters, digits and symbols",
        member="passwordProfile",
    )


def make_password() -> Secret:
    """Return a random password of all four kinds of characters, about 115 bits strong."""
    while True:
        text = "".join(secrets.choice(_MADE_OF) for _ in range(_MADE_LENGTH))
        if all(any(letter in kind for letter in text) for kind in _KINDS):
            return Secret(text)


def hash_password(password: Secret) -> str:
    """Return the argon2id hash that is kept, in the PHC string format.

    This takes some 0.2 s of a processor and 64 MiB: do it outside transactions.
    """
    return _HASHER.hash(password.reveal())


def verify_password(user: User | None, password: Secret) -> bool:
    """Tell whether a password is the person's.

    It takes as long where there is no such person, or one without a password: the answer's time
    does not tell who exists. What is too long for a password is compared with nothing.
    """
    kept = user.password if user is not None else ""
    text = password.reveal()
    known = bool(kept) and len(text) <= _LONGEST
    tried = text[:_LONGEST].encode("utf-8", "surrogatepass")
    try:
        _HASHER.verify(kept if known else _nobodys(), tried)
    except (VerificationError, InvalidHashError):
        return False
    return known


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_bytes(_MADE_LENGTH))
