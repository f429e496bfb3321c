"""The pages of commands: each runs in one shell, and its blocks say what the page shows.

Pages on what is kept run once on each engine, over TLS: the answers are the same to the letter.
"""

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
SITES = [(name, engine) for name, engines in PAGES.items() for engine in engines]


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of a page's commands printed, one after the other."""
    require("curl", "the pages of commands")
    name, engine = request.param
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


@pytest.mark.parametrize(
    ("said", "block"),
    [(site, block) for site in SITES for block in SHOWN[site[0]].blocks],
    ids=[f"{name}-{engine}-{n}" for name, engine in SITES for n in range(len(SHOWN[name].blocks))],
    indirect=["said"],
)
def test_each_block_says_what_the_page_shows(
    request: pytest.FixtureRequest, said: list[str], block: tuple[str, str]
) -> None:
    name, _ = request.node.callspec.params["said"]
    commands, shown = block
    assert plain(said[SHOWN[name].blocks.index(block)]) == plain(shown), commands
