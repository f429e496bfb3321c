"""A server with two farms, for the tests of a module."""

from collections.abc import Iterator

import pytest

from support.farms import Farms, farms_in
from support.signing_in import cheap_passwords


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farms]:
    """Return a server whose farms trust nobody else."""
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("farms")) as opened:
        yield opened


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farms]:
    """Return a server whose first farm lets in the people of the second."""
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("chained")) as opened:
        opened.chain()
        yield opened
