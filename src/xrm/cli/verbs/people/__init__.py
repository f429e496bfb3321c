"""xrm user: people of a tenant.

accounts     create, list, show, update, password, revoke-sessions, disable, enable, delete
roles        role list, add, remove: directory roles
licences     license list, add, remove
facts        who is meant, and an account as the verbs print it
"""

import typer

from xrm.cli.verbs.people import accounts, licences, roles

PANEL = "Register"
_PARTS = (accounts, roles, licences)


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="People: create, list, show, update, password, revoke-sessions, disable, enable, "
        "delete; their directory roles and licences.",
    )
    for part in _PARTS:
        part.add(group)
    app.add_typer(group, name="user", rich_help_panel=PANEL)
