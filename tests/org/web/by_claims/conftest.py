"""A browser before the page of a claims-based organization, and the farm of the test's own."""

from collections.abc import Iterator

import pytest

from support.claiming import Claims, build_claims
from support.passive_pages import KnownPassive, PassiveVisitor


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claims]:
    """An organization with an administrator and a salesperson."""
    built = build_claims(f"sqlite://{tmp_path_factory.mktemp('claims')}")
    yield built
    built.estate.database.close()


@pytest.fixture
def trust() -> KnownPassive:
    return KnownPassive()


@pytest.fixture
def visitor(claims: Claims, trust: KnownPassive) -> PassiveVisitor:
    """A browser that has never been here."""
    return PassiveVisitor.before(claims, trust)
