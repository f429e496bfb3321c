"""What a run says it has proven: a small suite is run, and judged by items of its own."""

from pathlib import Path

import pytest

from support import proving

pytest_plugins = ["pytester"]

ITEMS = {
    "message": {"Create": "", "Merge": "404", "Delete": ""},
    "fetch": {"a|b": ""},
}
CONFTEST = """
from pathlib import Path

from support import proving

ITEMS = {items!r}

def pytest_configure(config):
    config.addinivalue_line("markers", "covers(*items): what a test proves")
    config.pluginmanager.register(proving.Judge(ITEMS, Path({page!r})))
"""
GOOD = {
    "test_two": """
import pytest

@pytest.mark.covers("message: Create", "fetch: a|b")
def test_one():
    pass

@pytest.mark.parametrize("x", [
    pytest.param(1, marks=pytest.mark.covers("message: Delete")), 2,
])
def test_rows(x):
    pass
""",
    "test_one": """
import pytest

pytestmark = pytest.mark.covers("message: Create")

def test_whole_module():
    pass
""",
}
PAGE = """\
## Message

2 of 3.

| item | |
|---|---|
| `Create` | `test_one.py`, `test_two.py` |
| `Merge` | not supported: 404 |
| `Delete` | `test_two.py` |

## Fetch

1 of 1.

| item | |
|---|---|
| `a\\|b` | `test_two.py` |
"""
BOTH = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "workers"])


class Suite:
    """A suite in a folder of its own; what workers run is run by a process of its own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.page = pytester.path / "page.md"
        tests = Path(proving.__file__).parents[1]
        pytester.makeini(f"[pytest]\ntestpaths = .\npythonpath = {tests}\n")
        pytester.makeconftest(CONFTEST.format(items=ITEMS, page=str(self.page)))

    def run(self, *arguments: str, **modules: str) -> tuple[int, list[str]]:
        """Run modules; return the exit code and what was said of proofs."""
        if modules:
            self._pytester.makepyfile(**modules)
        if "-n" in arguments:
            result = self._pytester.runpytest_subprocess("-p", "xdist", *arguments)
        else:
            result = self._pytester.runpytest_inprocess(*arguments)
        said = [line for line in result.outlines if "coverage: " in line or "items.toml" in line]
        return int(result.ret), said


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    for name in ("XRM_REQUIRE_ALL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Suite(pytester)


@BOTH
def test_a_whole_run_writes_the_page(suite: Suite, workers: tuple[str, ...]) -> None:
    assert suite.run(*workers, **GOOD) == (0, [])
    text = suite.page.read_text()
    assert text.endswith(PAGE)
    assert suite.run(*workers) == (0, [])
    assert suite.page.read_text() == text


@BOTH
def test_what_no_test_proves_fails_the_run(suite: Suite, workers: tuple[str, ...]) -> None:
    code, said = suite.run(*workers, test_one=GOOD["test_one"])
    assert code == 1
    assert [line.partition("coverage: ")[2] for line in said] == [
        "message: Delete: no test that passed proves it",
        "fetch: a|b: no test that passed proves it",
    ]
    assert not suite.page.exists()


def test_what_is_proven_is_supported(suite: Suite) -> None:
    more = GOOD["test_one"].replace("Create", "Merge")
    code, said = suite.run(**GOOD, test_three=more)
    assert (code, len(said)) == (1, 1)
    assert said[0].endswith("message: Merge: proven, but said to be not supported")
    assert not suite.page.exists()


@BOTH
@pytest.mark.parametrize("chosen", [(), ("-k", "test_more")])
def test_an_item_nobody_knows_fails_its_test(
    suite: Suite, workers: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    more = """
import pytest

@pytest.mark.skip
@pytest.mark.covers("message: Create", "message: Crate")
def test_more():
    pass
"""
    code, said = suite.run(*workers, *chosen, **GOOD, test_three=more)
    assert code == 1
    assert any("not in tests/items.toml: message: Crate" in line for line in said)
    assert not suite.page.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "test"),
        ("-m", "not slow"),
        ("test_one.py", "test_two.py"),
        ("--deselect", "test_none.py"),
        ("--ignore", "test_none.py"),
        ("--collect-only",),
    ],
)
def test_part_of_a_run_is_not_judged(suite: Suite, arguments: tuple[str, ...]) -> None:
    nothing = "def test_nothing():\n    pass\n"
    assert suite.run(*arguments, test_one=nothing, test_two=nothing) == (0, [])
    assert not suite.page.exists()


@pytest.mark.parametrize("body", ["assert False", "raise KeyError"])
def test_a_run_that_fails_is_not_judged(suite: Suite, body: str) -> None:
    assert suite.run(**GOOD, test_three=f"def test_bad():\n    {body}\n") == (1, [])
    assert not suite.page.exists()


def test_what_fails_in_set_up_proves_nothing(suite: Suite) -> None:
    bad = """
import pytest

@pytest.fixture
def broken():
    raise KeyError

@pytest.mark.covers("message: Delete", "fetch: a|b")
def test_bad(broken):
    pass
"""
    assert suite.run(test_one=GOOD["test_one"], test_three=bad) == (1, [])


@BOTH
@pytest.mark.parametrize(
    "way", ["@pytest.mark.skip", "@pytest.mark.xfail(strict=False)", ""], ids=str
)
def test_what_is_left_out_proves_nothing(suite: Suite, workers: tuple[str, ...], way: str) -> None:
    """A test that is skipped leaves the page as it was, for then nothing can be said."""
    more = f"""
import pytest

{way}
@pytest.mark.covers("message: Delete", "fetch: a|b")
def test_more():
    {"pytest.skip()" if not way else "assert False"}
"""
    assert suite.run(*workers, test_one=GOOD["test_one"], test_three=more) == (0, [])
    assert not suite.page.exists()


def test_where_all_is_required_the_page_is_there_already(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRM_REQUIRE_ALL", "1")
    code, said = suite.run(**GOOD)
    assert (code, len(said)) == (1, 1)
    assert said[0].endswith("page.md is not what this run proves; a run of make test writes it")
    assert not suite.page.exists()
    monkeypatch.delenv("XRM_REQUIRE_ALL")
    assert suite.run() == (0, [])
    monkeypatch.setenv("XRM_REQUIRE_ALL", "1")
    assert suite.run() == (0, [])
    page = suite.page.read_text()
    # Which module proves an item may change meanwhile, what is proven may not.
    suite.page.write_text(page.replace("test_one.py", "test_older.py"))
    assert suite.run() == (0, [])
    suite.page.write_text(page.replace("`test_one.py`", "not supported: yet"))
    code, said = suite.run()
    assert (code, len(said)) == (1, 1)
