"""One organization with the demonstration records, asked through OrganizationData.svc."""

from collections.abc import Iterator

import pytest

from support.estate import Estate, build, load_contoso
from support.organization_data import Data


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An organization with the demonstration records."""
    built = build(f"sqlite://{tmp_path_factory.mktemp('data2011')}")
    load_contoso(built)
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def data(estate: Estate) -> Data:
    """A caller who may do everything."""
    return Data(estate.user("System Administrator", name="Administrator"))
