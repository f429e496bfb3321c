"""xrm role: what a role grants, and who has it."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.verbs.org import app_users
from xrm.cli.verbs.org.inside import Inside, inside

if TYPE_CHECKING:
    from collections.abc import Callable

    from xrm.model.metadata import Catalogue
    from xrm.model.privileges import Depth, RolePrivilege
    from xrm.org.administration import ApplicationUser
    from xrm.org.organization import Organization
    from xrm.org.roles import Role
    from xrm.server.estate import Estate

PANEL = "Register"

_DEPTHS = {
    "user": "basic",
    "businessunit": "local",
    "parentchild": "deep",
    "organization": "global",
}
"""The words of the role editor, for those of the programming interface."""
_RIGHTS = ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share")
_LEGEND = "Basic: own records. Local: the unit's. Deep: units below it too. Global: all."

_ROLES = "xrm role list shows the roles."
_PRIVILEGES = 'xrm role show "System Administrator" --json lists every privilege.'

RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help='The role\'s name, such as "Salesperson", or its id.')
]
NewName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="A new name for the role.")
]
UserName = Annotated[
    str,
    typer.Argument(
        metavar="USER",
        help="The application's id or its name, a person's user principal name, or a user's id.",
    ),
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True, help="Security roles: list, show, copy, edit, assign and more."
    )
    group.command("list")(show_all)
    group.command()(show)
    group.command()(copy)
    group.command()(edit)
    group.command()(delete)
    group.command()(assign)
    group.command()(remove)
    app.add_typer(group, name="role", rich_help_panel=PANEL)


@inside
def show_all(where: Inside) -> None:
    """List the security roles of the organization."""
    from xrm.org import administration

    with where.open() as opened:
        found = administration.roles(opened.organization)
    if where.as_json:
        output.json(
            [
                {"name": each.name, "role_id": each.role_id, "business_unit": each.business_unit}
                for each in found
            ]
        )
        return
    rows = [(each.name, each.business_unit, each.role_id) for each in found]
    output.listing(("NAME", "BUSINESS UNIT", "ROLE ID"), rows, empty="No roles.")


@inside
def show(where: Inside, role: RoleName) -> None:
    """Show what a role grants: each table's eight rights, and how deep each one reaches."""
    from xrm.org.roles import read_role

    with where.open() as opened, app_users.advised(_ROLES):
        found, catalogue = read_role(opened.organization, role), opened.organization.catalogue
    if where.as_json:
        output.json(_facts(found))
    else:
        _show(found, catalogue)


@inside
def copy(
    where: Inside,
    *,
    role: RoleName,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What the new role is called.")
    ],
) -> None:
    """Copy a role with all its privileges, to a new one that can be edited."""
    from xrm.org.roles import copy_role, read_role

    with where.open() as opened, app_users.advised(_ROLES):
        made = copy_role(opened.organization, role, name=name)
        found = read_role(opened.organization, str(made))
    _show_brief(found, as_json=where.as_json)
    if not where.as_json:
        output.note(f'Next: xrm role edit "{found.name}" --set prvReadLead=Local')


@inside
def edit(
    where: Inside,
    *,
    role: RoleName,
    granted: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PRIVILEGE=DEPTH",
            help="Grant a privilege: prvReadLead=Local. Depths: Basic, Local, Deep, Global "
            "(or User, BusinessUnit, ParentChild, Organization). Repeatable.",
        ),
    ] = None,
    removed: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="PRIVILEGE", help="Take a privilege away. Repeatable."),
    ] = None,
    name: NewName = None,
) -> None:
    """Change what a role grants, or its name: all of it or nothing.

    It counts from the next request of whoever has the role.
    """
    from xrm.org.roles import Edit, edit_role, read_role

    depths = _depths(granted or [], removed or [])
    if not (depths or removed or name):
        raise typer.BadParameter("Say what to change: --set, --remove or --name.")
    with where.open() as opened:
        with app_users.advised(_ROLES):
            key = str(read_role(opened.organization, role).role_id)
        with app_users.advised(_PRIVILEGES):
            change = Edit(depths=depths, removed=removed or (), name=name)
            edit_role(opened.organization, key, change)
        found = read_role(opened.organization, key)
    _show_brief(found, as_json=where.as_json)


@inside
def delete(where: Inside, *, role: RoleName, sure: Sure = False) -> None:
    """Delete a role. Whoever has it loses it with the next request."""
    from xrm.org.roles import delete_role, read_role

    with where.open() as opened, app_users.advised(_ROLES):
        found = read_role(opened.organization, role)
        if not sure:
            confirm(
                f"the role {found.name}", instead="xrm role remove takes it from one user only."
            )
        delete_role(opened.organization, str(found.role_id))
    if where.as_json:
        output.json({"name": found.name, "role_id": found.role_id})
    else:
        output.say(f"The role {found.name} is deleted.")


