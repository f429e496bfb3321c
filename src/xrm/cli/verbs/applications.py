"""xrm init, xrm app, xrm app secret: what is registered in the tenant."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.options import ApplicationName, Data, DatabaseUrl, Json, application, estate
from xrm.cli.times import moment

if TYPE_CHECKING:
    from pathlib import Path

    from xrm.server.estate import Estate
    from xrm.sts.model import Application, PasswordCredential

PANEL = "Register"

Days = Annotated[
    int, typer.Option("--days", min=1, max=36_500, help="How long the secret is good for.")
]
Description = Annotated[
    str, typer.Option("--description", help="What the secret is for, shown beside it.")
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command(rich_help_panel=PANEL)(init)
    group = typer.Typer(no_args_is_help=True, help="Applications: create, list, show, secret.")
    group.command()(create)
    group.command("list")(show_all)
    group.command()(show)
    secrets = typer.Typer(no_args_is_help=True, help="The secrets an application signs in with.")
    secrets.command("add")(add_secret)
    # A group of one verb would otherwise become that verb.
    secrets.callback()(_no_default)
    group.add_typer(secrets, name="secret")
    app.add_typer(group, name="app", rich_help_panel=PANEL)


def _no_default() -> None:
    """The secrets an application signs in with."""


def init(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """Make the data directory: tenant, organization, demonstration records, local CA.

    "xrm serve" does this itself at its first start. What exists already is kept.
    """
    with estate(data, database) as opened:
        found = {
            "tenant_id": opened.tenant.tenant_id,
            "tenant_domain": opened.tenant.domain,
            "organization_url": opened.urls.org,
            "data_dir": opened.folder.path,
            "ca_bundle": _certificates(opened),
        }
    if as_json:
        output.json(found)
        return
    output.facts(
        {
            "Tenant": f"{found['tenant_domain']}  {found['tenant_id']}",
            "Organization": found["organization_url"],
            "Data": found["data_dir"],
            "Trust this CA": found["ca_bundle"],
        }
    )
    output.note("Next: xrm serve")


def _certificates(opened: "Estate") -> "Path":
    """Return the path of the local CA's certificate; the CA is made if there is none."""
    from xrm.server import addresses, tls

    bundle = tls.ca_bundle(opened.folder)
    if not bundle.is_file():
        with opened.folder.locked():
            tls.ensure(opened.folder, addresses.certificate_names(opened.settings, opened.urls))
    return bundle


def create(
    *,
    name: Annotated[str, typer.Argument(help="What people will call the application.")],
    application_id: Annotated[
        UUID | None, typer.Option("--id", metavar="GUID", help="Its id (a new one if unset).")
    ] = None,
    with_secret: Annotated[
        bool, typer.Option("--secret", help="Add a secret at once, shown this one time.")
    ] = False,
    days: Days = 180,
    description: Description = "",
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Register an application, and the service principal that stands for it in the tenant."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        made = registration.create_application(
            opened.sts, opened.tenant, name=name, application_id=application_id
        )
        facts: dict[str, Any] = {"name": made.name, "application_id": made.application_id}
        if with_secret:
            fresh = registration.add_secret(opened.sts, made, description=description, days=days)
            facts |= _credential(fresh.credential) | {"secret": fresh.secret}
    if as_json:
        output.json(facts)
        return
    _show_secret_once(facts)
    output.note(f"Next: xrm app-user create {made.application_id} --role Salesperson")


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the applications of the tenant."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        named = registration.list_applications(opened.sts, opened.tenant)
        found = [_application(opened, each) for each in named]
    if as_json:
        output.json(found)
        return
    rows = [
        (each["name"], each["application_id"], len(each["secrets"]), _state(each)) for each in found
    ]
    output.listing(("NAME", "APPLICATION ID", "SECRETS", "STATE"), rows, empty="No applications.")


def show(
    name: ApplicationName,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Show an application and its secrets (their hints; the secrets themselves are not kept)."""
    with estate(data, database) as opened:
        facts = _application(opened, application(opened, name))
    if as_json:
        output.json(facts)
        return
    output.facts(
        {
            "Name": facts["name"],
            "Application id": facts["application_id"],
            "State": _state(facts),
        }
    )
    rows = [
        (each["hint"] + "…", each["description"], moment(each["end"]), each["key_id"])
        for each in facts["secrets"]
    ]
    output.say()
    output.listing(("SECRET", "DESCRIPTION", "EXPIRES", "KEY ID"), rows, empty="No secrets.")


def add_secret(
    *,
    name: ApplicationName,
    description: Description = "",
    days: Days = 180,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Add a secret to an application. It is shown once: only its hash is kept."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        found = application(opened, name)
        fresh = registration.add_secret(opened.sts, found, description=description, days=days)
    facts = {
        "name": found.name,
        "application_id": found.application_id,
        **_credential(fresh.credential),
    }
    facts["secret"] = fresh.secret
    if as_json:
        output.json(facts)
    else:
        _show_secret_once(facts)


def _credential(credential: "PasswordCredential") -> dict[str, Any]:
    return {
        "key_id": credential.key_id,
        "hint": credential.hint,
        "description": credential.description,
        "start": credential.start,
        "end": credential.end,
    }


def _application(opened: "Estate", found: "Application") -> dict[str, Any]:
    from xrm.sts.registration import list_secrets

    return {
        "name": found.name,
        "application_id": found.application_id,
        "enabled": found.enabled,
        "secrets": [_credential(each) for each in list_secrets(opened.sts, found)],
    }


def _state(facts: dict[str, Any]) -> str:
    return "enabled" if facts["enabled"] else "disabled"


def _show_secret_once(facts: dict[str, Any]) -> None:
    output.facts({"Name": facts["name"], "Application id": facts["application_id"]})
    if "secret" in facts:
        output.facts({"Secret": facts["secret"].reveal(), "Expires": moment(facts["end"])})
        output.note("The secret is not shown again.")
