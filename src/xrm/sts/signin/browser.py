"""Sessions of browsers: who is signed in there, kept under the digest of a cookie's secret.

A session gets a new secret whenever somebody signs in, so that nobody can prepare one for them
(session fixation). An account counts only as long as its sign-in does.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from xrm.db import Database, Transaction
from xrm.model.errors.signin import SignInError
from xrm.model.ports import Ids
from xrm.model.secret import Secret
from xrm.sts.accounts import standing
from xrm.sts.directory import View
from xrm.sts.handles.secrets import digest, new_secret
from xrm.sts.model import Authentication, BrowserSession, SignedIn, User
from xrm.sts.signin.journey import SessionCookie
from xrm.sts.store import SESSIONS, Store

FOR_NOW = 86_400
"""Seconds a session lasts that nobody uses."""
KEPT = 90 * 86_400
"""The same, where the person wants to stay signed in."""

_MOST_ACCOUNTS = 10
_BETWEEN_SWEEPS = 300


class Sessions:
    """The browser sessions of one token service.

    Those of a farm of AD FS, named by its mark, are apart: a secret of another session opens
    none there, and one person is signed in at a time.
    """

    def __init__(self, database: Database, store: Store, ids: Ids, *, farm: str = "") -> None:
        self._farm = farm
        self._most = 1 if farm else _MOST_ACCOUNTS
        self._database = database
        self._store = store
        self._ids = ids
        self._next_sweep = 0.0

    def find(self, secret: Secret | None, view: View, *, now: float) -> BrowserSession | None:
        """Return the session of a cookie, its accounts as they stand now, or None."""
        if secret is None:
            return None
        found = view.record(SESSIONS, self._digest(secret))
        if found is None or now >= found.ends:
            return None
        return replace(found, accounts=tuple(_as_it_stands(one, view) for one in found.accounts))

    def sign_in(
        self,
        before: BrowserSession | None,
        person: User,
        authentication: Authentication,
        *,
        keep: bool,
        now: float,
    ) -> SessionCookie:
        """Put a person into a browser's session, which gets a new secret."""
        secret, lasting = new_secret(), KEPT if keep else FOR_NOW
        account = SignedIn(authentication, person.user_principal_name, person.display_name)
        with self._database.write() as tx:
            # Who was signed out while the password was compared does not come back with it.
            standing = self._store.take(tx, SESSIONS, before.digest) if before else None
            others = _others(standing.accounts if standing else (), person.object_id)
            session = BrowserSession(
                digest=self._digest(secret),
                session_id=standing.session_id if standing else self._ids(),
                accounts=(account, *others)[: self._most],
                created=standing.created if standing else int(now),
                ends=int(now) + lasting,
                keep=keep,
            )
            self._store.put(tx, SESSIONS, session, new=True)
            if now >= self._next_sweep:
                self._store.expire(tx, SESSIONS, now)
                self._next_sweep = now + _BETWEEN_SWEEPS
        return SessionCookie(secret, KEPT if keep else None)

    def used(
        self, session: BrowserSession, account: SignedIn, application_id: UUID, *, now: float
    ) -> None:
        """Note that an application was told of a person, and that the session is in use."""
        known = application_id in account.applications
        lasting = KEPT if session.keep else FOR_NOW
        if known and session.ends - now > lasting / 2:
            return
        person = account.authentication.person

        def told(one: SignedIn) -> SignedIn:
            if one.authentication.person != person or not one.signed_in:
                return one
            named = tuple(dict.fromkeys((*one.applications, application_id)))
            return replace(one, applications=named)

        self._change(session, told, ends=int(now) + lasting)

    def sign_out(self, session: BrowserSession, people: Sequence[UUID]) -> SessionCookie | None:
        """Sign people out of a browser; the cookie goes with the last of them."""

        # What does not count any more, as of a changed password, keeps no session.
        over = {one.authentication for one in session.accounts if not one.signed_in}

        def left(one: SignedIn) -> SignedIn:
            gone = one.authentication.person in people or one.authentication in over
            return replace(one, signed_in=False, applications=()) if gone else one

        standing = self._change(session, left)
        return None if signed_in(standing) else SessionCookie(None)

    def _digest(self, secret: Secret) -> str:
        return digest(self._farm + secret.reveal())

    def _change(
        self,
        session: BrowserSession,
        change: Callable[[SignedIn], SignedIn],
        *,
        ends: int | None = None,
    ) -> BrowserSession | None:
        """Change the accounts of a session as it is kept now, and return it; it may end so.

        Another request of the browser may have signed somebody in or out meanwhile. A session
        that was ended does not come back.
        """
        with self._database.write() as tx:
            standing = self._standing(tx, session)
            if standing is None:
                return None
            accounts = tuple(change(one) for one in standing.accounts)
            changed = replace(standing, accounts=accounts, ends=ends or standing.ends)
            if signed_in(changed):
                self._store.put(tx, SESSIONS, changed)
            else:
                self._store.delete(tx, SESSIONS, changed.digest)
        return changed

    def _standing(self, tx: Transaction, session: BrowserSession) -> BrowserSession | None:
        """Return a session as it is kept now, under a newer secret if it was given one."""
        standing = self._store.hold(tx, SESSIONS, session.digest)
        if standing is not None:
            return standing
        renewed = self._store.find(tx, SESSIONS, session=str(session.session_id))
        return self._store.hold(tx, SESSIONS, renewed[0].digest) if renewed else None


def signed_in(session: BrowserSession | None) -> tuple[SignedIn, ...]:
    """Return the accounts of a session that are signed in."""
    accounts = session.accounts if session is not None else ()
    return tuple(one for one in accounts if one.signed_in)


def account_of(session: BrowserSession | None, person: UUID | None) -> SignedIn | None:
    """Return a person's account of a session, as long as they are signed in there."""
    return next((one for one in signed_in(session) if one.authentication.person == person), None)


def _as_it_stands(account: SignedIn, view: View) -> SignedIn:
    try:
        person = standing.check(view.person_of(account.authentication), account.authentication)
    except SignInError:
        return replace(account, signed_in=False)
    return replace(account, username=person.user_principal_name, name=person.display_name)


def _others(accounts: Sequence[SignedIn], person: UUID) -> tuple[SignedIn, ...]:
    return tuple(one for one in accounts if one.authentication.person != person)
