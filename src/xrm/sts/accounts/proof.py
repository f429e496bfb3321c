"""Proof by name and password, for the pages and for the password grant alike."""

from collections.abc import Callable

from xrm.db import Database
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.accounts.attempts import Lockout
from xrm.sts.accounts.passwords import verify_password
from xrm.sts.directory import View
from xrm.sts.model import Authentication, Tenant, User

_MICROSECONDS = 1_000_000


class Proof:
    """Checks passwords. It takes as long, and is counted alike, whoever is named."""

    def __init__(self, database: Database, lockout: Lockout, *, tells_unknown: bool) -> None:
        self._database = database
        self._lockout = lockout
        self._tells_unknown = tells_unknown

    def silent(self) -> "Proof":
        """Return the same check, which never tells whether a name is anybody's."""
        return Proof(self._database, self._lockout, tells_unknown=False)

    def prove(
        self,
        find: Callable[[], User | None],
        *,
        username: str,
        password: Secret,
        peer: str,
        now: float,
    ) -> tuple[User, Authentication]:
        """Return the person and how they signed in. `now` is in seconds since the epoch.

        Raises AADSTS50053 while locked, 50126 for a wrong password, 50034 for an unknown name
        where the profile tells so, 50057 for a disabled person and 50055 for a password to be
        changed first: these two only to whoever knows the password.
        """
        counters = self._lockout.counters(username, peer)
        self._lockout.check_counters(counters, now=now)
        person = find()
        if not verify_password(person, password):
            self._lockout.failed(username, peer, password, now=now)
            raise self._wrong(person, username)
        # Somebody else's failures may have locked it while this one was compared.
        if self._lockout.check_counters(counters, now=now):
            self._lockout.passed(username, peer)
        assert person is not None
        if not person.enabled:
            raise signin.DISABLED_PERSON("The user account is disabled.")
        if person.must_change_password:
            raise signin.EXPIRED_PASSWORD(
                "The password is expired or was set for the first sign-in only. It has to be "
                "changed on the sign-in page."
            )
        return person, authenticated(person, now=now)

    def _wrong(self, person: User | None, username: str) -> SignInError:
        if person is None and self._tells_unknown:
            return unknown(username)
        return signin.WRONG_PASSWORD("The user name or the password is wrong.")


def unknown(username: str) -> SignInError:
    """Return the refusal of a name that no account has."""
    return signin.NO_SUCH_PERSON(
        f"The user account {signin.quote(username)} does not exist in this directory. To sign "
        "in to this application, the account must be added to it."
    )


def authenticated(person: User, *, now: float) -> Authentication:
    """Return the authentication of a person who has just given the right password."""
    return Authentication(person.object_id, person.tenant_id, int(now * _MICROSECONDS))


def named_in(view: View, username: str, tenant: Tenant | None) -> User | None:
    """Return the account of a name, of this tenant where the path names one."""
    person = view.user_named(username)
    if person is not None and tenant is not None and person.tenant_id != tenant.tenant_id:
        return None
    return person
