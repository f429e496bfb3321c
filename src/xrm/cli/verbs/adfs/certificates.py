"""xrm adfs certificate: what the farm's people may sign in by beside their password."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.times import moment
from xrm.cli.verbs.adfs import farms
from xrm.cli.verbs.adfs.farms import At, placing

if TYPE_CHECKING:
    from xrm.sts.model import PersonCertificate, User

Who = Annotated[str, typer.Argument(metavar="USER", help="The user principal name, or the id.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="In PEM or DER.")
]
Digest = Annotated[str, typer.Argument(metavar="SHA-256", help="As certificate list shows it.")]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    verbs = typer.Typer(
        no_args_is_help=True, help="Certificates of people (WS-Trust, certificatemixed)."
    )
    verbs.command("add")(add_certificate)
    verbs.command("list")(show_all)
    verbs.command()(remove)
    group.add_typer(verbs, name="certificate")


@placing
def add_certificate(at: At, *, who: Who, file: File) -> None:
    """Let a person sign in by a certificate. No authority is trusted, this one alone is."""
    from xrm.sts.adfs.trust import certificates

    with at.farm() as (opened, farm):
        person = farms.person(opened, farm, who)
        made = certificates.add(opened.sts, farm, person, farms.content(file))
    _show([_facts(made, person)], at)


@placing
def show_all(at: At, *, who: Who) -> None:
    """List the certificates a person may sign in by."""
    from xrm.sts.adfs.trust import certificates

    with at.farm() as (opened, farm):
        person = farms.person(opened, farm, who)
        found = [_facts(one, person) for one in certificates.listing(opened.sts, person)]
    _show(found, at)


@placing
def remove(at: At, *, digest: Digest) -> None:
    """Let nobody sign in by a certificate any more, from the next request on."""
    from xrm.sts.adfs.trust import certificates

    with at.farm() as (opened, farm):
        removed = certificates.remove(opened.sts, farm, digest)
    if at.as_json:
        output.json({"sha256": removed.digest, "removed": True})
    else:
        output.say(f"The certificate {removed.digest} is removed.")


def _facts(found: "PersonCertificate", person: "User") -> dict[str, Any]:
    known = farms.certificate(found.certificate)
    return {"user": person.user_principal_name, "sha256": found.digest, **known}


def _show(found: list[dict[str, Any]], at: At) -> None:
    if at.as_json:
        output.json(found)
        return
    rows = [(one["user"], one["subject"], moment(one["end"]), one["sha256"]) for one in found]
    header = ("USER", "SUBJECT", "EXPIRES", "SHA-256")
    output.listing(header, rows, empty="No certificates.")
