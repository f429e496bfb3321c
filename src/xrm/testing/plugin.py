"""The pytest plugin: the fixture `xrm_server`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xrm.testing.server import Server


@pytest.fixture(scope="session")
def xrm_server() -> "Iterator[Server]":
    """Return a running token service and organization, one for the whole session.

    Its clock is put right only by the test that moves it (`advance` is a context manager).
    """
    # The server's packages load only in sessions that ask for it.
    from xrm.testing.server import Server

    with Server() as server:
        yield server
