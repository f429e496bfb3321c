"""The pages of commands: each runs in one shell, and its blocks say what the page shows.

Pages on what is kept run once on each engine, over TLS: the answers are the same to the letter.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from support import postgres
from support.estate import ENGINES
from support.requirements import require
from support.served import serving
from support.shown_pages import ShownPage, plain

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "records": ENGINES,
    "queries": ENGINES,
    "organization-data": ("sqlite",),
    "soap": ("sqlite",),
    "organizations": ENGINES,
}
SHOWN = {name: ShownPage(DOCS / f"{name}.md") for name in PAGES}
BLOCKS = [
    (name, engine, block)
    for name, engines in PAGES.items()
    for engine in engines
    for block in range(len(SHOWN[name].blocks))
]
Said = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Return what prints each block of a page's commands on an engine, run once."""
    require("curl", "the pages of commands")

    @cache
    def run(name: str, engine: str) -> list[str]:
        place = {"XRM_DATA": str(tmp_path_factory.mktemp(name))}
        if engine == "postgresql":
            # Each page has an empty one: its namespaces are those of every server.
            place["XRM_DATABASE"] = postgres.new_database(request.getfixturevalue("postgres_url"))
        with serving("--port", "0", environment=place) as served:
            names = {
                "AUTHORITY": served["authority"],
                "TENANT_ID": served["tenant_id"],
                "ORGANIZATION_URL": served["organization_url"],
                "CA_BUNDLE": served["ca_bundle"],
            }
            return SHOWN[name].said(place | names)

    return run


@pytest.mark.parametrize(("name", "engine", "block"), BLOCKS)
def test_each_block_says_what_the_page_shows(
    said: Said, name: str, engine: str, block: int
) -> None:
    commands, shown = SHOWN[name].blocks[block]
    assert plain(said(name, engine)[block]) == plain(shown), commands
