"""xrm app secret add, list, remove: the secrets an application signs in with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from xrm.cli import output
from xrm.cli.times import moment
from xrm.cli.verbs.app import facts
from xrm.cli.verbs.app.finding import Meant, meaning

if TYPE_CHECKING:
    from xrm.db import Transaction
    from xrm.server.estate import Estate
    from xrm.sts import model
    from xrm.sts.registration import NewSecret

DAYS = 180
Days = Annotated[
    int | None,
    typer.Option(
        "--days",
        metavar="DAYS",
        min=1,
        max=36_500,
        help=f"How long the secret is good for. Default: {DAYS}.",
    ),
]
Expires = Annotated[
    datetime | None,
    typer.Option(
        "--expires",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        metavar="DATE",
        help="Or when it ends, in UTC: 2027-01-31, or 2027-01-31T12:00:00. A past one makes a "
        "secret that has expired.",
    ),
]
Description = Annotated[
    str, typer.Option("--description", help="What the secret is for, shown beside it.")
]
KeyId = Annotated[
    UUID, typer.Argument(metavar="KEY-ID", help="Its key id, as xrm app secret list shows it.")
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    secrets = typer.Typer(no_args_is_help=True, help="The secrets an application signs in with.")
    secrets.command("add")(add_secret)
    secrets.command("list")(show_all)
    secrets.command()(remove)
    group.add_typer(secrets, name="secret")


@meaning
def add_secret(
    meant: Meant,
    *,
    description: Description = "",
    days: Days = None,
    expires: Expires = None,
) -> None:
    """Add a secret to an application. It is shown once: only its hash is kept."""
    if days is not None and expires is not None:
        raise typer.BadParameter("Either --days or --expires says when it ends.")
    end = expires.replace(tzinfo=UTC).timestamp() if expires else None
    with meant.registered() as (opened, _, one):
        made = fresh(opened, one, description=description, days=days or DAYS, expires_at=end)
    shown = {"name": one.name, "application_id": one.application_id}
    if meant.as_json:
        output.json(shown | made)
    else:
        show_once(shown, made)


def fresh(opened: "Estate", one: "model.Application", **how: Any) -> dict[str, Any]:
    """Make a secret and return the facts of it with its text, for this one time."""
    from xrm.sts.registration import add_secret as make

    return _with_text(make(opened.sts, one, **how))


def _with_text(made: "NewSecret") -> dict[str, Any]:
    return facts.secret(made.credential) | {"secret": made.secret}


class First:
    """The secret that comes with a new application: kept with it or not at all.

    `shown` is what there is to show of it, {} where none is wanted.
    """

    def __init__(self, opened: "Estate", given: Mapping[str, Any]) -> None:
        self._opened = opened
        self._wanted = bool(given.get("secret"))
        self._days = given.get("days", DAYS)
        self._description = given.get("description", "")
        self.shown: dict[str, Any] = {}

    def keep(self, tx: "Transaction", one: "model.Application") -> list[str]:
        """Keep it in the transaction of the registration."""
        from xrm.sts.registration import keep_secret, make_secret

        if not self._wanted:
            return []
        sts = self._opened.sts
        made = make_secret(sts, one, description=self._description, days=self._days)
        keep_secret(sts, tx, made)
        self.shown = _with_text(made)
        return ["secret.add"]


def show_once(application: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """Print which application this is, and the secret just made for it if there is one."""
    shown = {"Name": application["name"], "Application id": application["application_id"]}
    if not made:
        output.facts(shown)
        return
    shown |= {
        "Secret": made["secret"].reveal(),
        "Description": made["description"],
        "Expires": moment(made["end"]),
        "Key id": made["key_id"],
    }
    output.facts(shown)
    output.note("The secret is not shown again.")


@meaning
def show_all(meant: Meant) -> None:
    """List the secrets of an application by their hints, the first to end first."""
    with meant.registered() as (opened, _, one):
        found = facts.secrets(opened, one)
    if meant.as_json:
        output.json(found)
    else:
        facts.show_secrets(found)


@meaning
def remove(meant: Meant, *, key_id: KeyId) -> None:
    """Take a secret from an application: it signs nobody in from the next request on."""
    from xrm.sts.registration import remove_secret

    with meant.registered() as (opened, _, one):
        remove_secret(opened.sts, one, str(key_id))
        left = facts.secrets(opened, one)
    if meant.as_json:
        output.json({"application_id": one.application_id, "key_id": key_id, "secrets": left})
        return
    output.say(f"The secret {key_id} of {one.name} is removed.")
    facts.show_secrets(left)
