"""xrm adfs party: relying-party trusts, whom a farm issues tokens for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.times import moment
from xrm.cli.verbs.adfs import farms, metadata, rules
from xrm.cli.verbs.adfs.farms import At, placing

if TYPE_CHECKING:
    from xrm.sts.model import RelyingParty

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people will call it.")]
Which = Annotated[
    str, typer.Argument(metavar="PARTY", help="Its name, one of its identifiers, or its id.")
]
Identifiers = Annotated[
    list[str] | None,
    typer.Option(
        "--identifier",
        metavar="URI",
        help="What tokens are asked for by; they name the first. Repeatable.",
    ),
]
Endpoints = Annotated[
    list[str] | None,
    typer.Option(
        "--endpoint",
        metavar="URL",
        help="Where browsers bring its tokens (WS-Federation), the usual one first. Repeatable.",
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        "--certificate",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="What its tokens are encrypted to, in PEM or DER. Without one they are in clear.",
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="RULE",
        help="A claim it is told: upn, name=windowsaccountname or role:=Sales. Repeatable; unset, "
        "what an organization needs.",
    ),
]
Lifetime = Annotated[
    int | None,
    typer.Option("--lifetime", metavar="MINUTES", min=0, help="Of its tokens; 0 for the farm's."),
]
Saml = Annotated[
    Literal["1.1", "2.0"] | None,
    typer.Option("--saml", help="The version of its assertions (1.1 if unset)."),
]
Delegates = Annotated[
    list[str] | None,
    typer.Option(
        "--delegate",
        metavar="UPN",
        help="Who may ask for tokens there in the name of others. Repeatable.",
    ),
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    verbs = typer.Typer(no_args_is_help=True, help="Relying parties: whom tokens are for.")
    verbs.command("add")(add_party)
    verbs.command("list")(show_all)
    for verb in (show, update, remove):
        verbs.command()(verb)
    group.add_typer(verbs, name="party")


@placing
def add_party(
    at: At,
    *,
    name: Name,
    identifier: Identifiers = None,
    endpoint: Endpoints = None,
    certificate: Certificate = None,
    rule: Rules = None,
    lifetime: Lifetime = None,
    saml: Saml = None,
    delegate: Delegates = None,
    source: metadata.Source = None,
    signer: metadata.Signer = None,
    ca: metadata.Ca = None,
) -> None:
    """Register a relying party: a web site or an API that takes the farm's tokens."""
    if not (identifier or source):
        raise typer.BadParameter("At least one --identifier must be given, or --metadata.")
    members = _members(
        identifier=identifier,
        endpoint=endpoint,
        certificate=certificate,
        rule=rule,
        lifetime=lifetime,
        saml=saml,
        delegate=delegate,
    )
    document = metadata.document(at, source, members, signer=signer, ca=ca)
    from xrm.sts.adfs import parties

    with at.farm() as (opened, farm):
        members |= _described(document, signer)
        made = facts(parties.add(opened.sts, farm, name=name, **members))
    _show(made, as_json=at.as_json)


@placing
def show_all(at: At) -> None:
    """List the relying parties of a farm."""
    from xrm.sts.adfs import parties

    with at.farm() as (opened, farm):
        found = [facts(one) for one in parties.listing(opened.sts, farm)]
    if at.as_json:
        output.json(found)
        return
    rows = [
        (one["name"], "\n".join(one["identifiers"]), _tokens(one), farms.standing(one))
        for one in found
    ]
    columns = ("NAME", "IDENTIFIERS", "TOKENS", "STATE")
    output.listing(columns, rows, empty="No relying parties.")


@placing
def show(at: At, *, which: Which) -> None:
    """Show a relying party: its identifiers, addresses, certificate and rules."""
    with at.farm() as (opened, farm):
        found = facts(farms.party(opened, farm, which))
    _show(found, as_json=at.as_json)


