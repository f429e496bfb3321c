"""Few verbs over typed records: put, get, few, hold, find, delete, take, expire.

Every kind of record is one row of `KINDS`: its class, its key and what it is found by. A kind
has a table of its own with the key, the found-by columns and the record as JSON.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa

from xrm.db import Database, Transaction
from xrm.db.types import Integer, String
from xrm.sts.model import (
    Application,
    Attempts,
    BrowserSession,
    CertificateCredential,
    ClaimsProvider,
    Domain,
    DomainFederation,
    Family,
    FarmClient,
    FarmKey,
    PartyIdentifier,
    PasswordCredential,
    PendingDevice,
    PersonCertificate,
    RelyingParty,
    ResourceName,
    RoleAssignment,
    ScopeGrant,
    ServicePrincipal,
    SpentCode,
    StoredKey,
    Tenant,
    UsedAssertion,
    User,
    UserName,
)
from xrm.sts.model.spelling import read_record, write_record

T = TypeVar("T")

METADATA = sa.MetaData()


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of record: its table, its key, and what it is found by, each as text.

    Records with an end say when it is, in seconds since the epoch: `expire` removes them.
    """

    table: str
    record: type[T]
    key: Callable[[T], str]
    found_by: Mapping[str, Callable[[T], str]]
    end: Callable[[T], int] | None = None


def in_tenant(tenant_id: UUID, name: UUID | str) -> str:
    """Return the key of what is unique within one tenant."""
    return f"{tenant_id} {name}"


TENANTS = Kind("tenant", Tenant, lambda r: str(r.tenant_id), {})
DOMAINS = Kind("domain", Domain, lambda r: r.name, {})
APPLICATIONS = Kind(
    "application",
    Application,
    lambda r: str(r.application_id),
    {"tenant": lambda r: str(r.tenant_id), "object": lambda r: str(r.object_id)},
)
PRINCIPALS = Kind(
    "service_principal",
    ServicePrincipal,
    lambda r: in_tenant(r.tenant_id, r.application_id),
    {
        "tenant": lambda r: str(r.tenant_id),
        "object": lambda r: str(r.object_id),
        "application": lambda r: str(r.application_id),
    },
)
RESOURCE_NAMES = Kind(
    "resource_name",
    ResourceName,
    lambda r: in_tenant(r.tenant_id, r.key),
    {"application": lambda r: in_tenant(r.tenant_id, r.application_id)},
)
CREDENTIALS = Kind(
    "password_credential",
    PasswordCredential,
    lambda r: str(r.key_id),
    {"application": lambda r: str(r.application_id)},
)
CERTIFICATES = Kind(
    "certificate_credential",
    CertificateCredential,
    lambda r: str(r.key_id),
    {"application": lambda r: str(r.application_id)},
)
SCOPE_GRANTS = Kind(
    "scope_grant",
    ScopeGrant,
    lambda r: r.grant_id,
    {
        "tenant": lambda r: str(r.tenant_id),
        "client": lambda r: str(r.client),
        "resource": lambda r: str(r.resource),
    },
)
ROLE_ASSIGNMENTS = Kind(
    "role_assignment",
    RoleAssignment,
    lambda r: str(r.assignment_id),
    {"holder": lambda r: str(r.holder), "resource": lambda r: str(r.resource)},
)
USERS = Kind("person", User, lambda r: str(r.object_id), {"tenant": lambda r: str(r.tenant_id)})
USER_NAMES = Kind("person_name", UserName, lambda r: r.name, {})
USED_ASSERTIONS = Kind("used_assertion", UsedAssertion, lambda r: r.digest, {}, lambda r: r.expires)
FAMILIES = Kind(
    "token_family",
    Family,
    lambda r: str(r.family_id),
    {"person": lambda r: str(r.person)},
    lambda r: r.ends,
)
SPENT_CODES = Kind("spent_code", SpentCode, lambda r: r.digest, {}, lambda r: r.expires)
DEVICES = Kind(
    "pending_device",
    PendingDevice,
    lambda r: r.digest,
    {"user_code": lambda r: r.user_code},
    # For a while a device is still told that its code has expired, not that there is none.
    lambda r: r.expires + 900,
)
SESSIONS = Kind(
    "browser_session",
    BrowserSession,
    lambda r: r.digest,
    {"session": lambda r: str(r.session_id)},
    lambda r: r.ends,
)
ATTEMPTS = Kind("sign_in_attempts", Attempts, lambda r: r.key, {}, lambda r: r.ends)
SIGNING_KEYS = Kind("signing_key", StoredKey, lambda r: r.kid, {})
RELYING_PARTIES = Kind(
    "relying_party",
    RelyingParty,
    lambda r: str(r.party_id),
    {"tenant": lambda r: str(r.tenant_id)},
)
PARTY_IDENTIFIERS = Kind(
    "relying_party_identifier",
    PartyIdentifier,
    lambda r: in_tenant(r.tenant_id, r.name),
    {"party": lambda r: str(r.party_id)},
)
CLAIMS_PROVIDERS = Kind(
    "claims_provider",
    ClaimsProvider,
    lambda r: str(r.provider_id),
    {"tenant": lambda r: str(r.tenant_id)},
)
FARM_CLIENTS = Kind(
    "farm_client",
    FarmClient,
    lambda r: str(r.client_key),
    {"tenant": lambda r: str(r.tenant_id)},
)
FARM_KEYS = Kind("farm_key", FarmKey, lambda r: r.key_id, {"tenant": lambda r: str(r.tenant_id)})
PERSON_CERTIFICATES = Kind(
    "person_certificate",
    PersonCertificate,
    lambda r: in_tenant(r.tenant_id, r.digest),
    {"person": lambda r: str(r.person)},
)
FEDERATIONS = Kind(
    "domain_federation",
    DomainFederation,
    lambda r: r.domain,
    {"tenant": lambda r: str(r.tenant_id), "issuer": lambda r: r.issuer},
)

