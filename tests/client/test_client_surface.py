"""What `import xrm` offers, what it costs, and that the two shells are one text."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import xrm
from xrm import errors
from xrm.client import errors as tree

ROOT = Path(__file__).parents[2]


def test_every_name_offered_is_there():
    assert set(xrm.__all__) <= set(dir(xrm))
    for name in xrm.__all__:
        assert getattr(xrm, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = xrm.no_such_name


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert xrm.__version__ == project["version"]


def loaded_by(code: str) -> set[str]:
    command = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_import_loads_next_to_nothing():
    added = loaded_by("import xrm") - loaded_by("import typing, importlib")
    assert added == {"xrm"}


def test_a_client_loads_http_only_when_it_needs_it():
    heavy = {"typer", "lxml", "keyring", "rich", "sqlalchemy", "cryptography", "azure"}
    loaded = loaded_by("import xrm\nxrm.connect, xrm.Client, xrm.auth.Certificate, xrm.errors")
    assert loaded & (heavy | {"httpx2", "asyncio"}) == set()
    opened = loaded_by("import xrm\nxrm.Client('https://a', xrm.auth.ClientSecret('b', 'c'))")
    assert opened & heavy == set()


def test_the_synchronous_client_is_current():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "sync_client.py"), "--check"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_the_errors_are_one_tree_and_it_is_drawn():
    def drawn(kind: type[BaseException], depth: int = 0) -> dict[str, int]:
        found = {kind.__name__: depth}
        for below in kind.__subclasses__():
            found |= drawn(below, depth + 1)
        return found

    lines = re.findall(r"^((?:[│ ]   |[├└]── )*)(\w+Error)\b", tree.__doc__ or "", re.M)
    assert {name: len(lead) // 4 for lead, name in lines} == drawn(errors.XrmError)
    # One class has a second name, that of the SDK.
    assert errors.OrganizationServiceFaultError is errors.ServiceError
    names = ["OrganizationServiceFaultError", *(name for _, name in lines)]
    assert sorted(errors.__all__) == sorted(names)


def test_an_error_crosses_process_borders():
    import pickle

    error = errors.NotFoundError("gone", status=404, code="0x80040217", next_step="Look.")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.status) == (str(error), 404)
