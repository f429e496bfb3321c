"""A claims-based organization, asked through Organization.svc with tokens of its farm."""

from collections.abc import Iterator

import pytest

from support.claiming import Claims, build_claims
from support.old_clients_desk import Desk, desks


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claims]:
    """An organization with an administrator and a salesperson."""
    built = build_claims(f"sqlite://{tmp_path_factory.mktemp('claims')}")
    yield built
    built.estate.database.close()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A person before a running server, with clients of old."""
    with desks() as found:
        yield found
