"""Accounts: made, listed, shown, changed and deleted."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, Sure, Tenant, confirm, estate, tenant_of
from xrm.cli.output import Failure
from xrm.cli.verbs.people import facts
from xrm.cli.verbs.people.facts import NO_LOCATION, Meant, meaning

if TYPE_CHECKING:
    from xrm.model.secret import Secret

_LONGEST_LINE = 4096
"""Characters read of a password's file: more than any password has."""

NewName = Annotated[
    str, typer.Argument(metavar="UPN", help="The user principal name: maria@contoso.localhost.")
]
DisplayName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="The name that is shown.")
]
GivenName = Annotated[str | None, typer.Option("--given-name", metavar="NAME", help="First name.")]
Surname = Annotated[str | None, typer.Option("--surname", metavar="NAME", help="Family name.")]
Location = Annotated[
    str | None,
    typer.Option(
        "--usage-location",
        metavar="COUNTRY",
        help="Two letters of a country, such as GB; licences need it.",
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="A directory role. Repeatable."),
]
Licences = Annotated[
    list[str] | None,
    typer.Option("--license", metavar="PRODUCT", help="A licence of a product. Repeatable."),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help='The file whose first line is the password, "-" for standard input (made if unset).',
    ),
]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep-password/--temporary",
        "--permanent",
        help="It need not be changed at the next sign-in. --temporary, the default, for one that "
        "must.",
    ),
]
Asked = Annotated[
    bool, typer.Option("--prompt", help="Ask for the password at the terminal, unseen.")
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    group.command()(create)
    group.command("list")(show_all)
    for verb in (show, update, password, disable, enable, delete):
        group.command()(verb)
    group.command("revoke-sessions")(revoke_sessions)


def create(
    *,
    upn: NewName,
    name: DisplayName = None,
    given_name: GivenName = None,
    surname: Surname = None,
    usage_location: Location = None,
    role: Roles = None,
    licence: Licences = None,
    password_file: PasswordFile = None,
    prompt: Asked = False,
    keep_password: Keep = False,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an account, with a password that is shown once, asked for or read from a file."""
    from xrm.sts.registration import people

    if licence and not usage_location:
        raise Failure(NO_LOCATION, next_step="Say where the person is: --usage-location GB")
    given = _password(password_file, asked=prompt)
    with estate(data, database) as opened:
        made = people.create_user(
            opened.sts,
            tenant_of(opened, tenant),
            user_principal_name=upn,
            display_name=name or " ".join(filter(None, (given_name, surname))) or _local(upn),
            given_name=given_name or "",
            surname=surname or "",
            usage_location=usage_location or "",
            password=given,
            must_change_password=not keep_password,
            roles=role or (),
            licences=licence or (),
        )
        account = facts.with_user(opened, made.user)
    facts.show_with_password(account, made.password if given is None else None, as_json=as_json)


def show_all(
    tenant: Tenant = None, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """List the people of the tenant with their directory roles and licences."""
    from xrm.sts.registration import people

    with estate(data, database) as opened:
        found = [
            facts.of(each) for each in people.list_users(opened.sts, tenant_of(opened, tenant))
        ]
    if as_json:
        output.json(found)
        return
    rows = [
        (
            each["user_principal_name"],
            each["name"],
            "\n".join(each["roles"] + each["licenses"]) or output.NOTHING,
            facts.state(each),
        )
        for each in found
    ]
    columns = ("USER PRINCIPAL NAME", "NAME", "ROLES AND LICENSES", "STATE")
    output.listing(columns, rows, empty="No people.")


@meaning
def show(meant: Meant) -> None:
    """Show a person's account, directory roles and licences."""
    with meant.found() as (opened, found):
        account = facts.with_user(opened, found)
    facts.show(account, as_json=meant.as_json)


@meaning
def update(
    meant: Meant,
    *,
    upn: Annotated[
        str | None, typer.Option("--upn", metavar="UPN", help="Another user principal name.")
    ] = None,
    name: DisplayName = None,
    given_name: GivenName = None,
    surname: Surname = None,
    usage_location: Location = None,
) -> None:
    """Change a person's name, user principal name or usage location."""
    from xrm.sts.registration import people

    asked = {
        "user_principal_name": upn,
        "display_name": name,
        "given_name": given_name,
        "surname": surname,
        "usage_location": usage_location,
    }
    changes: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    if not changes:
        raise typer.BadParameter(
            "Say what to change: --upn, --name, --given-name, --surname or --usage-location."
        )
    meant.change(
        lambda sts, account: people.amend_user(
            sts, account, lambda before: replace(before, **changes)
        )
    )


@meaning
def password(
    meant: Meant,
    *,
    password_file: PasswordFile = None,
    prompt: Asked = False,
    keep_password: Keep = False,
) -> None:
    """Give a person a new password, and end every session.

    It is shown once, asked for or read from a file.
    """
    from xrm.sts.registration import people

    given = _password(password_file, asked=prompt)
    with meant.found() as (opened, found):
        changed = people.set_password(
            opened.sts, found, given, must_change_password=not keep_password
        )
        account = facts.with_user(opened, changed.user)
    made = changed.password if given is None else None
    facts.show_with_password(account, made, as_json=meant.as_json)


@meaning
def revoke_sessions(meant: Meant) -> None:
    """End every session of a person: browsers and programs must sign in again.

    Access tokens given already are good until they expire, as at the real service.
    """
    from xrm.sts.registration import people

    meant.change(people.revoke_sessions)


@meaning
def disable(meant: Meant) -> None:
    """Let a person sign in no longer."""
    from xrm.sts.registration import people

    meant.change(lambda sts, account: people.set_user_enabled(sts, account, enabled=False))


@meaning
def enable(meant: Meant) -> None:
    """Let a disabled person sign in again."""
    from xrm.sts.registration import people

    meant.change(lambda sts, account: people.set_user_enabled(sts, account, enabled=True))


@meaning
def delete(meant: Meant, *, sure: Sure = False) -> None:
    """Delete a person's account; the user principal name is free again."""
    from xrm.sts.registration import people

    with meant.found() as (opened, found):
        if not sure:
            step = f"xrm user disable {meant.user} only keeps the person out."
            confirm(f"{found.user_principal_name} ({found.object_id})", instead=step)
        gone = people.delete_user(opened.sts, found)
        account = facts.with_user(opened, gone)
    if meant.as_json:
        names = ("user_principal_name", "object_id", "systemuser")
        output.json({name: account[name] for name in names})
        return
    output.facts(
        {
            "Deleted": f"{gone.user_principal_name}  {gone.object_id}",
            "In the organization": facts.in_organization(account["systemuser"]),
        }
    )


def _password(file: Path | None, *, asked: bool) -> "Secret | None":
    """Return what was typed twice, or the first line of a file; None without either."""
    from xrm.model.secret import Secret

    if asked and file is not None:
        raise typer.BadParameter("--prompt and --password-file exclude each other.")
    if asked:
        if not sys.stdin.isatty():
            raise typer.BadParameter("--prompt needs a terminal; --password-file - reads a line.")
        return Secret(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if file is None:
        return None
    if str(file) == "-":
        return Secret(sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n"))
    with file.open(encoding="utf-8", errors="replace") as lines:
        return Secret(lines.readline(_LONGEST_LINE).rstrip("\r\n"))


def _local(upn: str) -> str:
    return upn.partition("@")[0]
