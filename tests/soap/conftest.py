"""One organization with the demonstration records, asked through Organization.svc."""

from collections.abc import Iterator

import pytest

from support.estate import Client, Estate, build, load_contoso
from support.soaping import Soap


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An organization with the demonstration records."""
    built = build(f"sqlite://{tmp_path_factory.mktemp('soap')}")
    load_contoso(built)
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def client(estate: Estate) -> Client:
    """A caller who may do everything."""
    return estate.user("System Administrator", name="Administrator")


@pytest.fixture(scope="module")
def soap(client: Client) -> Soap:
    """The same caller, by SOAP 1.1."""
    return Soap(client)
