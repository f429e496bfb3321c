"""Whether a sign-in of before still counts."""

from datetime import UTC, datetime

from xrm.model.errors import signin
from xrm.sts.model import Authentication, User

_MICROSECONDS = 1_000_000


def check(person: User | None, authentication: Authentication, *, ended: bool = False) -> User:
    """Return the person of a sign-in that still counts.

    `ended` says that this one was revoked by itself. Raises AADSTS50034 when the account is gone,
    50057 when it is disabled, 50173 when the sign-in or all of the person's were revoked since.
    """
    if person is None:
        raise signin.NO_SUCH_PERSON("The account of this sign-in does not exist any more.")
    if not person.enabled:
        raise signin.DISABLED_PERSON("The user account is disabled.")
    if ended or authentication.time < person.sessions_from:
        raise signin.REVOKED(
            "The provided grant has expired because it was revoked; the person has to sign in "
            f"again. The grant was issued on '{shown(authentication.time)}' and the tokens of "
            f"this person are valid from '{shown(person.sessions_from)}' on."
        )
    return person


def shown(microseconds: int) -> str:
    """Return a time since the epoch as refusals write it."""
    moment = datetime.fromtimestamp(microseconds / _MICROSECONDS, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
