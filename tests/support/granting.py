"""Roles that grant what a test says and nothing else."""

from collections.abc import Mapping

from support.estate import Client, Estate
from xrm.model.privileges import Depth
from xrm.org import roles


def caller_with(
    estate: Estate, name: str, grants: Mapping[str, Depth], *, unit: str | None = None
) -> Client:
    """Return the client of a new user who holds these privileges and no other."""
    made = str(roles.copy_role(estate.organization, "Delegate", name=name))
    held = {each.name for each in roles.read_role(estate.organization, made).privileges}
    removed = sorted(held - grants.keys())
    roles.edit_role(estate.organization, made, roles.Edit(depths=grants, removed=removed))
    return estate.user(name, unit=unit, name=name)
