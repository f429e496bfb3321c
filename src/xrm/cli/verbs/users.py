"""xrm app-user and xrm role: who an application is in the organization, and what it may do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.options import ApplicationName, Data, DatabaseUrl, Json, application, estate
from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.org.administration import ApplicationUser
    from xrm.server.estate import Estate

PANEL = "Register"

RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help='The role\'s name, such as "Salesperson".')
]
UserName = Annotated[
    str,
    typer.Argument(metavar="USER", help="The application's id or its name, or the id of a user."),
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True, help="Application users: the organization's user for an application."
    )
    group.command()(create)
    group.command("list")(show_all)
    app.add_typer(group, name="app-user", rich_help_panel=PANEL)
    roles = typer.Typer(no_args_is_help=True, help="Security roles: list, assign, remove.")
    roles.command("list")(show_roles)
    roles.command()(assign)
    roles.command()(remove)
    app.add_typer(roles, name="role", rich_help_panel=PANEL)


def create(
    *,
    name: ApplicationName,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="A role to assign; may be repeated.")
    ] = None,
    business_unit: Annotated[
        str | None, typer.Option("--business-unit", help="Its business unit (the root if unset).")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create the user that a registered application acts as in the organization."""
    from xrm.org import administration

    with estate(data, database) as opened:
        application_id = application(opened, name).application_id
        users = administration.application_users(opened.organization)
        if _matching(users, str(application_id)):
            raise Failure(
                f"The application {name!r} has a user already.",
                next_step=f"xrm app-user list shows it; xrm role assign {name} ROLE adds to it.",
            )
        user_id = administration.create_application_user(
            opened.organization, application_id, business_unit=business_unit
        )
        for each in role or ():
            administration.assign_role(opened.organization, user_id, each)
        made = _find(opened, str(user_id))
    _show_one(made, as_json=as_json)


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the application users of the organization with their roles."""
    from xrm.org import administration

    with estate(data, database) as opened:
        found = administration.application_users(opened.organization)
    if as_json:
        output.json([_user(each) for each in found])
        return
    rows = [
        (each.name, each.application_id, each.business_unit, ", ".join(each.roles), _state(each))
        for each in found
    ]
    columns = ("NAME", "APPLICATION ID", "BUSINESS UNIT", "ROLES", "STATE")
    output.listing(columns, rows, empty="No application users.")


def show_roles(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the security roles of the organization."""
    from xrm.org import administration

    with estate(data, database) as opened:
        found = administration.roles(opened.organization)
    if as_json:
        output.json(
            [
                {"name": each.name, "role_id": each.role_id, "business_unit": each.business_unit}
                for each in found
            ]
        )
        return
    rows = [(each.name, each.business_unit, each.role_id) for each in found]
    output.listing(("NAME", "BUSINESS UNIT", "ROLE ID"), rows, empty="No roles.")


def assign(
    name: UserName,
    role: RoleName,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Assign a role to a user, by application or by id. It counts from the next request."""
    from xrm.org import administration

    with estate(data, database) as opened:
        user_id = _user_id(opened, name)
        administration.assign_role(opened.organization, user_id, role)
        changed = _application_user(opened, user_id)
    _show_changed(changed, user_id, f"now has the role {role}", as_json=as_json)


def remove(
    name: UserName,
    role: RoleName,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Take a role from a user, by application or by id. It counts from the next request."""
    from xrm.org import administration

    with estate(data, database) as opened:
        user_id = _user_id(opened, name)
        administration.remove_role(opened.organization, user_id, role)
        changed = _application_user(opened, user_id)
    _show_changed(changed, user_id, f"no longer has the role {role}", as_json=as_json)


def _matching(users: Sequence["ApplicationUser"], name: str) -> list["ApplicationUser"]:
    if not _is_id(name):
        return [user for user in users if user.name.casefold() == name.casefold()]
    wanted = UUID(name)
    return [user for user in users if wanted in (user.application_id, user.user_id)]


def _find(opened: "Estate", name: str) -> "ApplicationUser":
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
        next_step=f"xrm app-user create {name} makes one for a registered application.",
    )


def _user_id(opened: "Estate", name: str) -> UUID:
    """Return the id of the application user called so, or the id given, of whatever user."""
    from xrm.sts.registration import find_application

    try:
        return _find(opened, name).user_id
    except Failure:
        if not _is_id(name) or find_application(opened.sts, opened.tenant, name):
            raise
    return UUID(name)


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _application_user(opened: "Estate", user_id: UUID) -> "ApplicationUser | None":
    from xrm.org import administration

    users = administration.application_users(opened.organization)
    return next((user for user in users if user.user_id == user_id), None)


def _state(user: "ApplicationUser") -> str:
    return "enabled" if user.enabled else "disabled"


def _user(user: "ApplicationUser") -> dict[str, Any]:
    return {
        "name": user.name,
        "user_id": user.user_id,
        "application_id": user.application_id,
        "business_unit": user.business_unit,
        "roles": list(user.roles),
        "enabled": user.enabled,
    }


def _show_one(user: "ApplicationUser", *, as_json: bool) -> None:
    if as_json:
        output.json(_user(user))
        return
    output.facts(
        {
            "Name": user.name,
            "User id": user.user_id,
            "Application id": user.application_id,
            "Business unit": user.business_unit,
            "Roles": ", ".join(user.roles) or "none: every request will be refused",
        }
    )


def _show_changed(
    user: "ApplicationUser | None", user_id: UUID, change: str, *, as_json: bool
) -> None:
    """Show an application user as it is now; of another user, say what has changed."""
    if user is not None:
        _show_one(user, as_json=as_json)
    elif as_json:
        output.json({"user_id": user_id})
    else:
        output.say(f"The user {user_id} {change}.")
