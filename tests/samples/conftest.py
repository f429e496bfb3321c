"""One server with the samples for each module."""

from collections.abc import Iterator

import pytest

from support.samples import serving_samples
from support.served import Served


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a running server that hosts the samples."""
    with serving_samples() as running:
        yield running
