"""What a directory remembers of one generation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from xrm.sts.model import (
    Application,
    ClaimsProvider,
    DomainFederation,
    RelyingParty,
    ScopeGrant,
    Tenant,
    User,
)
from xrm.wire.jose import SigningKey

if TYPE_CHECKING:
    from xrm.sts.directory import Registered, Resource


@dataclass(slots=True)
class Snapshot:
    """What was found since the last change."""

    generation: int
    tenants: dict[str, Tenant] = field(default_factory=dict)
    applications: dict[UUID, Application] = field(default_factory=dict)
    clients: dict[tuple[UUID, str], "Registered"] = field(default_factory=dict)
    resources: dict[tuple[UUID, str], "Resource"] = field(default_factory=dict)
    roles: dict[tuple[UUID, UUID], tuple[str, ...]] = field(default_factory=dict)
    grants: dict[UUID, tuple[ScopeGrant, ...]] = field(default_factory=dict)
    people: dict[UUID, User] = field(default_factory=dict)
    names: dict[str, UUID] = field(default_factory=dict)
    parties: dict[UUID, Mapping[str, RelyingParty]] = field(default_factory=dict)
    providers: dict[UUID, Mapping[str, ClaimsProvider]] = field(default_factory=dict)
    federations: dict[str, DomainFederation] = field(default_factory=dict)
    origins: dict[UUID, frozenset[str]] = field(default_factory=dict)
    signing_key: SigningKey | None = None
