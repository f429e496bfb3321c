"""The flags of `xrm serve`, made from the table of settings: a setting is described once."""

import functools
import inspect
from collections.abc import Callable, Iterator
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
_METAVARS = {"host": "ADDRESS", "data": "DIR", "names": "NAME,…"}


def _metavar(row: Row) -> str:
    """Return what stands for the value in the help, from the setting's name and type."""
    kind = _TYPES[row.name]
    if get_origin(kind) is Literal:
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


def _parameter(name: str, kind: Any, flag: str, **how: Any) -> inspect.Parameter:
    annotation = Annotated[kind, typer.Option(flag, show_default=False, **how)]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _flags() -> Iterator[inspect.Parameter]:
    for row in TABLE:
        if row.name in NO_FLAG:
            continue
        flag = row.name.replace("_", "-")
        how: dict[str, Any] = {"help": f"{row.doc} Default: {row.default}."}
        if row.name not in _FIRST:
            how["rich_help_panel"] = _PANEL
        if _TYPES[row.name] is bool:
            yield _parameter(row.name, bool | None, f"--{flag}", **how)
            yield _parameter(_NO + row.name, bool | None, f"--no-{flag}", hidden=True)
        else:
            how |= {"parser": _reader(row), "metavar": _metavar(row)}
            yield _parameter(row.name, Any, f"--{flag}", **how)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Return the flags that were given; `--no-x` is x with the value False, and goes first."""
    given = {name: value for name, value in values.items() if value is not None}
    refused = {name for name in given if name.startswith(_NO)}
    return {name: value for name, value in given.items() if name not in refused} | {
        name.removeprefix(_NO): False for name in refused
    }


def of_settings(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is the mapping of flags given, a flag for each setting.

    A flag that was not given is not in the mapping. What is true or false has a hidden `--no-x`
    too, which overrides a variable or a line of the file that says true.
    """
    flags = list(_flags())
    own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]

    @functools.wraps(verb)
    def with_flags(**values: Any) -> None:
        verb(_given({each.name: values.pop(each.name) for each in flags}), **values)

    parameters = [*flags, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)]
    with_flags.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_flags