KINDS: tuple[Kind[Any], ...] = (
    TENANTS,
    DOMAINS,
    APPLICATIONS,
    PRINCIPALS,
    RESOURCE_NAMES,
    CREDENTIALS,
    CERTIFICATES,
    SCOPE_GRANTS,
    ROLE_ASSIGNMENTS,
    USERS,
    USER_NAMES,
    USED_ASSERTIONS,
    FAMILIES,
    SPENT_CODES,
    DEVICES,
    SESSIONS,
    ATTEMPTS,
    SIGNING_KEYS,
    RELYING_PARTIES,
    PARTY_IDENTIFIERS,
    CLAIMS_PROVIDERS,
    FARM_CLIENTS,
    FARM_KEYS,
    PERSON_CERTIFICATES,
    FEDERATIONS,
)


_FEW = 3


class Store:
    """The records of one database."""

    def __init__(self, database: Database) -> None:
        grown = database.create(METADATA)
        self.database = database
        self._statements = {kind.table: _compile(database, kind) for kind in KINDS}
        if grown:
            self._fill(grown)

    def _fill(self, grown: frozenset[str]) -> None:
        """Keep the records of tables anew that an earlier version made with fewer columns."""
        with self.database.write() as tx:
            for kind in KINDS:
                for record in self.find(tx, kind) if kind.table in grown else ():
                    self.put(tx, kind, record)

    def put(self, tx: Transaction, kind: Kind[T], record: T, *, new: bool = False) -> None:
        """Keep a record, in place of the one with its key.

        With `new`, a record of that key raises `xrm.db.Violation` instead.
        """
        text = self._statements[kind.table]
        values: dict[str, Any] = {"new_key": kind.key(record), "new_body": write_record(record)}
        values |= {f"new_{name}": read(record) for name, read in kind.found_by.items()}
        if kind.end is not None:
            values["new_ends"] = kind.end(record)
        if new or tx.run(text.update, values) == 0:
            tx.run(text.insert, values)

    def get(self, tx: Transaction, kind: Kind[T], key: str) -> T | None:
        """Return the record of a key, or None."""
        rows = tx.rows(self._statements[kind.table].get, {"by_key": key})
        return read_record(kind.record, rows[0][0]) if rows else None

    def few(self, tx: Transaction, kind: Kind[T], keys: Sequence[str]) -> list[T]:
        """Return those records of one to three keys that there are, by one statement."""
        asked = {f"key_{place}": keys[place % len(keys)] for place in range(_FEW)}
        rows = tx.rows(self._statements[kind.table].few, asked)
        return [read_record(kind.record, row[0]) for row in rows]

    def hold(self, tx: Transaction, kind: Kind[T], key: str) -> T | None:
        """Return the record of a key, or None; nobody else changes it until the commit.

        Who writes in turn on what stands reads it so, and then puts it. To take it and put it
        anew would not do: who waits for a record that is removed does not see the next one.
        """
        rows = tx.rows(self._statements[kind.table].hold, {"by_key": key})
        return read_record(kind.record, rows[0][0]) if rows else None

    def find(self, tx: Transaction, kind: Kind[T], **by: str) -> list[T]:
        """Return the records with these found-by values, all of them without any, by key."""
        text = self._statements[kind.table]
        if not by:
            rows = tx.rows(text.all)
        else:
            ((name, value),) = by.items()
            rows = tx.rows(text.find[name], {"by_value": value})
        return [read_record(kind.record, row[0]) for row in rows]

    def delete(self, tx: Transaction, kind: Kind[T], key: str) -> bool:
        """Remove a record and tell whether it was there."""
        return self.take(tx, kind, key) is not None

    def take(self, tx: Transaction, kind: Kind[T], key: str) -> T | None:
        """Remove a record and return it; of several takers only one gets it."""
        rows = tx.rows(self._statements[kind.table].take, {"by_key": key})
        return read_record(kind.record, rows[0][0]) if rows else None

    def expire(self, tx: Transaction, kind: Kind[T], now: float) -> int:
        """Remove the records of a kind that have ended and return how many there were.

        What somebody holds is left for the next time: nobody waits for a sweep, or it for them.
        """
        return tx.run(self._statements[kind.table].expire, {"until": int(now)})


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: str
    update: str
    get: str
    few: str
    hold: str
    all: str
    find: Mapping[str, str]
    take: str
    expire: str


