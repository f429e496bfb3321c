"""xrm app configuration: the variables by which a single-page application is configured."""

from collections.abc import Sequence
from typing import Annotated

import typer

from xrm.cli import output
from xrm.cli.output import Failure
from xrm.cli.verbs.app.finding import Meant, meaning

Page = Annotated[
    str | None,
    typer.Option(
        "--page",
        metavar="URL",
        help="Where the page is: one of its redirect URIs (the first for pages if unset).",
    ),
]


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""
    group.command()(configuration)


@meaning
def configuration(meant: Meant, *, page: Page = None) -> None:
    """Print the configuration variables of a single-page application, as its config.js.

    They are the URL of the organization, the name of the tenant, the client id and the URL of the
    page, and beside these four the token service that takes the place of the real one.
    """
    from dataclasses import asdict

    from xrm.server.samples import Configuration

    with meant.registered() as (opened, there, one):
        registered = [uri.url for uri in one.redirect_uris if uri.kind != "InstalledClient"]
        found = Configuration.of(
            organization_url=opened.organization.url,
            tenant=there.domain,
            client_id=one.application_id,
            page=_page(one.name, registered, page),
            authority=opened.urls.sts,
        )
    if meant.as_json:
        output.json(asdict(found))
    else:
        output.say(found.script().rstrip())


def _page(name: str, registered: Sequence[str], wanted: str | None) -> str:
    if wanted is not None and wanted in registered:
        return wanted
    if wanted is None and registered:
        return registered[0]
    missing = f"a page at {wanted}" if wanted else "a page"
    raise Failure(
        f"{name!r} has no redirect URI for {missing}.",
        next_step=f"Register it: xrm app update {name!r} --redirect-uri spa={wanted or 'URL'}",
    )
