"""Organization: one organization's database, catalogue and caches."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zlib import crc32

from xrm.db import Database, Transaction
from xrm.db.glance import Glance
from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.ports import Clock, Ids
from xrm.model.query import Condition, Query
from xrm.org.callers import Identity
from xrm.org.callers.bearer import BearerTokens
from xrm.org.callers.claims import ClaimsTokens
from xrm.org.callers.users import NO_ID, Users
from xrm.org.metadata import catalogue
from xrm.org.metadata.particulars import Particulars
from xrm.org.ports import ClaimsTrust, Directory, Trust
from xrm.org.query.bind import bind
from xrm.org.query.compile import compile_shape
from xrm.org.query.plan import Plan
from xrm.org.query.shape import Shape
from xrm.org.security.caller import Caller
from xrm.org.security.reach import Scope
from xrm.org.store.associations import Associations
from xrm.org.store.grants import Grants
from xrm.org.store.identifiers import RecordIds
from xrm.org.store.keys import AlternateKey, KeyStore
from xrm.org.store.languages import LanguageStore
from xrm.org.store.records import ROW_VERSION, RecordStore
from xrm.org.store.selections import Selections
from xrm.org.store.shares import Shares
from xrm.wire.soap.wsdl.deployments import DEPLOYMENTS, Deployment

MAX_PLANS = 2000
MAX_LONG_PLANS = 50
"""Plans of long statements that are kept: they fill memory, and few are asked twice."""
LONG = 16_384
"""Characters from which on a statement is long."""


@dataclass(slots=True)
class _Cache:
    """What holds as long as the database's generation does."""

    generation: int
    callers: dict[Identity, Caller] = field(default_factory=dict)
    keys: Mapping[str, tuple[AlternateKey, ...]] | None = None
    remembered: dict[Any, Any] = field(default_factory=dict)


class Organization:
    """An organization at a canonical URL that ends with a slash.

    It trusts `trust` for tokens, where its people sign in by claims `claims` for their assertions
    in SOAP messages, and asks `directory` about applications and people; `deployment`
    is how it describes itself. Safe to use from every thread; the caches follow the database's
    generation.
    """

    def __init__(
        self,
        database: Database,
        *,
        url: str,
        trust: Trust,
        directory: Directory,
        clock: Clock,
        ids: Ids,
        quoted_challenge: bool = False,
        claims: ClaimsTrust | None = None,
        deployment: Deployment = DEPLOYMENTS["online"],
        particulars: Particulars = Particulars(),  # noqa: B008 - frozen
    ) -> None:
        self.database = database
        self.url = url
        self.trust = trust
        self.directory = directory
        self.clock = clock
        self.ids = ids
        self.record_ids = RecordIds(clock, ids)
        self.quoted_challenge = quoted_challenge
        self.deployment = deployment
        self.particulars = particulars
        self.catalogue = catalogue()
        self.store = RecordStore(database, self.catalogue)
        self.selections = Selections(database, self.catalogue)
        self.associations = Associations(database, self.catalogue)
        self.grants = Grants(database, self.catalogue)
        self.shares = Shares(database, self.catalogue, self.store)
        self.key_store = KeyStore(database, self.catalogue)
        self.language_store = LanguageStore(database, self.catalogue)
        self.tokens = BearerTokens(trust, clock, url=url)
        self.claims = None if claims is None else ClaimsTokens(claims, clock)
        self.users = Users(database, self.catalogue, forms=directory.forms)
        self._plans: dict[Shape, Plan] = {}
        self._long_plans: dict[Shape, Plan] = {}
        self._record_plans: dict[tuple[str, tuple[str, ...] | None, Scope], Plan] = {}
        self._cache = _Cache(-1)

    @cached_property
    def metadata_version(self) -> str:
        """A number that differs where tables or columns do, as text."""
        tables = self.catalogue.tables.values()
        names = sorted(f"{table.logical_name}.{name}" for table in tables for name in table.columns)
        return str(crc32("\n".join(names).encode()))

    def admit(self, transaction: Transaction, actor: Identity | Caller) -> Caller:
        """Return the user behind an identity, as this transaction sees it.

        Raises ServiceError 0x8004a104 if the organization is disabled, and what
        `Users.admit` raises.
        """
        if isinstance(actor, Caller):
            return actor
        cache = self._cache
        if cache.generation != transaction.generation:
            cache = self._cache = _Cache(transaction.generation)
        caller = cache.callers.get(actor)
        if caller is None:
            if not self.users.is_open(transaction):
                raise service.ServiceError(
                    service.ORGANIZATION_DISABLED, "The organization is disabled."
                )
            caller = cache.callers[actor] = self.users.admit(transaction, actor)
        return caller

    def keys(self, transaction: Transaction) -> Mapping[str, tuple[AlternateKey, ...]]:
        """Return the alternate keys by table, as this transaction sees them."""
        cache = self._cache
        if cache.generation != transaction.generation:
            # The platform's own messages admit nobody and so renew no cache.
            return self.key_store.definitions(transaction)
        if cache.keys is None:
            cache.keys = self.key_store.definitions(transaction)
        return cache.keys

    def remembered(self, transaction: Transaction) -> dict[Any, Any]:
        """Return what rules keep as long as the caches hold.

        It is empty, and nobody keeps it, where a transaction sees what is not committed yet.
        """
        cache = self._cache
        return cache.remembered if cache.generation == transaction.generation else {}

    def turn(self) -> AbstractContextManager[Transaction]:
        """Open a writing transaction that no other writer of this organization runs beside.

        So what a rule has looked at holds until it writes. SQLite lets no second writer in
        anyway; elsewhere the counter of row versions is what they wait for.
        """
        return self.database.write() if self.database.engine == "sqlite" else self._locked()

    @contextmanager
    def _locked(self) -> Iterator[Transaction]:
        with self.database.write() as transaction:
            transaction.next_number(ROW_VERSION, 0)
            yield transaction

    def glance(self) -> Glance:
        """Return what stands for a transaction as long as the caches hold."""
        return Glance(self.database.once, self._cache.generation)

    def plan(self, shape: Shape) -> Plan:
        """Return the compiled statement of a shape."""
        plan = self._plans.get(shape) or self._long_plans.get(shape)
        if plan is None:
            plan = compile_shape(self.database, self.catalogue, shape)
            is_long = len(plan.sql) >= LONG
            plans, most = (
                (self._long_plans, MAX_LONG_PLANS) if is_long else (self._plans, MAX_PLANS)
            )
            if len(plans) >= most:
                plans.clear()
            plans[shape] = plan
        return plan

    def record_plan(self, table: Table, columns: tuple[str, ...] | None, scope: Scope) -> Plan:
        """Return the statement that reads one record by its key, bound to `p0`."""
        name = (table.logical_name, columns, scope)
        plan = self._record_plans.get(name)
        if plan is None:
            if len(self._record_plans) >= MAX_PLANS:
                self._record_plans.clear()
            by_key = Condition(table.primary_id, "eq", (NO_ID,))
            query = Query(table.logical_name, columns, by_key)
            shape = bind(query, table, self.database.engine, scope).shape
            plan = self._record_plans[name] = self.plan(shape)
        return plan
