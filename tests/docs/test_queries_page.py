"""The page on queries: its commands run in one shell, and say what the page shows.

Once on each engine, over TLS: the answers are the same to the letter.
"""

from pathlib import Path

import pytest

from support.estate import ENGINES
from support.served import serving
from support.shown_pages import ShownPage, plain

PAGE = ShownPage(Path(__file__).parents[2] / "docs" / "queries.md")


@pytest.fixture(scope="module", params=ENGINES)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of commands printed, one after the other."""
    place = {"XRM_DATA": str(tmp_path_factory.mktemp("queries"))}
    if request.param == "postgresql":
        place["XRM_DATABASE"] = request.getfixturevalue("postgres_database")
    with serving("--port", "0", environment=place) as served:
        names = {
            "ORGANIZATION_URL": served["organization_url"],
            "CA_BUNDLE": served["ca_bundle"],
        }
        return PAGE.said(place | names)


@pytest.mark.parametrize("place", range(len(PAGE.blocks)))
def test_each_block_says_what_the_page_shows(said: list[str], place: int) -> None:
    commands, shown = PAGE.blocks[place]
    assert plain(said[place]) == plain(shown), commands
