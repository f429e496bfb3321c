"""xrm app: applications, what they sign in with, and what they may ask for.

registering    create, update, delete, disable, enable
showing        list, show
members        the flags by which create and update say what an application is
finding        which application is meant, at home or in another tenant: what most verbs take
facts          an application as the verbs print it;  taken_in: those from elsewhere
secrets        secret add, list, remove
certificates   certificate add, list, remove; files are read and made in `key_files`
permissions    permission add, remove, list, grant, revoke; consent
manifest       manifest get, set
configuration  configuration: what a single-page application is told
"""

import typer

from xrm.cli.verbs.app import (
    certificates,
    configuration,
    manifest,
    permissions,
    registering,
    secrets,
    showing,
)

__all__ = [
    "add",
    "certificates",
    "configuration",
    "manifest",
    "permissions",
    "registering",
    "secrets",
    "showing",
]

PANEL = "Register"
_PARTS = (registering, showing, secrets, certificates, permissions, manifest, configuration)


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Applications: create, update, list, show, delete, disable, enable; their secrets, "
        "certificates, permissions, manifest and configuration; consent to them.",
    )
    for part in _PARTS:
        part.add(group)
    app.add_typer(group, name="app", rich_help_panel=PANEL)
