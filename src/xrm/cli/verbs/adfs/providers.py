"""xrm adfs provider: other token services whose people a farm lets in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.verbs.adfs import farms, metadata
from xrm.cli.verbs.adfs.farms import At, placing

if TYPE_CHECKING:
    from xrm.sts.model import ClaimsProvider

Which = Annotated[
    str, typer.Argument(metavar="PROVIDER", help="Its name, its identifier, or its id.")
]

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people will choose it by.")]
Identifier = Annotated[
    str | None, typer.Option("--identifier", metavar="URI", help="The issuer its assertions name.")
]
Certificates = Annotated[
    list[Path] | None,
    typer.Option(
        "--certificate",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="What its assertions are signed with, in PEM or DER. Repeatable.",
    ),
]
Passive = Annotated[
    str | None, typer.Option("--passive", metavar="URL", help="Where browsers are sent.")
]
Suffixes = Annotated[
    list[str] | None,
    typer.Option(
        "--suffix",
        metavar="DOMAIN",
        help="A domain whose names are its people's: they are sent there unasked. Repeatable.",
    ),
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    verbs = typer.Typer(
        no_args_is_help=True, help="Claims providers: other token services that are trusted."
    )
    verbs.command("add")(add_provider)
    verbs.command("list")(show_all)
    for verb in (show, update, remove):
        verbs.command()(verb)
    group.add_typer(verbs, name="provider")


@placing
def add_provider(
    at: At,
    *,
    name: Name,
    identifier: Identifier = None,
    certificate: Certificates = None,
    passive: Passive = None,
    suffix: Suffixes = None,
    source: metadata.Source = None,
    signer: metadata.Signer = None,
    ca: metadata.Ca = None,
) -> None:
    """Trust another token service: its people can sign in at the farm (home realm)."""
    if not (source or (identifier and certificate)):
        raise typer.BadParameter("--identifier and --certificate must be given, or --metadata.")
    members = _members(identifier, certificate, passive=passive, suffix=suffix)
    document = metadata.document(at, source, members, signer=signer, ca=ca)
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        members |= _described(document, source, signer)
        made = providers.add(opened.sts, farm, name=name, **members)
    _show(_facts(made), at)


@placing
def show(at: At, *, which: Which) -> None:
    """Show a claims provider: its issuer, addresses, certificates and suffixes."""
    with at.farm() as (opened, farm):
        found = _facts(farms.provider(opened, farm, which))
    _show(found, at)


@placing
def update(
    at: At,
    *,
    which: Which,
    name: farms.NewName = None,
    identifier: Identifier = None,
    certificate: Certificates = None,
    passive: Passive = None,
    suffix: Suffixes = None,
    enabled: farms.Enabled = None,
    source: metadata.Source = None,
    signer: metadata.Signer = None,
    ca: metadata.Ca = None,
) -> None:
    """Change a claims provider. What is not named stays; a list named takes its place."""
    changes = _members(identifier, certificate, passive=passive, suffix=suffix)
    changes |= {"name": name} if name is not None else {}
    changes |= {"enabled": enabled} if enabled is not None else {}
    document = metadata.document(at, source, changes, signer=signer, ca=ca)
    if not changes and document is None:
        raise typer.BadParameter("Say what to change: --certificate, --suffix or another flag.")
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        standing = farms.provider(opened, farm, which)
        changes |= _described(document, source, signer, standing)
        changed = providers.update(opened.sts, farm, standing.provider_id, **changes)
    _show(_facts(changed), at)


@placing
def show_all(at: At) -> None:
    """List the claims providers a farm trusts."""
    from xrm.sts.adfs import providers

    with at.farm() as (opened, farm):
        found = [_facts(one) for one in providers.listing(opened.sts, farm)]
    if at.as_json:
        output.json(found)
        return
    rows = [(one["name"], one["identifier"], farms.standing(one)) for one in found]
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


def _members(
    identifier: str | None,
    certificate: list[Path] | None,
    *,
    passive: str | None,
    suffix: list[str] | None,
) -> dict[str, Any]:
    """Return the members that were named."""
    named = {
        "identifier": identifier,
        "certificates": tuple(farms.content(one) for one in certificate or ()),
        "passive": passive,
    }
    given = {member: value for member, value in named.items() if value}
    return given | ({"suffixes": tuple(one for one in suffix if one)} if suffix else {})


def _described(
    document: bytes | None,
    source: str | None,
    signer: Path | None,
    standing: "ClaimsProvider | None" = None,
) -> dict[str, Any]:
    """Return the members a document says, and its address; none without one."""
    from xrm.sts.adfs import described

    if document is None:
        return {}
    signers = [farms.content(signer)] if signer is not None else []
    found = described.provider(document, signers=signers, standing=standing)
    address = {"metadata": source} if source and "://" in source else {}
    return {**found, **address}


def _show(found: dict[str, Any], at: At) -> None:
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
            "Suffixes": tuple(found["suffixes"]),
            "State": farms.standing(found),
            "Provider id": found["provider_id"],
        }
    )


def _facts(found: "ClaimsProvider") -> dict[str, Any]:
    return {
        "provider_id": found.provider_id,
        "name": found.name,
        "identifier": found.identifier,
        "passive": found.passive,
        "metadata": found.metadata,
        "certificates": [farms.certificate(one) for one in found.certificates],
        "suffixes": list(found.suffixes),
        "enabled": found.enabled,
        "created": found.created,
    }
