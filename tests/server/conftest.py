"""Real servers, started by the command a user types."""

from collections.abc import Iterator

import pytest

from support.served import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a server with test controls, shared by the tests of a module."""
    with serving("--memory", "--port", "0", "--test-controls") as server:
        yield server
