"""The command `xrm`. Each group of verbs is one module with `add(app)` and one line in GROUPS.

verbs/       the verbs
walk/        the sign-ins `xrm walk` tries, each with a client written by others
options      what verbs take that open a data directory
connecting   what verbs take that ask an organization
output       tables, JSON, and the failures that `main` turns into two lines
summary      what `xrm serve` prints when it is ready
claims, times   a token and a time as people read them

Start is light: what is heavy is imported inside the verb that needs it.
"""

import sys
from collections.abc import Sequence

import typer

import xrm
from xrm.cli import output
from xrm.cli.verbs import (
    adfs,
    app,
    asking,
    audit,
    keys,
    people,
    serving,
    tenants,
    tokens,
    trust,
    walking,
)
from xrm.cli.verbs.org import alternate_keys, app_users, languages, organizations, roles

GROUPS = (
    serving,
    walking,
    tenants,
    organizations,
    app,
    adfs,
    app_users,
    roles,
    people,
    alternate_keys,
    languages,
    keys,
    asking,
    tokens,
    trust,
    audit,
)
"""Every group of verbs, in the order the help lists them."""

_ABOUT = """\
Sign-in to Dynamics 365 and its web services, whole, on your own machine.

"xrm serve" starts a token service and an organization. "xrm app", "xrm app-user" and \
"xrm role" register who may do what. "xrm token", "xrm whoami" and "xrm query" sign in and ask, \
here or at the real service.
"""

_EPILOG = "Exit status: 0 done, 1 failed (the reason is on standard error), 2 wrong usage."


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xrm {xrm.__version__}")
        raise typer.Exit


def _application() -> typer.Typer:
    app = typer.Typer(
        name="xrm",
        help=_ABOUT,
        epilog=_EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(
        version: bool = typer.Option(
            False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ) -> None:
        del version

    for group in GROUPS:
        group.add(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, 1 after a failure, 2 for wrong usage."""
    try:
        _application()(args=arguments, prog_name="xrm")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone (`xrm query … | head`): nothing is wrong, and nothing can be said.
        sys.stderr.close()
        return 0
    except Exception as error:  # the last resort: a verb must never end in a traceback
        return output.report(error)
    return 0
