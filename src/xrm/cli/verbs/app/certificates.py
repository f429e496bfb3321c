"""xrm app certificate add, list, remove: the certificates an application signs in with."""

from pathlib import Path
from typing import Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.times import moment
from xrm.cli.verbs.app import facts, key_files
from xrm.cli.verbs.app.finding import Meant, meaning

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="PEM, DER (CER, CRT) or PFX; only the public part is taken. The password of a PFX "
        "file is read from XRM_CERTIFICATE_PASSWORD.",
    ),
]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a key and a self-signed certificate instead.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE.pem",
        dir_okay=False,
        help="With --generate: the file for the key and the certificate, for you alone to read.",
    ),
]
Days = Annotated[
    int,
    typer.Option(
        "--days",
        metavar="DAYS",
        min=1,
        max=36_500,
        help="With --generate: how long it is good for.",
    ),
]
Description = Annotated[str, typer.Option("--description", help="What it is for, shown beside it.")]
Which = Annotated[
    str,
    typer.Argument(
        metavar="THUMBPRINT",
        help="As xrm app certificate list shows it; its key id, which --json shows, will do too.",
    ),
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    certificates = typer.Typer(
        no_args_is_help=True, help="The certificates an application signs in with."
    )
    certificates.command("add")(add_certificate)
    certificates.command("list")(show_all)
    certificates.command()(remove)
    group.add_typer(certificates, name="certificate")


@meaning
def add_certificate(
    meant: Meant,
    *,
    file: File = None,
    generate: Generate = False,
    out: Out = None,
    days: Days = 365,
    description: Description = "",
) -> None:
    """Register a certificate: whoever holds its key can sign in as the application."""
    _check(file, generate=generate, out=out)
    from xrm.sts import registration

    with meant.registered() as (opened, _, one):
        if out:
            now = opened.sts.clock()
            content = key_files.generate(out, name=one.name, now=now, days=days)
        else:
            assert file
            content = key_files.read(file)
        made = registration.add_certificate(opened.sts, one, content, description=description)
    shown = {"name": one.name, "application_id": one.application_id, **facts.certificate(made)}
    _show(shown | {"path": out.absolute() if out else None}, as_json=meant.as_json)


def _check(file: Path | None, *, generate: bool, out: Path | None) -> None:
    """Refuse, as wrong usage, what does not say where the certificate comes from."""
    if generate == (file is not None):
        raise typer.BadParameter("Either FILE or --generate must be given.")
    if generate != (out is not None):
        raise typer.BadParameter("--generate and --out FILE.pem go together.")


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json(found)
        return
    output.facts(
        {
            "Name": found["name"],
            "Application id": found["application_id"],
            "Thumbprint": found["thumbprint"],
            "SHA-256": found["thumbprint_sha256"],
            "Subject": found["subject"],
            "Description": found["description"],
            "Expires": moment(found["end"]),
            "Key id": found["key_id"],
            "Key and certificate": found["path"],
        }
    )


@meaning
def show_all(meant: Meant) -> None:
    """List the certificates of an application by thumbprint, the first to end first."""
    with meant.registered() as (opened, _, one):
        found = facts.certificates(opened, one)
    if meant.as_json:
        output.json(found)
    else:
        facts.show_certificates(found)


@meaning
def remove(meant: Meant, *, which: Which) -> None:
    """Take a certificate from an application: its key signs nobody in from the next request on."""
    from xrm.sts.registration import remove_certificate

    with meant.registered() as (opened, _, one):
        gone = remove_certificate(opened.sts, one, which.replace(":", ""))
        left = facts.certificates(opened, one)
    if meant.as_json:
        found = {"application_id": one.application_id, "key_id": gone.key_id}
        output.json(found | {"thumbprint": gone.thumbprint, "certificates": left})
        return
    output.say(f"The certificate {gone.thumbprint} of {one.name} is removed.")
    facts.show_certificates(left)
