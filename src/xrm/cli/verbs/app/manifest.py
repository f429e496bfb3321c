"""xrm app manifest get, set: a registration as the JSON documents Microsoft's portal shows."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from xrm.cli import output
from xrm.cli.output import Failure
from xrm.cli.verbs.app.finding import Meant, meaning

_LARGEST = 4 << 20
_BEGIN = "xrm app manifest get prints one to begin with."

Form = Annotated[
    Literal["graph", "aad"],
    typer.Option("--form", help="graph: names of Microsoft Graph. aad: those before it."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", dir_okay=False, help="Write it there (standard output if unset)."
    ),
]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="The manifest, in either form; - reads standard input.",
    ),
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    manifests = typer.Typer(
        no_args_is_help=True, help="A registration as JSON, with Microsoft's property names."
    )
    manifests.command("get")(get)
    manifests.command("set")(put)
    group.add_typer(manifests, name="manifest")


@meaning
def get(meant: Meant, *, form: Form = "graph", out: Out = None) -> None:
    """Print the manifest of an application. It holds no secret; it is JSON in any case."""
    from xrm.sts import manifest, registration

    with meant.registered() as (opened, there, one):
        secrets = registration.list_secrets(opened.sts, one)
        certificates = registration.list_certificates(opened.sts, one)
        document = manifest.write(one, secrets, certificates, form, domain=there.domain)
    if out is None:
        output.json(document)
        return
    import orjson

    out.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    if meant.as_json:
        output.json({"application_id": one.application_id, "path": out.absolute()})
    else:
        output.say(f"The manifest of {one.name} is in {out}.")


@meaning
def put(meant: Meant, *, file: File) -> None:
    """Change an application to what a manifest says, in either form, and say what changed.

    Secrets and certificates are not taken from it: they have verbs of their own.
    """
    document = _document(file)
    from xrm.sts import manifest, registration

    with meant.registered() as (opened, there, before):
        amend = manifest.read(document, domains=there.domains)
        after = registration.amend_application(opened.sts, before, amend)
    changed = _changes(manifest.write(before), manifest.write(after))
    if meant.as_json:
        output.json(
            {"name": after.name, "application_id": after.application_id, "changed": changed}
        )
        return
    rows = [
        (member, _short(one["before"]), _short(one["after"])) for member, one in changed.items()
    ]
    output.listing(("CHANGED", "BEFORE", "AFTER"), rows, empty="Nothing has changed.")


def _content(file: Path) -> bytes:
    """Return the start of a file or of standard input, a byte more than may be."""
    # Standard input is for this to tell: typer would look for a file of that name.
    if str(file) == "-":
        return sys.stdin.buffer.read(_LARGEST + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST + 1)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}.", next_step=_BEGIN) from None


def _document(file: Path) -> dict[str, Any]:
    import orjson

    content = _content(file)
    if len(content) > _LARGEST:
        raise Failure("The manifest is too large.", next_step="At most 4 MiB are read.")
    try:
        document = orjson.loads(content)
    except ValueError as error:
        raise Failure(f"The manifest is not JSON: {error}.", next_step=_BEGIN) from None
    if not isinstance(document, dict):
        raise Failure("The manifest is no JSON object.", next_step=_BEGIN)
    return document


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that differ, by path, each with what it was and what it is."""
    from xrm.sts.manifest.paths import flatten

    was, is_now = flatten(before), flatten(after)
    return {
        path: {"before": was.get(path), "after": is_now.get(path)}
        for path in sorted(was.keys() | is_now.keys())
        if was.get(path) != is_now.get(path)
    }


def _short(value: Any) -> str:
    """Return a value as JSON for a cell of a table, "" for what is empty."""
    import orjson

    return "" if value in (None, "", [], {}) else orjson.dumps(value).decode()
