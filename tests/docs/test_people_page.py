"""The page on people: its commands sign a person in by curl alone, and say what the page shows.

Once on each engine, over TLS.
"""

from pathlib import Path

import pytest

from support.estate import ENGINES
from support.requirements import require
from support.served import serving
from support.shown_pages import ShownPage, plain

PAGE = ShownPage(Path(__file__).parents[2] / "docs" / "people.md")


@pytest.fixture(scope="module", params=ENGINES)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of commands printed, one after the other."""
    require("curl", "the page on people")
    place = {"XRM_DATA": str(tmp_path_factory.mktemp("people"))}
    if request.param == "postgresql":
        place["XRM_DATABASE"] = request.getfixturevalue("postgres_database")
    with serving("--port", "0", environment=place) as served:
        names = {
            "AUTHORITY": served["authority"],
            "TENANT_ID": served["tenant_id"],
            "ORGANIZATION_URL": served["organization_url"],
            "CA_BUNDLE": served["ca_bundle"],
            "PUBLIC_CLIENT_ID": served["public_client_id"],
            "PERSON": served["username"],
            "PASSWORD": served["password"],
        }
        return PAGE.said(place | names)


@pytest.mark.parametrize("place", range(len(PAGE.blocks)))
def test_each_block_says_what_the_page_shows(said: list[str], place: int) -> None:
    commands, shown = PAGE.blocks[place]
    assert plain(said[place]) == plain(shown), commands
