"""Who is meant, and an account as the verbs print it: facts for programs, lines for people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.flags import gathering, parameter
from xrm.cli.options import PLACE, Place
from xrm.cli.output import Failure
from xrm.cli.times import moment

if TYPE_CHECKING:
    from xrm.model.secret import Secret
    from xrm.server.estate import Estate
    from xrm.sts import TokenService
    from xrm.sts.model import Tenant, User

NO_LOCATION = "License assignment cannot be done for user with invalid usage location."
"""What the directory says to a licence for a person who is nowhere."""

Person = Annotated[
    str, typer.Argument(metavar="USER", help="The user principal name or the id of the person.")
]


def find(opened: "Estate", home: "Tenant", name: str) -> "User":
    """Return the account a name or id means in a tenant. Raises Failure if there is none."""
    from xrm.sts.registration.people import find_user

    found = find_user(opened.sts, home, name)
    if found is None:
        raise Failure(
            f"The tenant {home.domain} has no user {name!r}.",
            next_step="xrm user list shows those there are; xrm user create makes one.",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant(Place):
    """What the command line says of the person a verb is about, and how to answer."""

    user: str

    @contextmanager
    def found(self) -> Iterator[tuple["Estate", "User"]]:
        """Open the data directory, for the account meant. Raises Failure if there is none."""
        with self.open() as (opened, home):
            yield opened, find(opened, home, self.user)

    def change(self, amend: "Callable[[TokenService, User], User]") -> None:
        """Change the account meant, and show it as it is then."""
        with self.found() as (opened, account):
            changed = with_user(opened, amend(opened.sts, account))
        show(changed, as_json=self.as_json)


def meaning(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is `meant`, the parameters from which `Meant` is made."""
    return gathering(
        Meant,
        before=[parameter("user", Person, Parameter.empty)],
        after=PLACE,
    )(verb)


_MODES = {0: "Read-Write", 1: "Administrative", 4: "Non-interactive"}


def with_user(opened: "Estate", account: "User") -> dict[str, Any]:
    """Return everything about an account, and about its user in the organization."""
    from xrm.org.administration import user_of_person

    found = None
    if account.tenant_id == opened.tenant.tenant_id:
        found = user_of_person(opened.organization, account.object_id)
    user = found and {
        "user_id": found.user_id,
        "enabled": found.enabled,
        "licensed": found.licensed,
        "access_mode": found.access_mode,
        "roles": list(found.roles),
    }
    return of(account) | {"systemuser": user}


def of(user: "User") -> dict[str, Any]:
    """Return everything about an account but its password."""
    from xrm.sts.offerings import DIRECTORY_ROLES, PRODUCTS

    return {
        "user_principal_name": user.user_principal_name,
        "object_id": user.object_id,
        "tenant_id": user.tenant_id,
        "name": user.display_name,
        "given_name": user.given_name,
        "surname": user.surname,
        "usage_location": user.usage_location,
        "enabled": user.enabled,
        "created": user.created,
        "must_change_password": user.must_change_password,
        "password_changed": user.password_changed or user.created,
        "sessions_from": user.sessions_from // 1_000_000 or user.created,
        "roles": [role.name for role in DIRECTORY_ROLES if role.template_id in user.roles],
        "licenses": [each.part_number for each in PRODUCTS if each.sku_id in user.licences],
    }


def state(facts: dict[str, Any]) -> str:
    """Return a word for whether the person may sign in."""
    return "enabled" if facts["enabled"] else "disabled"


def show(facts: dict[str, Any], *, as_json: bool) -> None:
    """Show an account as it is now."""
    if as_json:
        output.json(facts)
        return
    output.facts(
        {
            "Name": facts["name"],
            "User principal name": facts["user_principal_name"],
            "Object id": facts["object_id"],
            "Usage location": facts["usage_location"],
            "Directory roles": tuple(facts["roles"]) or "none",
            "Licenses": tuple(facts["licenses"]) or "none",
            "State": state(facts),
            "Created": moment(facts["created"]),
            "Sign-in": (
                f"password of {moment(facts['password_changed'])}{_to_change(facts)}",
                f"sessions count from {moment(facts['sessions_from'])}",
            ),
            "In the organization": in_organization(facts["systemuser"]),
        }
    )


def _to_change(facts: dict[str, Any]) -> str:
    return ", to be changed at the next sign-in" if facts["must_change_password"] else ""


def in_organization(user: dict[str, Any] | None) -> str | tuple[str, ...]:
    """Return lines on the user a person has in the organization."""
    if user is None:
        return "no user"
    mode = _MODES.get(user["access_mode"], user["access_mode"])
    licensed = "licensed" if user["licensed"] else "not licensed"
    return (
        f"user {user['user_id']}",
        f"{state(user)}, {licensed}, access mode {mode}",
        f"roles: {', '.join(user['roles']) or 'none'}",
    )


def show_with_password(facts: dict[str, Any], made: "Secret | None", *, as_json: bool) -> None:
    """Show an account, and its password where it was made here: nobody else knows it."""
    if as_json:
        output.json(facts if made is None else facts | {"password": made})
        return
    show(facts, as_json=False)
    if made is not None:
        # As wide as the widest name above it, so that the columns meet.
        output.facts({f"{'Password':<{len('User principal name')}}": made.reveal()})
        output.note("The password is not shown again.")
