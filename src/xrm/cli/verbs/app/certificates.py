"""xrm app certificate add, list, remove: the certificates an application signs in with."""

from pathlib import Path
from typing import Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import (
    ApplicationName,
    Data,
    DatabaseUrl,
    Json,
    Tenant,
    application,
    estate,
    tenant_of,
)
from xrm.cli.times import moment
from xrm.cli.verbs.app import facts, key_files

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
    typer.Argument(metavar="KEY-ID-OR-THUMBPRINT", help="As xrm app certificate list shows it."),
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


def add_certificate(
    *,
    name: ApplicationName,
    file: File = None,
    generate: Generate = False,
    out: Out = None,
    days: Days = 365,
    description: Description = "",
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Register a certificate: whoever holds its key can sign in as the application."""
    _check(file, generate=generate, out=out)
    from xrm.sts import registration

    with estate(data, database) as opened:
        one = application(opened, name, tenant_of(opened, tenant))
        if out:
            now = opened.sts.clock()
            content = key_files.generate(out, name=one.name, now=now, days=days)
        else:
            assert file
            content = key_files.read(file)
        made = registration.add_certificate(opened.sts, one, content, description=description)
    shown = {"name": one.name, "application_id": one.application_id, **facts.certificate(made)}
    _show(shown | {"path": out.absolute() if out else None}, as_json=as_json)


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


def show_all(
    name: ApplicationName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """List the certificates of an application by thumbprint, the first to end first."""
    from xrm.sts.registration import list_certificates

    with estate(data, database) as opened:
        one = application(opened, name, tenant_of(opened, tenant))
        found = [facts.certificate(each) for each in list_certificates(opened.sts, one)]
    if as_json:
        output.json(found)
    else:
        facts.show_certificates(found)


def remove(
    *,
    name: ApplicationName,
    which: Which,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Take a certificate from an application: its key signs nobody in from the next request on."""
    from xrm.sts.registration import list_certificates, remove_certificate

    with estate(data, database) as opened:
        one = application(opened, name, tenant_of(opened, tenant))
        gone = remove_certificate(opened.sts, one, which.replace(":", ""))
        left = [facts.certificate(each) for each in list_certificates(opened.sts, one)]
    if as_json:
        found = {"application_id": one.application_id, "key_id": gone.key_id}
        output.json(found | {"thumbprint": gone.thumbprint, "certificates": left})
        return
    output.say(f"The certificate {gone.thumbprint} of {one.name} is removed.")
    facts.show_certificates(left)
