"""How browsers sign in at claims-based organizations: each at its own address, by its farm.

Those with hosts share one more, which describes all of them and has no session of its own.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm.model.errors.signin import SignInError
from xrm.org.faces import web
from xrm.org.ports import PassiveTrust
from xrm.server.organizations import nowhere
from xrm.server.organizations.hosting import Organizations
from xrm.server.organizations.registry import Entry
from xrm.sts.handles.sealing import Unreadable
from xrm.sts.model import UsedAssertion
from xrm.wire.http import NO_STORE, Mount, Request, Response, Route

T = TypeVar("T")


def passive_trust(organizations: Organizations, entry: Entry) -> PassiveTrust:
    """Return how browsers sign in at a claims-based organization."""
    return _FarmPassive(organizations, entry)


class _FarmPassive:
    """Sign-in at the farm of an organization's people (`xrm.org.ports.PassiveTrust`)."""

    def __init__(self, organizations: Organizations, entry: Entry) -> None:
        self._service = organizations.service
        self._decrypting = organizations.decrypting
        self._organization_id = entry.organization_id
        self.address = organizations.farm(organizations.tenant(entry)).passive
        self._sealer = self._service.parts.sealer.apart(f"page of {entry.organization_id}")

    def pair(self) -> tuple[RSAPrivateKey, bytes]:
        """Return the organization's current key and its certificate."""
        return self._decrypting.pair(self._organization_id)

    def is_new(self, token: str, *, until: float) -> bool:
        """Mark a token as used at the organization, and tell whether it was not before."""
        digest = sha256(f"{self._organization_id} {token}".encode()).hexdigest()
        use = UsedAssertion(digest, int(until) + 1)
        try:
            self._service.single_use.spend(use, now=self._service.clock())
        except SignInError:
            return False
        return True

    def seal(self, record: object) -> str:
        """Return a record as a text for a cookie."""
        return self._sealer.seal("page", record)

    def unseal(self, kind: type[T], text: str) -> T | None:
        """Return the record of a text, None where it is none of this organization's."""
        try:
            return self._sealer.open("page", kind, text)
        except Unreadable:
            return None


def at_shared_host(organizations: Organizations) -> Mount:
    """Return what is at the host all internet-facing organizations share for browsers.

    It describes them; for everything else browsers go on to the first of them.
    """
    return _Shared(organizations)


class _Shared:
    def __init__(self, organizations: Organizations) -> None:
        self._organizations = organizations

    def route(self, _head: Request) -> Route:
        """Return where a request runs."""
        return Route(self._answer, "pool")

    def _answer(self, request: Request) -> Response:
        entries = list(self._organizations.registry.of_kind("ifd"))
        is_document = request.path.lower() == web.PATH.lower()
        if not entries or request.method != "GET" or not (is_document or request.path == "/"):
            return nowhere.ABSENT.route(request).face(request)
        if is_document:
            return self._described(entries)
        query = f"?{request.query}" if request.query else ""
        to = f"{self._organizations.url(entries[0])}{query}"
        return Response(302, (("Location", to), *NO_STORE))

    def _described(self, entries: Sequence[Entry]) -> Response:
        urls = [self._organizations.url(entry) for entry in entries]
        return web.document(
            [self._organizations.sites.passive("ifd"), *urls],
            passive=urls,
            pair=self._organizations.decrypting.pair(entries[0].organization_id),
            number=self._organizations.service.ids(),
        )
