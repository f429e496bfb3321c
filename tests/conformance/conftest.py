"""Every test here runs once on each storage engine: SQLite and PostgreSQL answer alike."""

from collections.abc import Iterator
from itertools import count

import pytest

from support.estate import ENGINES, Client, Estate, build, engine_url
from support.soaping import Soap

_namespaces = count()


@pytest.fixture(scope="session", params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where an engine keeps its namespaces."""
    return engine_url(request.param, request, tmp_path_factory.mktemp("storage"))


@pytest.fixture
def namespace() -> str:
    """Return a namespace nothing else uses."""
    return f"own_{next(_namespaces)}"


@pytest.fixture(scope="module")
def estate(url: str) -> Iterator[Estate]:
    """An organization for all tests of a module."""
    built = build(url, f"module_{next(_namespaces)}")
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def client(estate: Estate) -> Client:
    """A caller who may do everything."""
    return estate.user("System Administrator")


@pytest.fixture(scope="module")
def soap(client: Client) -> Soap:
    """The same caller, by SOAP."""
    return Soap(client)
