"""xrm language: the languages in which users are shown labels and names."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli import output
from xrm.cli.verbs.org.inside import Inside, advised, inside

if TYPE_CHECKING:
    from xrm.org.metadata.languages import Language

PANEL = "Register"

_LISTED = "xrm language list shows the languages there are."
_BASE, _ENABLED, _AVAILABLE = "base", "enabled", "available"

Code = Annotated[
    int, typer.Argument(metavar="LCID", help="The language's number, such as 1031 for German.")
]


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Languages of labels and names, which each user chooses from: list, enable, disable.",
    )
    group.command("list")(show_all)
    group.command()(enable)
    group.command()(disable)
    app.add_typer(group, name="language", rich_help_panel=PANEL)


@inside
def show_all(where: Inside) -> None:
    """List the languages there are, and which of them the organization has enabled."""
    from xrm.org.presentation import languages

    with where.open() as opened:
        enabled = languages.enabled(opened.organization)
    others = [each for each in languages.packs() if each not in enabled]
    found = [_facts(each, _ENABLED) for each in enabled] + [
        _facts(each, _AVAILABLE) for each in others
    ]
    if where.as_json:
        output.json(found)
        return
    rows = [(str(each["lcid"]), each["name"], each["state"]) for each in found]
    output.listing(("LCID", "LANGUAGE", "STATE"), rows, empty="No languages.")


@inside
def enable(where: Inside, *, lcid: Code) -> None:
    """Let users choose a language; servers that run follow at the next request."""
    from xrm.org.presentation import languages

    with where.open() as opened, advised(_LISTED):
        language = languages.enable(opened.organization, lcid)
    _say(language, _ENABLED, as_json=where.as_json)


@inside
def disable(where: Inside, *, lcid: Code) -> None:
    """Take a language away; who has chosen it is shown the base language."""
    from xrm.org.presentation import languages

    with where.open() as opened, advised(_LISTED):
        language = languages.disable(opened.organization, lcid)
    _say(language, _AVAILABLE, as_json=where.as_json)


def _say(language: "Language", state: str, *, as_json: bool) -> None:
    if as_json:
        output.json(_facts(language, state))
    else:
        done = "enabled" if state == _ENABLED else "disabled"
        output.say(f"{language.name} ({language.lcid}) is {done}.")


def _facts(language: "Language", state: str) -> dict[str, Any]:
    return {
        "lcid": language.lcid,
        "name": language.name,
        "state": _BASE if language.is_base else state,
    }
