"""What the verbs print: tables for people, JSON for programs, failures for both."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from xrm.model.secret import Secret

_UNBOUNDED = 10_000
"""Columns where nobody looks on: a line in a pipe or a file is never folded."""
_IDS = frozenset({"APPLICATION ID", "CLIENT ID", "TENANT ID", "ROLE ID", "KEY ID", "THUMBPRINT"})
_WHOLE = _IDS | {"WHEN", "EXPIRES", "USER PRINCIPAL NAME", "SINCE", "GOOD UNTIL", "HOME"}
NOTHING = "-"
"""A cell of a table that says no."""
_POSTGRES = frozenset({"psycopg", "psycopg_pool"})


class Failure(Exception):
    """A verb could not do its work; `next_step` says what the user may try."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


def console(*, stderr: bool = False) -> Console:
    """Return a console that folds lines at a terminal's width, and nowhere else."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _UNBOUNDED
    return Console(file=stream, width=width, highlight=False, emoji=False)


def _cell(value: object) -> Text:
    """Return a value as text in which no markup is read: it may come from anywhere."""
    return Text("" if value is None else str(value), style="dim" if value == NOTHING else "")


def say(text: str = "") -> None:
    """Print a line as it stands: never folded, no markup read, so that it can be copied."""
    console().print(text, markup=False, soft_wrap=True)


def note(text: str) -> None:
    """Print a remark on standard error, where it does not mix with what the verb answers."""
    console(stderr=True).print(text, markup=False, style="dim")


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return str(value)


def json(value: Any) -> None:
    """Print a value as indented JSON. Secrets in it are shown: the caller put them there."""
    import orjson

    sys.stdout.write(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode())
    sys.stdout.write("\n")


def listing(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "Nothing."
) -> None:
    """Print rows as an aligned table; `empty` is said on standard error if there are none."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        # Where space is short, text is folded before times and GUIDs are.
        table.add_column(name, overflow="fold", no_wrap=name in _WHOLE)
    for row in rows:
        table.add_row(*map(_cell, row))
    if table.row_count:
        console().print(table)
    else:
        note(empty)


def facts(pairs: Mapping[str, object], *, indent: int = 0) -> None:
    """Print names and values in two aligned columns, never folded; leave out what is empty.

    A tuple is several values, each on a line of its own; so are the lines of a text.
    """
    shown = {name: value for name, value in pairs.items() if value not in (None, "", ())}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        label = name
        values = value if isinstance(value, tuple) else str(value).splitlines()
        for each in values or ("",):
            line = Text.assemble(" " * indent, (f"{label:<{width}}", "bold"), "  ", str(each))
            console().print(line, soft_wrap=True)
            label = ""


def _next_step(error: Exception) -> str:
    step = getattr(error, "next_step", "")
    if step:
        return str(step)
    if isinstance(error, ModuleNotFoundError):
        extra = "postgres" if _package(error) in _POSTGRES else "server"
        return f"Install it: pip install 'xrm[{extra}]'"
    return ""


def _package(error: ModuleNotFoundError) -> str:
    return (error.name or "").partition(".")[0]


def _sentence(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"This verb needs the package {_package(error)}, which is not installed."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    # The client's errors end with their next step, which is printed on a line of its own.
    text = str(error).partition("\nNext step: ")[0]
    return text or type(error).__name__


def report(error: Exception) -> int:
    """Print a failure and its next step on standard error and return the exit status 1."""
    if os.environ.get("XRM_TRACEBACK") == "1":
        import traceback

        traceback.print_exception(error)
    err = console(stderr=True)
    err.print(f"[bold red]xrm:[/] {escape(_sentence(error))}", soft_wrap=True)
    if step := _next_step(error):
        err.print(f"     {escape(step)}", soft_wrap=True)
    return 1
