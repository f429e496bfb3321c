"""Caller: the user on whose behalf a message runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Depth, Privilege, Right
from xrm.model.values import Guid, Values
from xrm.org.security.reach import EVERY, Reach


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with what its roles and its teams' roles grant: each privilege's name and reach.

    `units` holds the caller's business unit and all below it; `teams` those it is a member of;
    `shared` the tables of which some record is shared with it. `acting` is the user who acts
    in its name, where another does; reaches are then limited to that user's. `is_system` is the
    platform itself: it may do everything and is never reached from outside.
    """

    user_id: Guid
    business_unit_id: Guid
    organization_id: Guid
    units: tuple[Guid, ...] = ()
    reaches: Mapping[str, Reach] = field(default_factory=dict)
    teams: tuple[Guid, ...] = ()
    shared: frozenset[str] = frozenset()
    role_count: int = 0
    access_mode: int = 0
    acting: Optional["Caller"] = None
    is_system: bool = False
    filters: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What `access.readable` has worked out for each table; a caller never changes."""
    owned: dict[str, Values] = field(default_factory=dict, init=False, compare=False, repr=False)
    """By table, the ownership of its own new records, once it is found that it may create them."""

    @property
    def principals(self) -> tuple[Guid, ...]:
        """The user and its teams: those whose shares count for it."""
        return (self.user_id, *self.teams)

    def reach(self, privilege: str) -> Reach | None:
        """Return what a privilege reaches, None if no role grants it."""
        return EVERY if self.is_system else self.reaches.get(privilege)


def impersonated(user: Caller, acting: Caller) -> Caller:
    """Return a user in whose name another acts: each right reaches what it does for both."""
    reaches = {
        name: replace(reach, within=acting.reaches[name])
        for name, reach in user.reaches.items()
        if name in acting.reaches
    }
    return replace(user, reaches=reaches, acting=acting)


def sides(caller: Caller, reach: Reach) -> Iterator[tuple[Caller, Reach]]:
    """Yield the caller with its reach, then the user who acts in its name with its own."""
    yield caller, reach
    if caller.acting is not None and reach.within is not None:
        yield caller.acting, reach.within


def require(caller: Caller, table: Table, right: Right) -> Reach:
    """Return what the caller's right on a table reaches.

    Raises ServiceError 0x80040220 if no role grants it at any depth.
    """
    privilege = table.privileges.get(right)
    reach = None if privilege is None else caller.reach(privilege.name)
    if caller.is_system:
        return EVERY
    if reach is None:
        raise _missing(caller, table, right, privilege)
    return reach


def require_privilege(
    caller: Caller, name: str, identifier: Guid, *, least: Depth = Depth.BASIC
) -> None:
    """Check that the caller holds a privilege, at least so deep.

    Raises ServiceError 0x80040220 if no role grants it.
    """
    reach = caller.reach(name)
    if reach is None or not reach.is_as_deep(least):
        raise _denied(caller, name, identifier, "")


def _missing(
    caller: Caller, table: Table, right: Right, privilege: Privilege | None
) -> service.ServiceError:
    name = privilege.name if privilege else f"prv{right.value}{table.schema_name}"
    identifier = privilege.id if privilege else "00000000-0000-0000-0000-000000000000"
    where = f" on OTC={table.object_type_code} for entity '{table.logical_name}'"
    return _denied(caller, name, identifier, where)


def _denied(caller: Caller, name: str, identifier: Guid, where: str) -> service.ServiceError:
    # Where another acts in its name, the service names the caller even if the other lacks it.
    return service.ServiceError(
        service.PRIVILEGE_DENIED,
        f"Principal user (Id={caller.user_id}, type=8, roleCount={caller.role_count}, "
        f"privilegeCount={len(caller.reaches)}, accessMode={caller.access_mode}) is missing "
        f"{name} privilege (Id={identifier}){where}.",
    )
