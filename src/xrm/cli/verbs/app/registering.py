"""xrm app create, update, delete, disable, enable: registrations and their standing."""

from typing import Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.flags import taking
from xrm.cli.options import (
    ApplicationName,
    Data,
    DatabaseUrl,
    Json,
    Sure,
    Tenant,
    application,
    confirm,
    estate,
    tenant_of,
)
from xrm.cli.verbs.app import facts, members, secrets
from xrm.cli.verbs.app.finding import Meant, is_home, meaning, principal


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    for verb in (create, update, delete, disable, enable):
        group.command()(verb)


@taking(members.NEW)
def create(
    given: dict[str, Any],
    *,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What people will call the application.")
    ],
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Register an application, and the service principal that stands for it in the tenant."""
    amend = members.new(given)
    with estate(data, database) as opened:
        from xrm.sts import registration

        where = tenant_of(opened, tenant)
        first = secrets.First(opened, given)
        made = registration.create_application(
            opened.sts,
            where,
            name=name,
            application_id=given.get("application_id"),
            amend=members.checked(amend, where.domains),
            also=first.keep,
        )
        found = facts.of(opened, made)
    if as_json:
        text = first.shown.get("secret")
        output.json(found | ({"secret": text} if text else {}))
        return
    secrets.show_once(found, first.shown)
    if tenant is None:
        output.note(f"Next: xrm app-user create {made.application_id} --role Salesperson")


@taking(members.CHANGED)
def update(
    given: dict[str, Any],
    *,
    name: ApplicationName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Change what an application is. What is not named stays as it is."""
    if not given:
        raise typer.BadParameter("Say what to change: --name, --audience or another of the flags.")
    from xrm.sts.registration import amend_application

    with estate(data, database) as opened:
        where = tenant_of(opened, tenant)
        found = application(opened, name, where)
        amend = members.checked(members.changed(given), where.domains)
        after = amend_application(opened.sts, found, amend)
        shown = facts.of(opened, after)
    if as_json:
        output.json(shown)
    else:
        facts.show(shown, f"{where.domain}  {where.tenant_id}")


@meaning
def delete(meant: Meant, *, sure: Sure = False) -> None:
    """Remove an application with its secrets and certificates. Nothing brings it back."""
    from xrm.sts import registration

    with meant.registered() as (opened, _, found):
        if not sure:
            step = "xrm app disable only keeps it out."
            confirm(f"{found.name} ({found.application_id})", instead=step)
        registration.delete_application(opened.sts, found)
    if meant.as_json:
        output.json({"name": found.name, "application_id": found.application_id, "deleted": True})
    else:
        output.say(f"{found.name} ({found.application_id}) is deleted.")


@meaning
def disable(meant: Meant) -> None:
    """Let an application get no more tokens: at home everywhere, in another tenant only there.

    Tokens it has go on being taken until they expire, as at the real service, unless the
    server's profile is strict.
    """
    _set_enabled(meant, enabled=False)


@meaning
def enable(meant: Meant) -> None:
    """Let an application get tokens again, where it was disabled."""
    _set_enabled(meant, enabled=True)


def _set_enabled(meant: Meant, *, enabled: bool) -> None:
    from xrm.sts import registration

    with meant.anywhere() as (opened, there, found):
        if is_home(found, there):
            registration.set_enabled(opened.sts, found, enabled=enabled)
        else:
            present = principal(opened, found, there)
            registration.set_principal_enabled(opened.sts, present, enabled=enabled)
    shown = {
        "name": found.name,
        "application_id": found.application_id,
        "tenant_id": there.tenant_id,
        "home": is_home(found, there),
        "enabled": enabled,
    }
    if meant.as_json:
        output.json(shown)
        return
    reach = "in every tenant" if shown["home"] else f"in {there.domain}"
    output.say(f"{found.name} ({found.application_id}) is {facts.state(shown)} {reach}.")
