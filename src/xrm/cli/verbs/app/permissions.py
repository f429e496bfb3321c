"""xrm app permission add, remove, list, grant, revoke; consent: what it may ask for."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from xrm.cli import output
from xrm.cli.verbs.app.finding import Meant, is_home, meaning

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts import model

Resource = Annotated[
    str,
    typer.Option(
        "--resource",
        metavar="RESOURCE",
        help="Of which resource: dynamics, graph, an application's id or an identifier URI.",
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        metavar="NAME",
        help="A delegated permission, such as user_impersonation, or its id. Repeatable.",
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        metavar="NAME",
        help="A permission of its own, such as Application.ReadWrite.All, or its id. Repeatable.",
    ),
]
_KINDS = {"Scope": "delegated", "Role": "application"}


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    permissions = typer.Typer(
        no_args_is_help=True, help="What an application may ask for: required, then granted."
    )
    permissions.command("add")(require)
    permissions.command("remove")(unrequire)
    permissions.command("list")(show_all)
    permissions.command()(grant)
    permissions.command()(revoke)
    group.add_typer(permissions, name="permission")
    group.command()(consent)


@meaning
def require(
    meant: Meant, *, resource: Resource = "dynamics", scope: Scopes = None, role: Roles = None
) -> None:
    """Say that an application needs a permission. Nothing is granted by that alone."""
    from xrm.sts import registration

    asked = list(_asked(scope, role))
    one, found = _change(meant, registration.require, resource, asked)
    if not meant.as_json and not all(each["granted"] for each in found):
        output.note(f"Next: xrm app permission grant {one.application_id}{_in(meant.tenant)}")


@meaning
def unrequire(
    meant: Meant, *, resource: Resource = "dynamics", scope: Scopes = None, role: Roles = None
) -> None:
    """Say that an application needs a permission no more. What was granted stays granted."""
    from xrm.sts import registration

    _change(meant, registration.unrequire, resource, list(_asked(scope, role)))


@meaning
def show_all(meant: Meant) -> None:
    """List what an application requires, and what a tenant has granted to it."""
    with meant.anywhere() as (opened, there, one):
        found = of(opened, there, one)
    _show(one, there, found, as_json=meant.as_json)


@meaning
def grant(meant: Meant) -> None:
    """Consent, as an administrator of a tenant, to all that an application requires.

    In a tenant that is not its own this takes the application in: a multi-tenant application
    works there from then on.
    """
    _grant_to_all(meant)


def _grant_to_all(meant: Meant) -> None:
    """Consent for all people, and show what there is then."""
    from xrm.sts.registration import consent

    with meant.anywhere() as (opened, there, one):
        consent(opened.sts, there, one.application_id)
        found = of(opened, there, one)
    _show(one, there, found, as_json=meant.as_json)
    if meant.as_json:
        return
    if not is_home(one, there):
        output.note(f"{one.name} is present in {there.domain}.")
    elif not found:
        output.note("It requires no permission. To require one: xrm app permission add")


@meaning
def consent(
    meant: Meant,
    *,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="UPN", help="For this person only, not for all."),
    ] = None,
) -> None:
    """Consent to what an application requires: for all people, or for one.

    For all it is the same as xrm app permission grant. For one only delegated permissions are
    granted, as when the person consents.
    """
    if user is None:
        _grant_to_all(meant)
        return
    from xrm.cli.verbs.people.facts import find
    from xrm.sts import registration

    with meant.anywhere() as (opened, there, one):
        person = find(opened, there, user)
        registration.consent(opened.sts, there, one.application_id, person=person)
        found = of(opened, there, one, person)
    _show(one, there, found, as_json=meant.as_json)


@meaning
def revoke(meant: Meant) -> None:
    """Take back all that a tenant granted. Away from home, the application is put out of it."""
    from xrm.sts.registration import withdraw

    with meant.anywhere() as (opened, there, one):
        withdraw(opened.sts, there, one.application_id)
        found = of(opened, there, one)
    _show(one, there, found, as_json=meant.as_json)
    if not meant.as_json and not is_home(one, there):
        output.note(f"{one.name} is no longer present in {there.domain}.")


def of(
    opened: "Estate",
    tenant: "model.Tenant",
    one: "model.Application",
    person: "model.User | None" = None,
) -> list[dict[str, Any]]:
    """Return the permissions an application requires or a tenant has granted to it.

    With a person those granted for that one are among them.
    """
    from xrm.sts import registration

    return [
        {
            "resource": each.resource,
            "permission": each.value,
            "permission_id": each.access,
            "kind": each.kind,
            "required": each.required,
            "granted": each.granted,
            "text": each.text,
        }
        for each in registration.permissions(opened.sts, tenant, one, person=person)
    ]


def show_rows(found: Sequence[dict[str, Any]]) -> None:
    """Print permissions as a table."""
    rows = [
        (
            each["resource"],
            each["permission"] or each["permission_id"],
            _KINDS[each["kind"]],
            _yes(each["required"]),
            _yes(each["granted"]),
        )
        for each in found
    ]
    columns = ("RESOURCE", "PERMISSION", "KIND", "REQUIRED", "GRANTED")
    output.listing(columns, rows, empty="No permissions.")


def _asked(
    scopes: list[str] | None, roles: list[str] | None
) -> Iterator[tuple[str, Literal["Scope", "Role"]]]:
    """Return what --scope and --role name; wrong usage if that is nothing."""
    if not scopes and not roles:
        raise typer.BadParameter("--scope or --role must say which permission.")
    for name in scopes or ():
        yield name, "Scope"
    for name in roles or ():
        yield name, "Role"


def _change(
    meant: Meant,
    change: Callable[..., "model.Application"],
    resource: str,
    asked: Sequence[tuple[str, Literal["Scope", "Role"]]],
) -> tuple["model.Application", list[dict[str, Any]]]:
    """Make a change for each permission asked for, show what there is after them, return it."""
    from xrm.sts.registration import find_resource

    with meant.registered() as (opened, there, before):
        after = before
        _, offering = find_resource(opened.sts, there, resource)
        for name, kind in asked:
            after = change(opened.sts, after, resource=offering, value_or_id=name, kind=kind)
        found = of(opened, there, after)
    _show(after, there, found, as_json=meant.as_json)
    return after, found


def _show(
    one: "model.Application",
    tenant: "model.Tenant",
    found: list[dict[str, Any]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        output.json(
            {
                "name": one.name,
                "application_id": one.application_id,
                "tenant_id": tenant.tenant_id,
                "permissions": found,
            }
        )
    else:
        show_rows(found)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _in(tenant: str | None) -> str:
    return f" --tenant {tenant}" if tenant else ""
