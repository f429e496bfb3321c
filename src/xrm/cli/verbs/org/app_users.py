"""xrm app-user: who an application is in the organization."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.options import ApplicationName
from xrm.cli.output import Failure
from xrm.cli.verbs.app import finding
from xrm.cli.verbs.org.inside import Inside, inside
from xrm.cli.verbs.people.facts import find as find_person

if TYPE_CHECKING:
    from xrm.org.administration import ApplicationUser
    from xrm.server.estate import Estate

PANEL = "Register"

_MODES = {4: "Non-interactive"}


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True, help="Application users: the organization's user for an application."
    )
    group.command()(create)
    group.command("list")(show_all)
    group.command()(show)
    group.command()(enable)
    group.command()(disable)
    app.add_typer(group, name="app-user", rich_help_panel=PANEL)


@inside
def create(
    where: Inside,
    *,
    name: ApplicationName,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help="A role to assign. Repeatable."),
    ] = None,
    business_unit: Annotated[
        str | None,
        typer.Option(
            "--business-unit", metavar="UNIT", help="Its business unit (the root if unset)."
        ),
    ] = None,
) -> None:
    """Create the user that a registered application acts as in the organization.

    Of an application of another tenant give the id, once its consent is given.
    """
    from xrm.org import administration

    with where.open() as opened:
        found = finding.anywhere(opened, name, opened.tenant)
        application_id = finding.principal(opened, found, opened.tenant).application_id
        users = administration.application_users(opened.organization)
        if _matching(users, str(application_id)):
            raise Failure(
                f"The application {name!r} has a user already.",
                next_step=f"xrm app-user list shows it; xrm role assign {quote(name)} ROLE adds "
                "to it.",
            )
        with advised("xrm role list shows the roles; xrm query businessunits, the units."):
            user_id = administration.create_application_user(
                opened.organization, application_id, business_unit=business_unit, roles=role or ()
            )
        made = find(opened, str(user_id))
    show_one(made, as_json=where.as_json)


@inside
def show_all(where: Inside) -> None:
    """List the application users of the organization with their roles."""
    from xrm.org import administration

    with where.open() as opened:
        found = administration.application_users(opened.organization)
    if where.as_json:
        output.json([_facts(each) for each in found])
        return
    rows = [
        (each.name, each.application_id, each.business_unit, ", ".join(each.roles), _state(each))
        for each in found
    ]
    columns = ("NAME", "APPLICATION ID", "BUSINESS UNIT", "ROLES", "STATE")
    output.listing(columns, rows, empty="No application users.")


@inside
def show(where: Inside, name: ApplicationName) -> None:
    """Show an application user, with what the platform filled in from the directory."""
    with where.open() as opened:
        found = find(opened, name)
    if where.as_json:
        output.json(_all_facts(found))
    else:
        output.facts(_readable(found) | _filled_in(found))


@inside
def enable(where: Inside, name: ApplicationName) -> None:
    """Let an application act in the organization again. It counts from the next request."""
    with where.open() as opened:
        _set(opened, name, enabled=True, as_json=where.as_json)


@inside
def disable(where: Inside, name: ApplicationName) -> None:
    """Refuse an application in the organization, from the next request on, whatever its token."""
    with where.open() as opened:
        _set(opened, name, enabled=False, as_json=where.as_json)


def _set(opened: "Estate", name: str, *, enabled: bool, as_json: bool) -> None:
    from xrm.org import administration

    user_id = find(opened, name).user_id
    with advised():
        administration.set_enabled(opened.organization, user_id, enabled=enabled)
    show_one(find(opened, str(user_id)), as_json=as_json)


@contextmanager
def advised(missing: str = "") -> Iterator[None]:
    """Add what the user may try to a refusal of the organization.

    `missing` is the advice for what does not exist.
    """
    from xrm.model.errors import service

    other = 'Give the role to another user first: xrm role assign USER "System Administrator"'
    steps = {
        service.NOT_FOUND: missing,
        service.LAST_ADMINISTRATOR_ENABLED: other,
        service.LAST_ADMINISTRATOR_KEPT: other,
        service.ADMINISTRATOR_ROLE_FIXED: "A copy can be: xrm role copy ROLE --name NEW",
        service.INVALID_DEPTH: "Try a deeper one: Local, Deep or Global.",
    }
    try:
        yield
    except service.ServiceError as error:
        raise Failure(error.message, next_step=steps.get(error.fault, "")) from error


def find(opened: "Estate", name: str) -> "ApplicationUser":
    """Return the user of the application called so; raises Failure if there is not just one."""
    from xrm.org import administration

    found = _matching(administration.application_users(opened.organization), name)
    if len(found) == 1:
        return found[0]
    if found:
        raise Failure(
            f"{len(found)} application users are called {name!r}.",
            next_step="Give the application id: xrm app-user list shows it.",
        )
    raise Failure(
        f"The organization has no application user for {name!r}.",
        next_step=f"xrm app-user create {quote(name)} makes one for a registered application.",
    )


def find_id(opened: "Estate", name: str) -> UUID:
    """Return the id of a user: of an application, of a person, or the id given, of whatever user.

    Raises Failure if there is none.
    """
    from xrm.sts.registration import find_application

    try:
        return find(opened, name).user_id
    except Failure:
        if "@" in name:
            return _of_person(opened, name)
        if not _is_id(name) or find_application(opened.sts, opened.tenant, name):
            raise
    return UUID(name)


def _of_person(opened: "Estate", name: str) -> UUID:
    from xrm.org.administration import user_of_person

    account = find_person(opened, opened.tenant, name)
    found = user_of_person(opened.organization, account.object_id)
    if found is None:
        raise Failure(
            f"{account.user_principal_name} has no user in the organization.",
            next_step=f"A licence brings one: xrm user license add {quote(name)} PRODUCT",
        )
    return found.user_id


def of_id(opened: "Estate", user_id: UUID) -> "ApplicationUser | None":
    """Return the application user of this id, None for another user's."""
    from xrm.org import administration

    users = administration.application_users(opened.organization)
    return next((user for user in users if user.user_id == user_id), None)


