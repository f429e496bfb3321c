"""The directory roles people have."""

from typing import Annotated

import typer

from xrm.cli import output
from xrm.cli.options import Json
from xrm.cli.verbs.people.facts import Meant, meaning

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


@meaning
def add_role(meant: Meant, *, role: RoleName) -> None:
    """Give a person a directory role. It counts from the next request."""
    from xrm.sts.registration import people

    meant.change(lambda sts, account: people.add_role(sts, account, role))


@meaning
def remove_role(meant: Meant, *, role: RoleName) -> None:
    """Take a directory role from a person. It counts from the next request."""
    from xrm.sts.registration import people

    meant.change(lambda sts, account: people.remove_role(sts, account, role))
