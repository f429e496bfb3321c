"""A claims-based organization, asked through Organization.svc with tokens of its farm."""

from collections.abc import Iterator

import pytest

from support.claiming import Claims, build_claims


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claims]:
    """An organization with an administrator and a salesperson."""
    built = build_claims(f"sqlite://{tmp_path_factory.mktemp('claims')}")
    yield built
    built.estate.database.close()
