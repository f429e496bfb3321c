"""xrm app create, update, delete, disable, enable: registrations and their standing."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.flags import taking
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
from xrm.cli.output import Failure
from xrm.cli.verbs.app import facts, members, secrets
from xrm.cli.verbs.app.finding import anywhere, is_home, principal

if TYPE_CHECKING:
    from xrm.sts import model

Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    for verb in (create, update, delete, disable, enable):
        group.command()(verb)


@taking(members.NEW)
def create(
    given: dict[str, Any],
    *,
    name: Annotated[str, typer.Argument(help="What people will call the application.")],
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
            also=first.keep if given.get("secret") else None,
        )
        found = facts.of(opened, made) | first.shown
    _show_created(found, elsewhere=tenant, as_json=as_json)


def _show_created(found: dict[str, Any], *, elsewhere: str | None, as_json: bool) -> None:
    if as_json:
        output.json(found)
        return
    secrets.show_once(found)
    if elsewhere is None:
        output.note(f"Next: xrm app-user create {found['application_id']} --role Salesperson")


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


def delete(
    *,
    name: ApplicationName,
    sure: Sure = False,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Remove an application with its secrets and certificates. Nothing brings it back."""
    from xrm.sts import registration

    with estate(data, database) as opened:
        found = application(opened, name, tenant_of(opened, tenant))
        if not sure:
            _ask(found)
        registration.delete_application(opened.sts, found)
    if as_json:
        output.json({"name": found.name, "application_id": found.application_id, "deleted": True})
    else:
        output.say(f"{found.name} ({found.application_id}) is deleted.")


def _ask(found: "model.Application") -> None:
    """Ask whether to delete it. Wrong usage where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("--yes must be given where nobody can be asked.")
    if not typer.confirm(f"Delete {found.name} ({found.application_id})?", err=True):
        raise Failure("Nothing was deleted.", next_step="xrm app disable only keeps it out.")


def disable(
    name: ApplicationName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Let an application get no more tokens: at home everywhere, in another tenant only there.

    Tokens it has go on being taken until they expire, as at the real service, unless the
    server's profile is strict.
    """
    _set_enabled(name, tenant, (data, database), enabled=False, as_json=as_json)


def enable(
    name: ApplicationName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Let an application get tokens again, where it was disabled."""
    _set_enabled(name, tenant, (data, database), enabled=True, as_json=as_json)


def _set_enabled(
    name: str, tenant: str | None, where: tuple[Any, Any], *, enabled: bool, as_json: bool
) -> None:
    from xrm.sts import registration

    with estate(*where) as opened:
        there = tenant_of(opened, tenant)
        found = anywhere(opened, name, there)
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
    if as_json:
        output.json(shown)
        return
    reach = "in every tenant" if shown["home"] else f"in {there.domain}"
    output.say(f"{found.name} ({found.application_id}) is {facts.state(shown)} {reach}.")
