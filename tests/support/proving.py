"""What tests prove of the protocol sheets: markers of those that passed, and the page of it.

A test names items by `@pytest.mark.covers("group: item")`. The items are those of `items.toml`
beside the tests, each with why it is not supported where it is not. A test that names another
item fails. A whole run fails if an item that is said to be supported was proven by no test, or
one that is not was. The page is `docs/coverage.md`.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ITEMS = ROOT / "tests" / "items.toml"
PAGE = ROOT / "docs" / "coverage.md"
PROPERTY = "covers"
Items = Mapping[str, Mapping[str, str]]
"""By group, items by name: why one is not supported, "" where it is."""

_HEAD = """\
# Coverage: what of the protocols is there

Each line is a message, operation, option, operator, header or error of the services. What is
supported is proven by tests in the modules named (below `tests/`, three at most), which passed in
the run of `make test` that wrote this page; of the rest it says what is answered instead.
"""
_MOST_MODULES = 3
_PROVEN = re.compile(r"\| `[\w/]+\.py`(?:, `[\w/]+\.py`)* \|$", re.MULTILINE)
"""The cell of an item that is supported."""
_NARROWING = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise"),
    "collectonly",
)
"""Options of pytest by which tests are left out."""


@cache
def items() -> Items:
    """Return the items of the sheets."""
    return {
        group: {name: str(reason) for name, reason in rows.items()}
        for group, rows in tomllib.loads(ITEMS.read_text()).items()
    }


def cases(item: str, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return the rows of a parametrized test, each marked with the item it proves.

    `item` holds `{}` for the first value of its row.
    """
    return [pytest.param(*row, marks=pytest.mark.covers(item.format(row[0]))) for row in rows]


def named(test: pytest.Item) -> list[str]:
    """Return the items that a test names."""
    every = (str(item) for marker in test.iter_markers("covers") for item in marker.args)
    return list(dict.fromkeys(every))


def mark(tests: Iterable[pytest.Item]) -> None:
    """Keep each test's items where its reports show them."""
    for test in tests:
        if found := named(test):
            test.user_properties.append((PROPERTY, "\n".join(found)))


def refuse_unknown(test: pytest.Item, known: Items) -> None:
    """Fail a test that names what the sheets do not have."""
    every = {f"{group}: {name}" for group, rows in known.items() for name in rows}
    unknown = [item for item in named(test) if item not in every]
    if unknown:
        pytest.fail(f"not in tests/items.toml: {', '.join(unknown)}", pytrace=False)


@dataclass
class Proofs:
    """What a run has proven: the modules of each item's tests that passed.

    `skipped` are the items of tests that were skipped: of them the run can say nothing.
    """

    items: Items
    modules: dict[str, set[str]] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    def see(self, report: pytest.TestReport) -> None:
        """Take a test's report into account."""
        said = (str(value) for name, value in report.user_properties if name == PROPERTY)
        found = [item for value in said for item in value.split("\n")]
        if report.skipped:
            self.skipped.update(found)
        elif report.passed and report.when == "call":
            module = report.nodeid.partition("::")[0].removeprefix("tests/")
            for item in found:
                self.modules.setdefault(item, set()).add(module)

    def complaints(self) -> list[str]:
        """Return what contradicts the items."""
        found = []
        for group, rows in self.items.items():
            for name, reason in rows.items():
                item = f"{group}: {name}"
                proven = item in self.modules
                if not reason and not proven and item not in self.skipped:
                    found.append(f"{item}: no test that passed proves it")
                if reason and proven:
                    found.append(f"{item}: proven, but said to be not supported")
        return found

    def page(self) -> str:
        """Return the page."""
        return "\n".join([_HEAD, *(self._section(group) for group in self.items)])

    def _section(self, group: str) -> str:
        rows = self.items[group]
        done = sum(not reason for reason in rows.values())
        lines = [f"## {group[:1].upper()}{group[1:]}", "", f"{done} of {len(rows)}.", ""]
        lines += ["| item | |", "|---|---|"]
        for name, reason in rows.items():
            modules = sorted(self.modules.get(f"{group}: {name}", ()))[:_MOST_MODULES]
            said = (
                f"not supported: {reason}" if reason else ", ".join(f"`{one}`" for one in modules)
            )
            lines.append(f"| `{_in_cell(name)}` | {_in_cell(said)} |")
        return "\n".join([*lines, ""])


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def is_whole(config: pytest.Config) -> bool:
    """Tell whether a run was asked for all tests, and to run them."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return False
    return not any(config.getoption(name, default=None) for name in _NARROWING)


def conclude(proofs: Proofs, page: Path) -> list[str]:
    """Write the page of a whole run that went well; return what is wrong with what it proved.

    Where tests were skipped for want of something, the page stays as it is.
    """
    wrong = proofs.complaints()
    if wrong or proofs.skipped:
        return wrong
    written = proofs.page()
    if page.exists() and page.read_text() == written:
        return []
    if os.environ.get("XRM_REQUIRE_ALL") != "1":
        page.write_text(written)
        return []
    # Which modules prove an item changes with every test that is moved; what is proven must not.
    if page.exists() and _claims(page.read_text()) == _claims(written):
        return []
    return [f"{page.name} is not what this run proves; a run of make test writes it"]


def _claims(page: str) -> str:
    """Return what a page says of the items, without the modules that prove it."""
    return _PROVEN.sub("| proven |", page)


class Judge:
    """The hooks of a run: a plugin of pytest, for workers and the process they work for."""

    def __init__(self, items: Items, page: Path) -> None:
        self._items = items
        self._page = page
        self._proofs = Proofs(items)
        self._wrong: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what each test names."""
        mark(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fail a test, a skipped one too, that names what the sheets do not have."""
        refuse_unknown(item, self._items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See what a test proves."""
        self._proofs.see(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Conclude a whole run that went well; one worker alone knows too little for that."""
        worker = hasattr(session.config, "workerinput")
        if worker or exitstatus != pytest.ExitCode.OK or not is_whole(session.config):
            return
        self._wrong = conclude(self._proofs, self._page)
        if self._wrong:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what is wrong with what was proven."""
        for line in self._wrong:
            terminalreporter.write_line(f"coverage: {line}", red=True)
