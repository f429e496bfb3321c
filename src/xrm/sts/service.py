"""The token service: its parts joined, and the phases every token request goes through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from xrm.db import Database, Transaction, budget
from xrm.db.glance import Stale
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.ports import Clock, Ids
from xrm.sts import clients, tokens
from xrm.sts.accounts.attempts import Lockout
from xrm.sts.accounts.proof import Proof
from xrm.sts.adfs.encryption import FarmKeys
from xrm.sts.adfs.farm import Farm
from xrm.sts.audit import LONGEST, Audit, Event
from xrm.sts.claims import Stamp
from xrm.sts.clients import Authority, Presented, Rule
from xrm.sts.clients.single_use import SingleUse
from xrm.sts.directory import SHARED_SEGMENTS, Directory, View
from xrm.sts.grants import GRANTS, Brought, Grant, Redemption
from xrm.sts.handles.refresh import handed_on
from xrm.sts.handles.sealing import Sealer
from xrm.sts.keys import Keys, KeyState
from xrm.sts.model import (
    MICROSOFT_TENANT,
    V1,
    V2,
    Client,
    Flavour,
    Granted,
    Issued,
    Tenant,
    TokenRequest,
)
from xrm.sts.parts import Parts
from xrm.sts.profile import FAITHFUL, Profile
from xrm.sts.store import FAMILIES, SPENT_CODES, Store
from xrm.sts.tokens import Press
from xrm.wire.jose import SigningKey

_SEALING_KEY = 32
_BETWEEN_SWEEPS = 60
_GRANTS = {name: grant for grant in GRANTS for name in grant.names}


class TokenService:
    """A security token service over one database.

    `base_url` is its public origin, `https://host[:port]`, without a slash at its end; the
    sealing key has 32 bytes. `token_lifetime` fixes the lifetime of access tokens in seconds;
    without it each gets 60 to 90 minutes. The database stays the caller's to close.
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
        profile: Profile = FAITHFUL,
    ) -> None:
        _check(base_url, sealing_key, token_lifetime)
        self.database = database
        self.base_url = base_url
        self.clock = clock
        self.ids = ids
        self.token_lifetime = token_lifetime
        self.profile = profile
        self.store = Store(database)
        longest = tokens.longest_lifetime(token_lifetime)
        self.keys = Keys(
            database, self.store, clock=clock, sealing_key=sealing_key, longest=longest
        )
        self.directory = Directory(self.store, self.keys)
        self.audit = Audit(database)
        self.parts = self._parts(sealing_key)
        self.single_use = SingleUse(self.store)
        self._next_sweep = 0.0
        # Called after a change of people is committed; whoever joins the parts sets it.
        self.people_changed: Callable[[], None] = lambda: None
        # The farm of AD FS it stands at, and its flavours by name: `adfs.serving` sets others.
        self.farm: Farm | None = None
        self.flavours: Mapping[str, Flavour] = {"v1": V1, "v2": V2}

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

    def press(self, key: SigningKey, token_id: UUID, *, now: float, peer: str) -> Press:
        """Return what tokens are minted with at a time in seconds, for an address."""
        fixed = {} if self.token_lifetime is None else {"id_lifetime": self.token_lifetime}
        stamp = Stamp(
            base_url=self.base_url,
            now=int(now),
            lifetime=tokens.lifetime_of(token_id, self.token_lifetime),
            token_id=token_id,
            peer=peer,
            farm=self.farm,
            early=self.profile.tokens_early,
            of_session=self.profile.tokens_of_session,
            **fixed,
        )
        return Press(key, stamp)

    def close(self) -> None:
        """Write the audit entries that wait and stop. The database stays open."""
        self.audit.close()

    def _parts(self, sealing_key: bytes) -> Parts:
        sealer = Sealer(sealing_key)
        lockout = Lockout(self.database, self.store, sealer)
        tells = self.profile.tells_unknown_people
        return Parts(
            database=self.database,
            store=self.store,
            keys=self.keys,
            farm_keys=FarmKeys(self.store, clock=self.clock, sealer=sealer),
            sealer=sealer,
            proof=Proof(self.database, lockout, tells_unknown=tells),
            lockout=lockout,
            profile=self.profile,
            base_url=self.base_url,
            clock=self.clock,
            ids=self.ids,
            mark=sealer.mark("service")[:8],
        )

    def _issue(self, request: TokenRequest, attempt: "_Attempt") -> Issued:
        now = self.clock()
        decision = self._decided(request, attempt, now=now)
        self._spend(decision, now=now)
        token_id = self.ids()
        press = self.press(decision.key, token_id, now=now, peer=request.trace.peer)
        granted, client = decision.granted, decision.client
        issued = tokens.mint(granted, client, press=press)
        if granted.delegated is None:
            return issued
        issued = tokens.beside(issued, granted, client, request.flavour, press=press)
        shares = self.profile.shares_families
        sealer = self.parts.sealer
        return handed_on(issued, granted, client, sealer=sealer, shares=shares, now=now)

    def _decided(self, request: TokenRequest, attempt: "_Attempt", *, now: float) -> "_Decision":
        grant = _GRANTS.get(request.form.get("grant_type", ""))
        if grant is not None and grant.writes:
            budget.leave_the_loop()
        if grant is not None and (grant.writes or grant.public):
            return self._decide(request, attempt, self.directory.singly(), now=now)
        try:
            return self._decide(request, attempt, self.directory.glance(), now=now)
        except Stale:
            with self.database.read() as tx:
                return self._decide(request, attempt, self.directory.view(tx), now=now)

    def _spend(self, decision: "_Decision", *, now: float) -> None:
        """Mark as redeemed what may be so once only. Raises SignInError when it was before."""
        granted, client = decision.granted, decision.client
        if client.assertion is not None:
            resource = granted.audience if self.profile.assertion_per_resource else ""
            self.single_use.spend(client.assertion, resource=resource, now=now)
        if granted.spends is not None:
            budget.leave_the_loop()
            with self.database.write() as tx:
                refusal = granted.spends.spend(self.store, tx, now)
                self._sweep(tx, now)
            # What a refusal leads to is kept: a code that comes twice ends what it founded.
            if refusal is not None:
                raise refusal

    def _sweep(self, tx: Transaction, now: float) -> None:
        """Remove the marks and families that ended: at most once a minute, whoever comes."""
        if now >= self._next_sweep:
            self.store.expire(tx, SPENT_CODES, now)
            self.store.expire(tx, FAMILIES, now)
            self._next_sweep = now + _BETWEEN_SWEEPS

    def _decide(
        self, request: TokenRequest, attempt: "_Attempt", view: View, *, now: float
    ) -> "_Decision":
        tenant = _tenant(view, request.segment)
        attempt.tenant_id = tenant.tenant_id if tenant else None
        grant = _grant(request)
        claimed = clients.presented(request)
        attempt.client = claimed.client_id
        brought = grant.bring(request, view=view, parts=self.parts)
        shared = "" if tenant else request.segment.lower()
        tenant = tenant or _tenant_at_shared(view, request, grant, claimed, brought)
        attempt.tenant_id = tenant.tenant_id
        client = clients.prove(
            view,
            tenant,
            claimed,
            rule=Rule(grant.public, brought.kind),
            authority=Authority(self.base_url, tenant, shared, self.farm),
            now=now,
        )
        _check_origin(request, brought, client)
        granted = grant.redeem(
            Redemption(
                request=request,
                client=client,
                tenant=tenant,
                brought=brought,
                view=view,
                parts=self.parts,
                now=now,
            )
        )
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


