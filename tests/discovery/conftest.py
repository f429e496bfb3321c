"""Servers with several organizations, on each engine and with several processes."""

from collections.abc import Iterator

import pytest

from support.hosting import Hosted, hosting

SETTINGS = {
    "sqlite": (),
    "sqlite, two workers": ("--workers", "2"),
    "postgresql": ("--database",),
}


@pytest.fixture(scope="module", params=SETTINGS)
def hosted(request: pytest.FixtureRequest) -> Iterator[Hosted]:
    """A server with the demonstration and an organization of its second tenant."""
    settings = SETTINGS[request.param]
    if settings == ("--database",):
        settings = (*settings, request.getfixturevalue("postgres_database"))
    with hosting(*settings) as server:
        yield server
