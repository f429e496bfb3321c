"""Organizations on SQLite for tests of rights and rules; tests/conformance has both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.estate import Client, Estate, build, load_contoso


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An empty organization for all tests of a module."""
    built = build(f"sqlite://{tmp_path_factory.mktemp('org')}")
    yield built
    built.database.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Estate]:
    """An empty organization of the test's own."""
    built = build(f"sqlite://{tmp_path}")
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The service of the demonstration organization, with its records, without a role."""
    built = build(f"sqlite://{tmp_path_factory.mktemp('contoso')}")
    yield load_contoso(built)
    built.database.close()
