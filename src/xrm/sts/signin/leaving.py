"""The purpose of sign-out: the session ends, the applications are told (OpenID Connect RP-Initiated
Logout 1.0, Front-Channel Logout 1.0).
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from xrm.sts.directory import View
from xrm.sts.model import Application, SignedIn
from xrm.sts.signin import redirects
from xrm.sts.signin.authorize import flavour_of
from xrm.sts.signin.browser import signed_in
from xrm.sts.signin.journey import About, AskLeave, Choose, Left, Outcome, Stayed
from xrm.sts.signin.visit import Visit, hinted_claims, key_of, proved


class Leaving:
    """`/oauth2/logout` and `/oauth2/v2.0/logout`."""

    def about(self, visit: Visit) -> About:  # noqa: ARG002
        """Return nothing: signing out is nobody's request but the person's."""
        return About()

    def go_on(self, visit: Visit) -> Outcome:
        """Sign out, where it is clear who and that they want it.

        Any page may send a browser here. One that frames it, or loads it as an image, signs
        nobody out; and in the strict profile a person is asked unless an id token of theirs comes
        with the request (OpenID Connect RP-Initiated Logout 1.0, 2).
        """
        accounts = signed_in(visit.session)
        if not accounts:
            return self.left(visit, (), "")
        shown = proved(visit, accounts)
        meant = shown or _named(visit, accounts)
        if meant is None and len(accounts) > 1:
            return Outcome(Choose(accounts, to_leave=True), visit.journey)
        at_once = shown is not None or visit.service.profile.signs_out_at_once
        one = meant or accounts[0]
        if visit.embedded or not at_once:
            return Outcome(AskLeave(one.username), visit.journey)
        return self.left(visit, (one,), one.username)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take the person's decision."""
        accounts = signed_in(visit.session)
        if step == "sign-out":
            meant = proved(visit, accounts) or _named(visit, accounts)
            leaving = (meant,) if meant is not None else accounts
            return self.left(visit, leaving, leaving[0].username if leaving else "")
        if step == "account":
            chosen = [one for one in accounts if key_of(one) == fields.get("account")]
            return self.left(visit, chosen, chosen[0].username if chosen else "")
        if step == "stay":
            return Outcome(Stayed(accounts[0].username if accounts else ""), visit.journey)
        return self.go_on(visit)

    def left(self, visit: Visit, accounts: Sequence[SignedIn], username: str) -> Outcome:
        """Return the end of the session of these accounts."""
        told, cookie = frames(visit, accounts), None
        if visit.session is not None and accounts:
            people = [one.authentication.person for one in accounts]
            cookie = visit.sessions.sign_out(visit.session, people)
        url = _return_address(visit) or ""
        state = visit.journey.parameters.get("state")
        if url and state is not None:
            url = redirects.with_query(url, {"state": state})
        return Outcome(Left(username, told, url), visit.journey, cookie=cookie)


def _named(visit: Visit, accounts: Sequence[SignedIn]) -> SignedIn | None:
    """Return the account a logout hint means."""
    hint = visit.journey.parameters.get("logout_hint", "").lower()
    for one in accounts:
        if hint in (one.username.lower(), str(one.authentication.person)):
            return one
    return None


def _return_address(visit: Visit) -> str | None:
    """Return where to go after, None unless it is registered by an application of the session."""
    sent = visit.journey.parameters.get("post_logout_redirect_uri", "")
    if not sent:
        return None
    for application in _applications(visit):
        replies, exact = _replies(visit, application), not flavour_of(visit).loopback_ports
        if redirects.is_registered(application, sent, replies, exact=exact):
            return sent
    return None


def _applications(visit: Visit) -> list[Application]:
    """Return the applications that may be meant: those of the session, and of the id token.

    A `client_id` alone proves nothing: anybody can send one, and be led to where it is registered.
    """
    found: list[Application | None] = []
    audience = hinted_claims(visit).get("aud")
    if isinstance(audience, str):
        found.append(visit.view.application(audience))
    for account in visit.session.accounts if visit.session is not None else ():
        found += map(visit.view.registration, account.applications)
    known = {one.application_id: one for one in found if one is not None}
    return list(known.values())


def _replies(visit: Visit, application: Application) -> tuple[str, ...]:
    """Return an application's reply URLs in the tenants of who signs out."""
    accounts = visit.session.accounts if visit.session is not None else ()
    tenants = {str(account.authentication.tenant_id) for account in accounts}
    if isinstance(tenant := hinted_claims(visit).get("tid"), str):
        tenants.add(tenant)
    known = [visit.view.tenant(tenant) for tenant in sorted(tenants)]
    found = [visit.view.client(tenant, application.client_id) for tenant in known]
    return tuple(url for one in found if one is not None for url in one.principal.reply_urls)


def frames(visit: Visit, accounts: Sequence[SignedIn]) -> tuple[str, ...]:
    """Return the addresses by which applications are told, each once."""
    sid = visit.session.session_id if visit.session is not None else None
    told = [application_id for one in accounts for application_id in one.applications]
    urls = [
        _told(visit, _logout_url(visit.view, one), sid, accounts) for one in dict.fromkeys(told)
    ]
    return tuple(url for url in dict.fromkeys(urls) if url)


def _logout_url(view: View, application_id: UUID) -> str:
    application = view.registration(application_id)
    return application.logout_url if application is not None else ""


def _told(visit: Visit, url: str, sid: UUID | None, accounts: Sequence[SignedIn]) -> str:
    """Return a logout address with the session, and in the strict profile the issuer."""
    if not url:
        return ""
    fields = {"sid": str(sid)} if sid is not None else {}
    if visit.service.profile.answers_name_issuer:
        tenant = accounts[0].authentication.tenant_id
        fields["iss"] = flavour_of(visit).issuer_of(visit.service.base_url, tenant)
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(fields))))
    return urlunsplit(parts._replace(query=query))
