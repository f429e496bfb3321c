"""xrm adfs: the farm of AD FS that signs a tenant's people in by claims.

showing    show: its addresses, its names, its certificates
parties    party add, list, show, update, remove: relying-party trusts
metadata   what describes a trust: a file, or an address that is fetched
rules      how issuance rules are written on the command line
clients    client add, list, show, update, remove; their secrets and certificates in `held`
providers  provider add, list, show, update, remove: claims-provider trusts
certificates   certificate add, list, remove: of people
farms      which farm, client or trust is meant: what the verbs take
"""

import typer

from xrm.cli.verbs.adfs import certificates, clients, parties, providers, showing

__all__ = ["add", "certificates", "clients", "parties", "providers", "showing"]

PANEL = "Register"
_PARTS = (showing, parties, clients, providers, certificates)


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="AD FS: relying parties, clients and claims providers of a tenant's farm.",
    )
    for part in _PARTS:
        part.add(group)
    app.add_typer(group, name="adfs", rich_help_panel=PANEL)
