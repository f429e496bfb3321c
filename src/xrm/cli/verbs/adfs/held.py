"""xrm adfs client secret, certificate: what a farm's client proves itself by."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.times import moment
from xrm.cli.verbs.adfs import farms
from xrm.cli.verbs.adfs.farms import At, placing
from xrm.cli.verbs.app import facts

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts.adfs import Farm
    from xrm.sts.model import FarmClient

DAYS = 180

Which = Annotated[str, typer.Argument(metavar="CLIENT", help="Its client id or its name.")]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    of_secrets = typer.Typer(no_args_is_help=True, help="The secrets of a client.")
    of_secrets.command("add")(add_secret)
    of_secrets.command("list")(list_secrets)
    of_secrets.command("remove")(remove_secret)
    group.add_typer(of_secrets, name="secret")
    of_certificates = typer.Typer(no_args_is_help=True, help="The certificates of a client.")
    of_certificates.command("add")(add_certificate)
    of_certificates.callback()(_no_default)
    group.add_typer(of_certificates, name="certificate")


def _no_default() -> None:
    """The certificates of a client."""


@placing
def add_secret(
    at: At,
    *,
    which: Which,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    days: Annotated[
        int,
        typer.Option("--days", metavar="DAYS", min=1, max=36_500, help="How long it is good for."),
    ] = DAYS,
) -> None:
    """Add a secret to a client. It is shown once: only its hash is kept."""
    with at.farm() as (opened, farm):
        found = farms.client(opened, farm, which)
        made = fresh(opened, farm, found, description=description, days=days)
    if at.as_json:
        output.json({"client_id": found.client_id} | made)
        return
    output.facts(
        {
            "Client id": found.client_id,
            "Secret": made["secret"].reveal(),
            "Expires": moment(made["end"]),
            "Key id": made["key_id"],
        }
    )
    output.note("The secret is not shown again.")


@placing
def list_secrets(at: At, *, which: Which) -> None:
    """List the secrets of a client by their hints, the first to end first."""
    with at.farm() as (opened, farm):
        found = secrets(opened, farms.client(opened, farm, which))
    if at.as_json:
        output.json(found)
    else:
        facts.show_secrets(found)


@placing
def remove_secret(
    at: At,
    *,
    which: Which,
    key_id: Annotated[UUID, typer.Argument(metavar="KEY-ID", help="As secret list shows it.")],
) -> None:
    """Take a secret from a client: it signs nobody in from the next request on."""
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        found = farms.client(opened, farm, which)
        clients.remove_secret(opened.sts, farm, found.client_id, str(key_id))
    if at.as_json:
        output.json({"client_id": found.client_id, "key_id": key_id, "removed": True})
    else:
        output.say(f"The secret {key_id} of {found.name} is removed.")


@placing
def add_certificate(
    at: At,
    *,
    which: Which,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="In PEM or DER.")
    ],
) -> None:
    """Register a certificate that a client signs assertions with."""
    from xrm.sts.adfs.oauth import clients

    with at.farm() as (opened, farm):
        found = farms.client(opened, farm, which)
        made = clients.add_certificate(opened.sts, farm, found.client_id, farms.content(file))
    shown = facts.certificate(made)
    if at.as_json:
        output.json({"client_id": found.client_id} | shown)
    else:
        facts.show_certificates([shown])


def fresh(opened: "Estate", farm: "Farm", found: "FarmClient", **how: Any) -> dict[str, Any]:
    """Make a secret and return the facts of it with its text, for this one time."""
    from xrm.sts.adfs.oauth import clients

    made = clients.add_secret(opened.sts, farm, found.client_id, **how)
    return facts.secret(made.credential) | {"secret": made.secret}


def secrets(opened: "Estate", found: "FarmClient") -> list[dict[str, Any]]:
    """Return what is known of a client's secrets."""
    from xrm.sts.adfs.oauth import clients

    return [facts.secret(one) for one in clients.secrets(opened.sts, found)]


def certificates(opened: "Estate", found: "FarmClient") -> list[dict[str, Any]]:
    """Return what is known of a client's certificates."""
    from xrm.sts.adfs.oauth import clients

    return [facts.certificate(one) for one in clients.certificates(opened.sts, found)]


def show(found: dict[str, Any]) -> None:
    """Print the secrets and certificates there are."""
    if found["secrets"]:
        output.say()
        facts.show_secrets(found["secrets"])
    if found["certificates"]:
        output.say()
        facts.show_certificates(found["certificates"])
