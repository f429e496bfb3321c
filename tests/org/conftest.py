"""Organizations on SQLite for tests of rights and rules; tests/conformance has both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.datafiles import CONTOSO, read
from support.estate import Client, Estate, build, load_contoso
from xrm.org import administration


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


@pytest.fixture
def give(contoso, admin):
    """Give the service roles for one test; another user stays System Administrator."""
    organization = contoso.estate.organization

    def giver(*roles):
        for role in roles:
            administration.assign_role(organization, contoso.user_id, role)
            given.append(role)
        return contoso

    given = []
    yield giver
    for role in given:
        administration.remove_role(organization, contoso.user_id, role)


@pytest.fixture(scope="module")
def admin(contoso):
    return contoso.estate.user("System Administrator", name="Administrator")


@pytest.fixture(scope="module")
def owned(contoso):
    """One lead of each owner, by owner."""
    records = read(CONTOSO / "leads.json")["records"]
    return {record["owner"]: record["id"] for record in records}


@pytest.fixture
def lead(admin):
    """Make leads of an owner that are gone after the test."""
    made = []

    def maker(owner, **more):
        record = {"lastname": "Depth", "ownerid@odata.bind": f"/systemusers({owner})"}
        made.append(admin.post("leads", record | more).created)
        return made[-1]

    yield maker
    for key in made:
        assert admin.delete(f"leads({key})").status in (204, 404)
