"""An internet-facing deployment, its person, and a client of it whose requests are heard."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.contoso import Driver
from support.overheard import Heard, MovedClock
from xrm.testing import Person, Server


@pytest.fixture(scope="module")
def ifd_server() -> Iterator[Server]:
    with Server(deployment="ifd") as server:
        yield server


@pytest.fixture(scope="module")
def person(ifd_server: Server) -> Person:
    return ifd_server.person()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def opened(
    kind: str, ifd_server: Server, heard: Heard, clock: MovedClock
) -> Iterator[Callable[..., Driver]]:
    """Return `opened(credential)`: a client of the organization whose requests are heard."""
    drivers: list[Driver] = []

    def open_one(credential: Any, **options: Any) -> Driver:
        facts = ifd_server.facts
        transport = heard.transport(kind, facts.ca_bundle)
        driver = Driver(
            kind, facts.organization_url, credential, transport=transport, clock=clock, **options
        )
        drivers.append(driver)
        return driver

    yield open_one
    for driver in drivers:
        driver.end()