def show_one(user: "ApplicationUser", *, as_json: bool) -> None:
    """Print an application user as it is now."""
    if as_json:
        output.json(_facts(user))
    else:
        output.facts(_readable(user))


def _matching(users: Sequence["ApplicationUser"], name: str) -> list["ApplicationUser"]:
    if not _is_id(name):
        return [user for user in users if user.name.casefold() == name.casefold()]
    wanted = UUID(name)
    return [user for user in users if wanted in (user.application_id, user.user_id)]


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _state(user: "ApplicationUser") -> str:
    return "enabled" if user.enabled else "disabled"


def _facts(user: "ApplicationUser") -> dict[str, Any]:
    return {
        "name": user.name,
        "user_id": user.user_id,
        "application_id": user.application_id,
        "business_unit": user.business_unit,
        "roles": list(user.roles),
        "enabled": user.enabled,
    }


def _all_facts(user: "ApplicationUser") -> dict[str, Any]:
    return _facts(user) | {
        "object_id": user.object_id,
        "application_id_uri": user.application_uri,
        "user_name": user.user_name,
        "email": user.email,
        "access_mode": user.access_mode,
        "licensed": user.licensed,
    }


def _readable(user: "ApplicationUser") -> dict[str, object]:
    return {
        "Name": user.name,
        "State": _state(user),
        "User id": user.user_id,
        "Application id": user.application_id,
        "Business unit": user.business_unit,
        "Roles": ", ".join(user.roles) or "none: every request will be refused",
    }


def _filled_in(user: "ApplicationUser") -> dict[str, object]:
    return {
        "Object id": user.object_id,
        "Application id URI": user.application_uri,
        "User name": user.user_name,
        "Email": user.email,
        "Access mode": _MODES.get(user.access_mode, user.access_mode),
        "Licensed": "yes" if user.licensed else "no",
    }
