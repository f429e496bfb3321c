"""The directory roles people have."""

from typing import Annotated

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, Tenant, estate
from xrm.cli.verbs.people import facts
from xrm.cli.verbs.people.facts import Person

RoleName = Annotated[
    str,
    typer.Argument(metavar="ROLE", help="The role's name, or the id of its template."),
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    roles = typer.Typer(no_args_is_help=True, help="The directory roles people have.")
    roles.command("list")(show_roles)
    roles.command("add")(add_role)
    roles.command("remove")(remove_role)
    group.add_typer(roles, name="role")


def show_roles(as_json: Json = False) -> None:
    """List the directory roles there are."""
    from xrm.sts.offerings import DIRECTORY_ROLES

    found = [{"name": role.name, "template_id": role.template_id} for role in DIRECTORY_ROLES]
    if as_json:
        output.json(found)
        return
    output.listing(("NAME", "ROLE ID"), [tuple(each.values()) for each in found])


def add_role(
    *,
    user: Person,
    role: RoleName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Give a person a directory role. It counts from the next request."""
    from xrm.sts.registration import people

    with estate(data, database) as opened:
        account = facts.with_user(
            opened, people.add_role(opened.sts, facts.find(opened, tenant, user), role)
        )
    facts.show(account, as_json=as_json)


def remove_role(
    *,
    user: Person,
    role: RoleName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Take a directory role from a person. It counts from the next request."""
    from xrm.sts.registration import people

    with estate(data, database) as opened:
        account = facts.with_user(
            opened, people.remove_role(opened.sts, facts.find(opened, tenant, user), role)
        )
    facts.show(account, as_json=as_json)
