"""xrm whoami and xrm query: sign in and ask an organization."""

import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from xrm.cli import connecting, output
from xrm.cli.options import Json

PANEL = "Sign in and ask"
_BATCH = 500
"""Rows laid out as one table: more would have to be held in memory first."""


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command(rich_help_panel=PANEL)(whoami)
    app.command(rich_help_panel=PANEL)(query)


@connecting.asking
def whoami(
    asked: connecting.Asked,
    as_json: Json = False,
) -> None:
    """Sign in and print who the organization takes us for."""
    with asked.open() as client:
        me = client.whoami()
        where = client.url
    found = {
        "user_id": me.user_id,
        "business_unit_id": me.business_unit_id,
        "organization_id": me.organization_id,
        "organization_url": where,
    }
    if as_json:
        output.json(found)
        return
    output.facts(
        {
            "User id": found["user_id"],
            "Business unit id": found["business_unit_id"],
            "Organization id": found["organization_id"],
            "Organization": where,
        }
    )


@connecting.asking
def query(
    asked: connecting.Asked,
    *,
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="The table by its entity set name: leads.")
    ],
    select: Annotated[
        str | None, typer.Option("--select", metavar="COLUMNS", help="Columns, with commas.")
    ] = None,
    where: Annotated[
        str | None,
        typer.Option("--filter", metavar="TEXT", help='A Web API filter: "revenue gt 1000".'),
    ] = None,
    order_by: Annotated[
        str | None, typer.Option("--order-by", metavar="COLUMNS", help='Such as "revenue desc".')
    ] = None,
    top: Annotated[
        int | None,
        typer.Option("--top", min=1, max=5000, help="At most so many records, up to 5000."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the records of a table that this user may see: all of them, without --top."""
    columns = tuple(part.strip() for part in select.split(",") if part.strip()) if select else ()
    with asked.open() as client:
        records = client.query(
            table,
            select=columns or None,
            filter=where,
            order_by=_orderings(order_by),
            top=top,
            annotations=not as_json,
        )
        if as_json:
            _print_json(records)
        elif columns:
            _print_table(records, columns)
        else:
            _print_blocks(records)


def _orderings(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


def _print_json(records: Iterable[Mapping[str, Any]]) -> None:
    """Print a JSON array, record by record: a large answer is never held in memory."""
    import orjson

    opening = "[\n"
    for record in records:
        sys.stdout.write(f"{opening}  {orjson.dumps(dict(record), default=str).decode()}")
        opening = ",\n"
    sys.stdout.write("[]\n" if opening == "[\n" else "\n]\n")


def _print_table(records: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    """Print the chosen columns as a table, batch by batch."""
    stream = iter(records)
    total = 0
    while batch := list(islice(stream, _BATCH)):
        total += len(batch)
        output.listing(columns, ([_cell(each, name) for name in columns] for each in batch))
    _count(total)


def _print_blocks(records: Iterable[Mapping[str, Any]]) -> None:
    """Print each record as a block of its filled columns: all columns make no readable table."""
    total = 0
    for record in records:
        if total:
            output.say()
        total += 1
        names = (name for name in record if "@" not in name)
        output.facts({name: _cell(record, name) for name in names})
    _count(total)


def _count(total: int) -> None:
    output.note(f"{total} record{'s' * (total != 1)}.")


def _cell(record: Mapping[str, Any], name: str) -> object:
    """Return a column's value as people read it: the formatted one where there is one."""
    formatted = record.get(f"{name}@OData.Community.Display.V1.FormattedValue")
    return formatted if formatted is not None else record.get(name)