def _tenant_at_shared(
    view: View, request: TokenRequest, grant: Grant, claimed: Presented, brought: Brought
) -> Tenant:
    """Return the tenant of what was brought; without one the client's own refuses the rest.

    Raises AADSTS9001023 where the grant works at another shared segment only, and what
    `clients.refusal_without_tenant` says: 50194 for a client that is only for its own tenant.
    """
    segment = request.segment.lower()
    if grant.shared and segment not in grant.shared:
        raise clients.not_at(segment)
    application = view.application(claimed.client_id)
    if segment not in grant.shared or application is None or not application.multi_tenant:
        raise clients.refusal_without_tenant(view, request.segment, claimed)
    if brought.tenant_id is not None:
        return view.tenant(str(brought.tenant_id))
    if application.tenant_id == MICROSOFT_TENANT:
        raise clients.nothing_brought(grant.names[0])
    return view.tenant(str(application.tenant_id))


def _check_origin(request: TokenRequest, brought: Brought, client: Client) -> None:
    """Let a browser redeem what a single-page application was given, and nobody else.

    A farm tells browsers by their origin only what they may read.
    """
    if not request.flavour.apart:
        return
    if brought.kind == "Spa" and request.origin is None:
        raise signin.SPA_WITHOUT_ORIGIN(
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed "
            "via cross-origin requests."
        )
    if brought.kind not in (None, "Spa") and request.origin is not None:
        raise signin.CROSS_ORIGIN(
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' "
            f"client-type. Request origin: {signin.quote(request.origin)}."
        )
    if client.acr != "0" and request.origin is not None:
        raise signin.SECRET_FROM_BROWSER(
            "A cross-origin request may not hold a client's credentials: a page cannot keep them."
        )


def _grant(request: TokenRequest) -> Grant:
    name = request.form.get("grant_type")
    if not name:
        raise signin.MISSING("The request body must hold the parameter 'grant_type'.")
    grant = _GRANTS.get(name)
    if grant is None or name in request.flavour.lacks:
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
