"""The token service: its parts joined, and the phases every token request goes through."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from xrm.db import Database
from xrm.db.glance import Stale
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.ports import Clock, Ids
from xrm.sts import clients, tokens
from xrm.sts.audit import LONGEST, Audit, Event
from xrm.sts.clients.single_use import SingleUse
from xrm.sts.directory import SHARED_SEGMENTS, Directory, View
from xrm.sts.grants import GRANTS, Grant
from xrm.sts.keys import Keys, KeyState
from xrm.sts.model import Client, Granted, Issued, Tenant, TokenRequest
from xrm.sts.store import Store
from xrm.wire.jose import SigningKey

_SEALING_KEY = 32
_GRANTS = {grant.name: grant for grant in GRANTS}


class TokenService:
    """A security token service over one database.

    `base_url` is its public origin, `https://host[:port]`, without a slash at its end; the
    sealing key has 32 bytes. `token_lifetime` fixes the lifetime of access tokens in seconds;
    without it each gets 60 to 90 minutes. A client assertion is redeemed once, or, with
    `assertion_per_resource`, once for each resource: the MSAL libraries send the same one until
    it expires. The database stays the caller's to close.
    """

    def __init__(
        self,
        database: Database,
        *,
        base_url: str,
        clock: Clock,
        ids: Ids,
        sealing_key: bytes,
        token_lifetime: int | None = None,
        assertion_per_resource: bool = False,
    ) -> None:
        _check(base_url, sealing_key, token_lifetime)
        self.database = database
        self.base_url = base_url
        self.clock = clock
        self.ids = ids
        self.token_lifetime = token_lifetime
        self.assertion_per_resource = assertion_per_resource
        self.store = Store(database)
        longest = tokens.longest_lifetime(token_lifetime)
        self.keys = Keys(
            database, self.store, clock=clock, sealing_key=sealing_key, longest=longest
        )
        self.directory = Directory(self.store, self.keys)
        self.audit = Audit(database)
        self._assertions = SingleUse(self.store)
        # Called after a change of people is committed; whoever joins the parts sets it.
        self.people_changed: Callable[[], None] = lambda: None

    def issue(self, request: TokenRequest) -> Issued:
        """Answer a token request: tenant, grant, client, redeem, mint, in this order.

        Raises SignInError for the first thing that is wrong (order of section 3.2 of RFC 6749
        left open; this one gives the answers Entra ID is known for). On the event loop an
        assertion raises StepBudgetExceeded, as its use is written down: then nothing has been
        recorded, and the request is to be run again in the pool.
        """
        attempt = _Attempt()
        try:
            issued = self._issue(request, attempt)
        except SignInError as error:
            self._record(request, attempt, error.row.number)
            raise
        self._record(request, attempt, 0)
        return issued

    def rotate_keys(self) -> list[KeyState]:
        """Rotate the signing keys (`Keys.rotate`) and record it; return what is published then."""
        states = self.keys.rotate()
        self.audit.record(Event(time=self.clock(), operation="keys.rotate", resource=states[0].kid))
        return states

    def close(self) -> None:
        """Write the audit entries that wait and stop. The database stays open."""
        self.audit.close()

    def _issue(self, request: TokenRequest, attempt: "_Attempt") -> Issued:
        now = self.clock()
        try:
            decision = self._decide(request, attempt, self.directory.glance(), now=now)
        except Stale:
            with self.database.read() as tx:
                decision = self._decide(request, attempt, self.directory.view(tx), now=now)
        if decision.client.assertion is not None:
            resource = decision.granted.audience if self.assertion_per_resource else ""
            self._assertions.spend(decision.client.assertion, resource=resource, now=now)
        token_id = self.ids()
        return tokens.mint(
            decision.granted,
            decision.client,
            key=decision.key,
            base_url=self.base_url,
            now=int(now),
            lifetime=tokens.lifetime_of(token_id, self.token_lifetime),
            token_id=token_id,
        )

    def _decide(
        self, request: TokenRequest, attempt: "_Attempt", view: View, *, now: float
    ) -> "_Decision":
        tenant = _tenant(view, request.segment)
        attempt.tenant_id = tenant.tenant_id if tenant else None
        grant = _grant(request)
        claimed = clients.presented(request)
        attempt.client = claimed.client_id
        if tenant is None:
            raise clients.refusal_without_tenant(view, request.segment, claimed)
        client = clients.prove(view, tenant, claimed, base_url=self.base_url, now=now)
        granted = grant.redeem(request, client, tenant=tenant, view=view)
        attempt.resource = granted.audience
        return _Decision(client, granted, view.signing_key())

    def _record(self, request: TokenRequest, attempt: "_Attempt", error: int) -> None:
        asked = request.form.get(request.flavour.asks_by, "")
        self.audit.record(
            Event(
                time=self.clock(),
                operation="token",
                outcome="refused" if error else "done",
                error=error,
                tenant_id=attempt.tenant_id,
                client=attempt.client[:LONGEST],
                resource=(attempt.resource or asked)[:LONGEST],
                grant=request.form.get("grant_type", "")[:LONGEST],
                peer=request.trace.peer,
                correlation_id=request.trace.correlation_id,
                trace_id=request.trace.trace_id,
            )
        )


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a request earned, and the key that will say so."""

    client: Client
    granted: Granted
    key: SigningKey


@dataclass(slots=True)
class _Attempt:
    """How far a request came, for the audit."""

    tenant_id: UUID | None = None
    client: str = ""
    resource: str = ""


def _tenant(view: View, segment: str) -> Tenant | None:
    return None if segment.lower() in SHARED_SEGMENTS else view.tenant(segment)


def _grant(request: TokenRequest) -> Grant:
    name = request.form.get("grant_type")
    if not name:
        raise signin.MISSING("The request body must hold the parameter 'grant_type'.")
    grant = _GRANTS.get(name)
    if grant is None:
        raise signin.UNSUPPORTED_GRANT(f"The grant type {signin.quote(name)} is not supported.")
    return grant


def _check(base_url: str, sealing_key: bytes, token_lifetime: int | None) -> None:
    parts = urlsplit(base_url)
    if parts.scheme != "https" or not parts.hostname or base_url != f"https://{parts.netloc}":
        raise ValueError(f"the base URL must be https://host[:port], not {base_url!r}")
    if len(sealing_key) != _SEALING_KEY:
        raise ValueError(f"the sealing key must have {_SEALING_KEY} bytes")
    if token_lifetime is not None and token_lifetime <= 0:
        raise ValueError("the token lifetime must be positive")