def _table(kind: Kind[Any]) -> sa.Table:
    columns: list[sa.Column[Any]] = [
        sa.Column(name, String, nullable=False, index=True) for name in kind.found_by
    ]
    if kind.end is not None:
        columns.append(sa.Column("ends", Integer, nullable=False, index=True))
    return sa.Table(
        kind.table,
        METADATA,
        sa.Column("key", String, primary_key=True),
        *columns,
        sa.Column("body", String, nullable=False),
    )


_TABLES = {kind.table: _table(kind) for kind in KINDS}


def _compile(database: Database, kind: Kind[Any]) -> _Statements:
    table = _TABLES[kind.table]
    key, body = table.c["key"], table.c["body"]
    values: dict[sa.Column[Any], sa.BindParameter[Any]] = {
        column: sa.bindparam(f"new_{column.name}") for column in table.c
    }
    by_key = key == sa.bindparam("by_key")
    few: list[sa.BindParameter[Any]] = [sa.bindparam(f"key_{place}") for place in range(_FEW)]
    changes = {column: value for column, value in values.items() if column is not key}
    update = sa.update(table).values(changes).where(key == values[key])
    found = {
        name: sa.select(body).where(table.c[name] == sa.bindparam("by_value")).order_by(key)
        for name in kind.found_by
    }
    ends = table.c["ends"] if kind.end is not None else key
    free = sa.select(key).where(ends < sa.bindparam("until")).with_for_update(skip_locked=True)
    ended = sa.delete(table).where(key.in_(free))
    return _Statements(
        insert=database.compile(sa.insert(table).values(values)),
        update=database.compile(update),
        get=database.compile(sa.select(body).where(by_key)),
        few=database.compile(sa.select(body).where(key.in_(few))),
        hold=database.compile(sa.select(body).where(by_key).with_for_update()),
        all=database.compile(sa.select(body).order_by(key)),
        find={name: database.compile(element) for name, element in found.items()},
        take=database.compile(sa.delete(table).where(by_key).returning(body)),
        expire=database.compile(ended) if kind.end is not None else "",
    )