@inside
def assign(where: Inside, *, name: UserName, role: RoleName) -> None:
    """Assign a role to the user of an application or a person. It counts from the next request."""
    from xrm.org.administration import assign_role

    with where.open() as opened:
        _change(opened, name, role, assign_role, said="now has", as_json=where.as_json)


@inside
def remove(where: Inside, *, name: UserName, role: RoleName) -> None:
    """Take a role from the user of an application or a person. It counts from the next request."""
    from xrm.org.administration import remove_role

    with where.open() as opened:
        _change(opened, name, role, remove_role, said="no longer has", as_json=where.as_json)


def _change(
    opened: "Estate",
    name: str,
    role: str,
    act: "Callable[[Organization, UUID, str], None]",
    *,
    said: str,
    as_json: bool,
) -> None:
    """Give or take a role, and show the user as it is then."""
    from xrm.org import administration

    user_id = app_users.find_id(opened, name)
    with app_users.advised(_ROLES):
        administration.named(opened.organization, "role", role)
    with app_users.advised():
        act(opened.organization, user_id, role)
    changed = app_users.of_id(opened, user_id)
    has = administration.roles_of(opened.organization, user_id)
    text = f"The user {name} {said} the role {role}."
    _show_changed(changed, {"user_id": user_id, "roles": has}, text, as_json=as_json)


def _depths(granted: list[str], removed: list[str]) -> dict[str, "Depth"]:
    """Return privileges and depths as typed.

    Raises BadParameter for what is no such pair, and for a privilege that is removed as well.
    """
    unwanted = {each.strip().casefold() for each in removed}
    found: dict[str, Depth] = {}
    for each in granted:
        privilege, equals, word = each.partition("=")
        if not privilege.strip() or not equals:
            raise typer.BadParameter(f"{each!r} is not of the form PRIVILEGE=DEPTH.")
        if privilege.strip().casefold() in map(str.casefold, found):
            raise typer.BadParameter(f"{privilege.strip()} is set twice.")
        if privilege.strip().casefold() in unwanted:
            raise typer.BadParameter(f"{privilege.strip()} is both set and removed.")
        found[privilege.strip()] = _depth(word)
    return found


def _depth(word: str) -> "Depth":
    from xrm.model.privileges import Depth

    plain = "".join(letter for letter in word.casefold() if letter.isalpha())
    try:
        return Depth.named(_DEPTHS.get(plain, plain))
    except KeyError:
        raise typer.BadParameter(
            f"{word!r} is no depth. There are Basic, Local, Deep and Global."
        ) from None


def _facts(role: "Role") -> dict[str, Any]:
    return {
        "name": role.name,
        "role_id": role.role_id,
        "description": role.description,
        "business_unit": role.business_unit,
        "role_template_id": role.template_id,
        "privileges": [
            {"name": each.name, "privilege_id": each.privilege_id, "depth": each.depth.label}
            for each in role.privileges
        ],
    }


def _show_brief(role: "Role", *, as_json: bool) -> None:
    if as_json:
        output.json(_facts(role))
        return
    output.facts(_heading(role) | {"Privileges": len(role.privileges)})


def _heading(role: "Role") -> dict[str, object]:
    return {
        "Name": role.name,
        "Role id": role.role_id,
        "Business unit": role.business_unit,
        "Description": role.description,
    }


def _show(role: "Role", catalogue: "Catalogue") -> None:
    output.facts(_heading(role))
    if role.is_fixed:
        output.note(f'It cannot be changed; xrm role copy "{role.name}" --name NEW makes one.')
    output.say()
    rows, others = _rows(role, catalogue)
    headings = ("TABLE", *(right.upper() for right in _RIGHTS))
    output.listing(headings, rows, empty="No privileges on tables.")
    if others:
        output.say()
        output.listing(
            ("OTHER PRIVILEGE", "DEPTH"), [(each.name, each.depth.label) for each in others]
        )
    if role.privileges:
        output.note(f"\n{_LEGEND}")


def _rows(role: "Role", catalogue: "Catalogue") -> tuple[list[list[str]], list["RolePrivilege"]]:
    """Return a row for each table the role grants anything on, and what is left over."""
    left = {each.privilege_id: each for each in role.privileges}
    rows = []
    for table in sorted(catalogue.tables.values(), key=lambda table: table.display_name):
        held = {
            right.value: left.pop(privilege.id).depth.label
            for right, privilege in table.privileges.items()
            if privilege.id in left
        }
        if held:
            rows.append(
                [table.display_name, *(held.get(right, output.NOTHING) for right in _RIGHTS)]
            )
    return rows, list(left.values())


def _show_changed(
    user: "ApplicationUser | None", facts: dict[str, Any], said: str, *, as_json: bool
) -> None:
    """Show an application user as it is now; of another user, its id and roles."""
    if user is not None:
        app_users.show_one(user, as_json=as_json)
    elif as_json:
        output.json(facts)
    else:
        output.say(said)
