"""xrm key: alternate keys, by which records are named beside their own id."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.options import Sure, confirm
from xrm.cli.verbs.org.inside import Inside, advised, inside

if TYPE_CHECKING:
    from xrm.org.store.keys import AlternateKey

PANEL = "Register"

_LISTED = "xrm key list shows the keys there are."

TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help="The table's logical name, such as account.")
]
KeyName = Annotated[
    str, typer.Argument(metavar="NAME", help="The key's name, such as contoso_AccountNumber.")
]

KeyColumns = Annotated[
    list[str],
    typer.Option(
        "--column",
        metavar="COLUMN",
        help="A column's logical name: text, whole or decimal number, date, lookup or choice. "
        "Repeatable.",
    ),
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Alternate keys, which name records beside their id: create, list, delete.",
    )
    group.command()(create)
    group.command("list")(show_all)
    group.command()(delete)
    app.add_typer(group, name="key", rich_help_panel=PANEL)


@inside
def create(
    where: Inside,
    *,
    table: TableName,
    name: KeyName,
    columns: KeyColumns,
    display_name: Annotated[
        str | None,
        typer.Option("--display-name", metavar="TEXT", help="What errors call it."),
    ] = None,
) -> None:
    """Make columns of a table a key: from now on no two records may be alike in all of them.

    Records with an empty one among these columns do not count.
    """
    from xrm.org import keys

    with (
        where.open() as opened,
        advised(f"{_LISTED} xrm key create --help says what one takes."),
    ):
        made = keys.define(opened.organization, table, name, columns, display_name=display_name)
        entity_set = opened.organization.catalogue[table].entity_set_name
    if where.as_json:
        output.json(_facts(made))
    else:
        _show(made, entity_set)


def _show(key: "AlternateKey", entity_set: str) -> None:
    parts = ",".join(f"{column}=…" for column in key.columns)
    output.facts(
        {
            "Table": key.table,
            "Name": key.schema_name,
            "Display name": key.display_name,
            "Columns": key.columns,
            "Names a record": f"{entity_set}({parts})",
        }
    )


@inside
def show_all(
    where: Inside,
    table: Annotated[
        str | None, typer.Option("--table", metavar="TABLE", help="The keys of one table only.")
    ] = None,
) -> None:
    """List the alternate keys of the organization."""
    from xrm.org import keys

    with where.open() as opened:
        found = keys.listing(opened.organization, table)
    if where.as_json:
        output.json([_facts(each) for each in found])
        return
    output.listing(("TABLE", "NAME", "DISPLAY NAME", "COLUMNS"), _rows(found), empty="No keys.")


def _rows(found: "Sequence[AlternateKey]") -> list[tuple[str, ...]]:
    return [
        (each.table, each.schema_name, each.display_name, ", ".join(each.columns)) for each in found
    ]


@inside
def delete(where: Inside, *, table: TableName, name: KeyName, sure: Sure = False) -> None:
    """Delete an alternate key; the records stay."""
    from xrm.org import keys

    with where.open() as opened, advised(_LISTED):
        found = keys.named(opened.organization, table, name)
        if not sure:
            confirm(f"the key {found.schema_name} of {table}", instead=_LISTED)
        keys.remove(opened.organization, table, name)
    if where.as_json:
        output.json(_facts(found))
    else:
        output.say(f"The key {found.schema_name} of {table} is deleted.")


def _facts(key: "AlternateKey") -> dict[str, Any]:
    return {
        "table": key.table,
        "name": key.schema_name,
        "logical_name": key.name,
        "display_name": key.display_name,
        "columns": list(key.columns),
        "key_id": key.id,
    }
