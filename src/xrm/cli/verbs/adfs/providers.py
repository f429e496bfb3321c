"""xrm adfs provider: other token services whose people a farm lets in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.verbs.adfs import farms
from xrm.cli.verbs.adfs.farms import At, placing

if TYPE_CHECKING:
    from xrm.sts.model import ClaimsProvider

Which = Annotated[
    str, typer.Argument(metavar="PROVIDER", help="Its name, its identifier, or its id.")
]

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people will choose it by.")]
Identifier = Annotated[
    str, typer.Option("--identifier", metavar="URI", help="The issuer its assertions name.")
]
Certificates = Annotated[
    list[Path],
    typer.Option(
        "--certificate",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="What its assertions are signed with, in PEM or DER. Repeatable.",
    ),
]
Passive = Annotated[str, typer.Option("--passive", metavar="URL", help="Where browsers are sent.")]
Metadata = Annotated[
    str, typer.Option("--metadata", metavar="URL", help="Where it describes itself.")
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    verbs = typer.Typer(
        no_args_is_help=True, help="Claims providers: other token services that are trusted."
    )
    verbs.command("add")(add_provider)
    verbs.command("list")(show_all)
    verbs.command()(remove)
    group.add_typer(verbs, name="provider")


@placing
def add_provider(
    at: At,
    *,
    name: Name,
    identifier: Identifier,
    certificate: Certificates,
    passive: Passive = "",
    metadata: Metadata = "",
) -> None:
    """Trust another token service: its people can sign in at the farm (home realm)."""
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        made = providers.add(
            opened.sts,
            farm,
            name=name,
            identifier=identifier,
            certificates=[farms.content(one) for one in certificate],
            passive=passive,
            metadata=metadata,
        )
    found = _facts(made)
    if at.as_json:
        output.json(found)
        return
    output.facts(
        {
            "Name": found["name"],
            "Identifier": found["identifier"],
            "Browsers go to": found["passive"],
            "Metadata": found["metadata"],
            "Signs with": tuple(farms.shown(one) for one in found["certificates"]),
            "Provider id": found["provider_id"],
        }
    )


@placing
def show_all(at: At) -> None:
    """List the claims providers a farm trusts."""
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        found = [_facts(one) for one in providers.listing(opened.sts, farm)]
    if at.as_json:
        output.json(found)
        return
    rows = [
        (one["name"], one["identifier"], "enabled" if one["enabled"] else "disabled")
        for one in found
    ]
    output.listing(("NAME", "IDENTIFIER", "STATE"), rows, empty="No claims providers.")


@placing
def remove(at: At, *, which: Which, sure: Sure = False) -> None:
    """Trust another token service no more."""
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        found = farms.provider(opened, farm, which)
        if not sure:
            confirm(f"the claims provider {found.name} ({found.identifier})")
        providers.remove(opened.sts, farm, found.provider_id)
    if at.as_json:
        output.json({"provider_id": found.provider_id, "name": found.name, "removed": True})
    else:
        output.say(f"The claims provider {found.name} ({found.identifier}) is removed.")


def _facts(found: "ClaimsProvider") -> dict[str, Any]:
    return {
        "provider_id": found.provider_id,
        "name": found.name,
        "identifier": found.identifier,
        "passive": found.passive,
        "metadata": found.metadata,
        "certificates": [farms.certificate(one) for one in found.certificates],
        "enabled": found.enabled,
        "created": found.created,
    }
