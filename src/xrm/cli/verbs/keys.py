"""xrm keys: the keys tokens are signed with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, estate
from xrm.cli.times import distance, moment

if TYPE_CHECKING:
    from xrm.sts.keys import KeyState

PANEL = "Register"


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(no_args_is_help=True, help="The keys tokens are signed with: list, rotate.")
    group.command("list")(show_all)
    group.command()(rotate)
    app.add_typer(group, name="keys", rich_help_panel=PANEL)


def show_all(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """List the published keys: the current one, the next one, and those kept for old tokens."""
    with estate(data, database) as opened:
        found, now = opened.sts.keys.listing(), opened.sts.clock()
    if as_json:
        _print_json(found)
        return
    rows = [
        (
            each.kid,
            each.status,
            distance(each.since - now),
            output.NOTHING if each.until is None else distance(each.until - now),
        )
        for each in found
    ]
    output.listing(("KEY ID", "STATUS", "SINCE", "GOOD UNTIL"), rows)


def rotate(data: Data = None, database: DatabaseUrl = None, as_json: Json = False) -> None:
    """Sign with the next key from now on, and publish a new next one.

    The key that signed before stays published until its last token has expired.
    """
    with estate(data, database) as opened:
        found, clock = opened.sts.rotate_keys(), opened.sts.clock
    if as_json:
        _print_json(found)
        return
    current, upcoming, *kept = found
    output.facts(
        {
            "Signs from now on": current.kid,
            "Published ahead": upcoming.kid,
            "Kept for old tokens": tuple(
                f"{each.kid}  until {moment(each.until, clock)}"
                for each in kept
                if each.until is not None
            ),
        }
    )


def _print_json(found: "Sequence[KeyState]") -> None:
    output.json(
        [
            {
                "key_id": each.kid,
                "status": each.status,
                "created": each.created,
                "since": each.since,
                "until": each.until,
                "thumbprint": each.thumbprint,
            }
            for each in found
        ]
    )
