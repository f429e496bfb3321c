"""Flags a verb is given from a table: those of `xrm serve` are the settings, described once."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from xrm.server.settings import TABLE, Row, Settings

NO_FLAG = frozenset({"sealing_key"})
"""Settings that are no flag: a command line is visible to other users of the machine."""

_FIRST = frozenset(
    {
        *("host", "port", "org_port", "data", "database", "memory"),
        *("public_url", "org_url", "workers", "test_controls"),
    }
)
_PANEL = "More settings"
_NO = "no_"
_TYPES: dict[str, Any] = {item.name: item.type for item in fields(Settings)}
_METAVARS = {"host": "ADDRESS", "data": "DIR", "names": "NAME,…", "ifd_domain": "NAME"}


def _metavar(row: Row) -> str:
    """Return what stands for the value in the help, from the setting's name and type."""
    kind = _TYPES[row.name]
    if any(get_origin(each) is Literal for each in (kind, *get_args(kind))):
        return "WORD"
    number = int in (kind, *get_args(kind))
    return _METAVARS.get(row.name, "NUMBER" if number else "URL")


def _reader(row: Row) -> Callable[[str], Any]:
    """Return what reads the value of a flag; an unusable one is wrong usage."""

    def read(text: str) -> Any:
        try:
            return row.read(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return read


def flag(name: str, kind: Any, *written: str, **how: Any) -> inspect.Parameter:
    """Return a flag for `taking`: the name it is passed by, its type, and what typer is told."""
    return parameter(name, Annotated[kind, typer.Option(*written, show_default=False, **how)])


def _flags() -> Iterator[inspect.Parameter]:
    for row in TABLE:
        if row.name in NO_FLAG:
            continue
        written = row.name.replace("_", "-")
        how: dict[str, Any] = {"help": f"{row.doc} Default: {row.default}."}
        if row.name not in _FIRST:
            how["rich_help_panel"] = _PANEL
        if _TYPES[row.name] is bool:
            yield flag(row.name, bool | None, f"--{written}", **how)
            yield flag(_NO + row.name, bool | None, f"--no-{written}", hidden=True)
        else:
            how |= {"parser": _reader(row), "metavar": _metavar(row)}
            yield flag(row.name, Any, f"--{written}", **how)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Return the flags that were given; `--no-x` is x with the value False, and goes first."""
    given = {name: value for name, value in values.items() if value is not None}
    refused = {name for name in given if name.startswith(_NO)}
    return {name: value for name, value in given.items() if name not in refused} | {
        name.removeprefix(_NO): False for name in refused
    }


def of_settings(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is the mapping of flags given, a flag for each setting.

    What is true or false has a hidden `--no-x` too, which overrides a variable or a line of the
    file that says true.
    """
    return taking(list(_flags()))(verb)


def taking(
    flags: Sequence[inspect.Parameter],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb these flags; its first parameter is the mapping of those given.

    A flag that was not given is not in the mapping; of `no_x`, `x` is, as False.
    """
    return gathering(lambda **values: _given(values), before=flags)


def gathering(
    make: Callable[..., Any],
    *,
    before: Sequence[inspect.Parameter] = (),
    after: Sequence[inspect.Parameter] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb parameters before and after its own, gathered for it in one value.

    Its first parameter is what `make` makes of them, by their names.
    """

    def give(verb: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]

        @functools.wraps(verb)
        def with_parameters(**values: Any) -> None:
            verb(make(**{each.name: values.pop(each.name) for each in (*before, *after)}), **values)

        between = (each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)
        signature = inspect.Signature([*before, *between, *after])
        with_parameters.__signature__ = signature  # type: ignore[attr-defined]
        return with_parameters

    return give


def parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    """Return a parameter for `gathering`, typed as a verb's own would be."""
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