@placing
def update(
    at: At,
    *,
    which: Which,
    name: farms.NewName = None,
    identifier: Identifiers = None,
    endpoint: Endpoints = None,
    certificate: Certificate = None,
    rule: Rules = None,
    lifetime: Lifetime = None,
    saml: Saml = None,
    delegate: Delegates = None,
    enabled: farms.Enabled = None,
    source: metadata.Source = None,
    signer: metadata.Signer = None,
    ca: metadata.Ca = None,
) -> None:
    """Change a relying party. What is not named stays as it is; a list named takes its place."""
    changes = _members(
        identifier=identifier,
        endpoint=endpoint,
        certificate=certificate,
        rule=rule,
        lifetime=lifetime,
        saml=saml,
        delegate=delegate,
    )
    changes |= {"name": name} if name is not None else {}
    changes |= {"enabled": enabled} if enabled is not None else {}
    document = metadata.document(at, source, changes, signer=signer, ca=ca)
    if not changes and document is None:
        raise typer.BadParameter("Say what to change: --identifier, --rule or another flag.")
    from xrm.sts.adfs import parties

    with at.farm() as (opened, farm):
        standing = farms.party(opened, farm, which)
        changes |= _described(document, signer, standing)
        changed = facts(parties.update(opened.sts, farm, standing.party_id, **changes))
    _show(changed, as_json=at.as_json)


@placing
def remove(at: At, *, which: Which, sure: Sure = False) -> None:
    """Remove a relying party: it is given no more tokens from the next request on."""
    from xrm.sts.adfs import parties

    with at.farm() as (opened, farm):
        found = farms.party(opened, farm, which)
        if not sure:
            confirm(f"the relying party {found.name} ({found.identifiers[0]})")
        parties.remove(opened.sts, farm, found.party_id)
    if at.as_json:
        output.json({"party_id": found.party_id, "name": found.name, "removed": True})
    else:
        output.say(f"The relying party {found.name} ({found.identifiers[0]}) is removed.")


def facts(found: "RelyingParty") -> dict[str, Any]:
    """Return everything about a relying party."""
    return {
        "party_id": found.party_id,
        "name": found.name,
        "identifiers": list(found.identifiers),
        "endpoints": list(found.endpoints),
        "certificate": farms.certificate(found.certificate),
        "rules": [rules.shown(one) for one in found.rules],
        "lifetime": found.lifetime,
        "saml": found.saml,
        "delegates": list(found.delegates),
        "enabled": found.enabled,
        "created": found.created,
    }


def _members(
    *,
    identifier: list[str] | None,
    endpoint: list[str] | None,
    certificate: Path | None,
    rule: list[str] | None,
    lifetime: int | None,
    saml: str | None,
    delegate: list[str] | None,
) -> dict[str, Any]:
    """Return the members that were named."""
    named = {
        "identifiers": tuple(identifier or ()),
        "endpoints": tuple(endpoint or ()),
        "certificate": farms.content(certificate),
        "rules": tuple(rules.read(one) for one in rule or ()),
        "saml": saml,
        "delegates": tuple(delegate or ()),
    }
    given = {name: value for name, value in named.items() if value}
    return given if lifetime is None else {**given, "lifetime": lifetime}


def _described(
    document: bytes | None, signer: Path | None, standing: "RelyingParty | None" = None
) -> dict[str, Any]:
    """Return the members a document says, none without one."""
    from xrm.sts.adfs import described

    if document is None:
        return {}
    signers = [farms.content(signer)] if signer is not None else []
    return {**described.party(document, signers=signers, standing=standing)}


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json(found)
        return
    output.facts(
        {
            "Name": found["name"],
            "Identifiers": tuple(found["identifiers"]),
            "Endpoints": tuple(found["endpoints"]),
            "Encrypts to": farms.shown(found["certificate"]),
            "Rules": tuple(found["rules"]),
            "Tokens": _tokens(found),
            "Delegates": tuple(found["delegates"]),
            "State": farms.standing(found),
            "Party id": found["party_id"],
            "Created": moment(found["created"]),
        }
    )


def _tokens(found: dict[str, Any]) -> str:
    how = "encrypted" if found["certificate"] else "in clear"
    return f"SAML {found['saml']}, {how}, {found['lifetime'] or 60} min"
