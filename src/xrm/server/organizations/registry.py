"""Which organizations there are: one row each, in a namespace of their own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, delete, select, update

from xrm.db import Database, Violation
from xrm.server.organizations.deployments import Kind, Sites

NAMESPACE = "estate"
Refusal = Literal["invalid", "taken", "absent", "forbidden"]

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
_LONGEST_NAME = 160
RESERVED = frozenset(
    {"api", "assets", "graph", "common", "organizations", "consumers", "adfs", "main", "signin"}
) | {"signout", "samples", "web", "xrm", "xrmservices", "federationmetadata"}
"""First segments of paths that mean something else, now or later."""
_RESERVED_HOSTS = frozenset({"auth", "dev", "sts", "www"})
"""First labels of hosts that mean something else."""

_METADATA = MetaData()
_TABLE = Table(
    "hosted",
    _METADATA,
    Column("unique_name", Text, primary_key=True),
    Column("organization_id", Text, nullable=False, unique=True),
    Column("friendly_name", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("namespace", Text, nullable=False, unique=True),
    Column("path", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    # Where the table is older than the column it is null, and everything there is online.
    Column("deployment", Text, nullable=False),
)
_FIRST_KIND: Kind = "online"


class OrganizationError(Exception):
    """An organization cannot be what was asked; `kind` says why in a word."""

    def __init__(self, kind: Refusal, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One organization. `path` is "" for the first one, else `name/`: where it is while online.

    `namespace` is where its records are kept; `created_at` in seconds since 1970.
    """

    unique_name: str
    organization_id: UUID
    friendly_name: str
    tenant_id: UUID
    namespace: str
    path: str
    created_at: int
    deployment: Kind = _FIRST_KIND

    @property
    def first(self) -> bool:
        """Whether it is the server's first one."""
        return not self.path

    def segment(self, sites: Sites) -> str:
        """Return what all of its paths begin with, "" or its name and a slash."""
        return sites.path(self.deployment, self.unique_name, first=self.first)

    def url(self, sites: Sites) -> str:
        """Return its address, which ends with a slash."""
        return sites.url(self.deployment, self.unique_name, first=self.first)


def check_names(unique_name: str, friendly_name: str) -> None:
    """Raise OrganizationError unless both names may be an organization's."""
    if not _NAME.fullmatch(unique_name) or unique_name in RESERVED | _RESERVED_HOSTS:
        raise OrganizationError(
            "invalid",
            f"{unique_name!r} cannot be an organization's name: two to thirty letters a to z and "
            "digits, a letter first, and no word the server uses itself",
        )
    name = friendly_name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise OrganizationError("invalid", f"{friendly_name!r} cannot be an organization's name")


class Registry:
    """The rows, kept in memory as long as the namespace's generation holds."""

    def __init__(self, database: Database) -> None:
        database.create(_METADATA)
        self._database = database
        self._columns = [column.name for column in _TABLE.columns]
        self._select = database.compile(select(_TABLE).order_by(_TABLE.c.created_at))
        self._insertion = database.insertion(_TABLE, self._columns)
        chosen = _TABLE.c.unique_name == bindparam("name")
        self._delete = database.compile(delete(_TABLE).where(chosen))
        deployed = update(_TABLE).where(chosen).values(deployment=bindparam("kind"))
        self._deploy = database.compile(deployed)
        self._known: tuple[int, tuple[Entry, ...]] = (-1, ())

    @property
    def inline(self) -> bool:
        """Whether it may be read on the event loop."""
        return self._database.inline

    def entries(self) -> tuple[Entry, ...]:
        """Return every organization, the first one first."""
        with self._database.read() as transaction:
            generation, known = self._known
            if transaction.generation != generation:
                rows = transaction.rows(self._select)
                known = tuple(self._entry(row) for row in rows)
                self._known = (transaction.generation, known)
            return known

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        values = dict(zip(self._columns, row, strict=True))
        for name in ("organization_id", "tenant_id"):
            values[name] = UUID(values[name])
        values["deployment"] = values["deployment"] or _FIRST_KIND
        return Entry(**values)

    def named(self, name: str) -> Entry | None:
        """Return the organization of a unique name or an id, None if there is none."""
        wanted = name.lower()
        for entry in self.entries():
            if wanted in (entry.unique_name, str(entry.organization_id)):
                return entry
        return None

    def of_kind(self, kind: Kind) -> Iterable[Entry]:
        """Return the organizations of a deployment."""
        return [entry for entry in self.entries() if entry.deployment == kind]

    def add(self, entry: Entry) -> None:
        """Add one. Raises OrganizationError if its name is taken."""
        values = {item.name: getattr(entry, item.name) for item in fields(entry)}
        row = [value if isinstance(value, int) else str(value) for value in values.values()]
        ordered = dict(zip(values, row, strict=True))
        try:
            with self._database.write() as transaction:
                transaction.insert(
                    self._insertion, [[ordered[name] for name in self._insertion.names]]
                )
                transaction.changed()
        except Violation:
            raise OrganizationError(
                "taken", f"there is an organization {entry.unique_name!r} already"
            ) from None

    def remove(self, entry: Entry) -> None:
        """Remove one; what it kept is not touched."""
        with self._database.write() as transaction:
            transaction.run(self._delete, {"name": entry.unique_name})
            transaction.changed()

    def deploy(self, entry: Entry, kind: Kind) -> Entry:
        """Note another deployment for one, and return it as it is now."""
        with self._database.write() as transaction:
            transaction.run(self._deploy, {"name": entry.unique_name, "kind": kind})
            transaction.changed()
        return replace(entry, deployment=kind)

    def close(self) -> None:
        """Close the namespace."""
        self._database.close()
