"""Messages asked in process, roles made to order, and the errors of rights."""

import uuid
from typing import Any

import pytest

from support.estate import Client, Estate
from xrm.model.errors.service import ServiceError
from xrm.model.message import Message
from xrm.model.privileges import Depth, RolePrivilege
from xrm.model.values import Entity, EntityReference, Guid
from xrm.org import administration, keys, pipeline, roles
from xrm.org.callers import Identity
from xrm.org.context import Context
from xrm.org.rules.rights import sharing
from xrm.org.store.shares import Share

ADMINISTRATOR = "System Administrator"
MISSING = (403, "0x80040220")
BEYOND = (403, "0x80048306")
ABSENT = (404, "0x80040217")
INVALID = (400, "0x80040203")
DISABLED = (403, "0x80040225")
DUPLICATE = (412, "0x80040237")
ASSIGNMENT = "systemuserroles_association"

KEEPER = {
    "prvAssignRole": Depth.GLOBAL,
    "prvReadRole": Depth.GLOBAL,
    "prvWriteRole": Depth.GLOBAL,
    "prvCreateRole": Depth.GLOBAL,
    "prvReadUser": Depth.GLOBAL,
    "prvAppendToBusinessUnit": Depth.GLOBAL,
    "prvAppendRole": Depth.GLOBAL,
    "prvReadLead": Depth.LOCAL,
}
"""What somebody holds who keeps roles and is no administrator."""


def identity(client: Client) -> Identity:
    known = client.estate.directory.known[client.application_id]
    return Identity(str(known.object_id), str(known.application_id))


def ask(client: Client, name: str, **parameters: Any) -> Any:
    """Run a message for a client's user, without a face."""
    return pipeline.execute(client.estate.organization, Message(name, parameters), identity(client))


def refusal(client: Client, name: str, **parameters: Any) -> tuple[int, str]:
    """Return status and code of what must be refused."""
    with pytest.raises(ServiceError) as caught:
        ask(client, name, **parameters)
    return caught.value.fault.status, caught.value.fault.hex


def pair(user: object, role: object, relationship: str = ASSIGNMENT) -> dict[str, Any]:
    """Return what pairs a user and a role."""
    return {
        "Target": EntityReference("systemuser", str(user)),
        "Relationship": relationship,
        "RelatedEntities": [EntityReference("role", str(role))],
    }


def role_id(estate: Estate, name: str) -> Guid:
    return administration.named(estate.organization, "role", name)


def privilege(estate: Estate, name: str, depth: Depth) -> dict[str, str]:
    key = administration.named(estate.organization, "privilege", name)
    return RolePrivilege(key, depth).spelled()


def new_role(estate: Estate, name: str, grants: dict[str, Depth]) -> str:
    """Make a role that grants this and nothing else, and return its id."""
    made = str(roles.copy_role(estate.organization, "Delegate", name=name))
    given = [privilege(estate, each, depth) for each, depth in grants.items()]
    message = Message("ReplacePrivilegesRole", {"RoleId": made, "Privileges": given})
    organization = estate.organization
    pipeline.execute(organization, message, administration.platform_of(organization))
    return made


def holder(estate: Estate, grants: dict[str, Depth], *, unit: str | None = None) -> Client:
    """Make a user who holds this and nothing else."""
    name = f"Role {uuid.uuid4()}"
    new_role(estate, name, grants)
    return estate.user(name, unit=unit, name=f"Holder {uuid.uuid4()}")


def held(estate: Estate, role: object) -> dict[str, Depth]:
    """Return what a role grants."""
    found = roles.read_role(estate.organization, str(role)).privileges
    return {each.name: each.depth for each in found}


def share(
    estate: Estate,
    target: EntityReference,
    principal: EntityReference,
    *,
    own: int,
    inherited: int = 0,
) -> None:
    """Share a record with a user or team, as messages will; no rights end it."""
    organization = estate.organization
    platform = administration.platform_of(organization)
    with pipeline.writing(organization) as transaction:
        context = Context(organization, transaction, platform)
        sharing.put(context, Share(target, principal, own, inherited))
        if not pipeline.SECURITY_TABLES.isdisjoint(context.written):
            transaction.changed()


def made_by_platform(estate: Estate, table: str, values: dict[str, Any]) -> Guid:
    """Create a record whatever anybody's rights are."""
    organization = estate.organization
    message = Message("Create", {"Target": Entity(table, None, values)})
    key: Guid = pipeline.execute(organization, message, administration.platform_of(organization))
    return key


def reference(client: Client) -> EntityReference:
    """Return a caller's user as a lookup points to it."""
    return EntityReference("systemuser", str(client.user_id))


def make_number_a_key(estate: Estate) -> None:
    """Let accounts be named by their number."""
    keys.define(estate.organization, "account", "accountnumber_key", ("accountnumber",))
