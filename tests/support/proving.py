"""What tests prove of the protocol sheets: markers of those that passed, and the page of it.

A test names items by `@pytest.mark.covers("group: item")`. The items are those of `items.toml`
beside the tests, each with why it is not supported where it is not. A whole run fails if an item
that is said to be supported was proven by no test, or one that is not was; an unknown item is
refused when tests are collected. The page is `docs/coverage.md`.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ITEMS = ROOT / "tests" / "items.toml"
PAGE = ROOT / "docs" / "coverage.md"
PROPERTY = "covers"

_HEAD = """\
# Coverage: what of the protocols is there

Each line is a message, operation, option, operator, header or error of the services. What is
supported is proven by tests in the modules named, which passed in the run of `make test` that
wrote this page; of the rest it says what is answered instead.
"""
_MOST_MODULES = 3


@cache
def items() -> Mapping[str, Mapping[str, str]]:
    """Return the items by group; each has the reason why it is not supported, "" if it is."""
    return {
        group: {name: str(reason) for name, reason in rows.items()}
        for group, rows in tomllib.loads(ITEMS.read_text()).items()
    }


def mark(tests: Iterable[pytest.Item]) -> None:
    """Keep each test's items where its reports show them. Raises UsageError for an unknown one."""
    known = {f"{group}: {name}" for group, rows in items().items() for name in rows}
    unknown: dict[str, str] = {}
    for test in tests:
        named = [str(item) for marker in test.iter_markers("covers") for item in marker.args]
        unknown |= {item: test.nodeid for item in named if item not in known}
        if named:
            test.user_properties.append((PROPERTY, "\n".join(dict.fromkeys(named))))
    if unknown:
        lines = [f"  {item!r} of {test}" for item, test in sorted(unknown.items())]
        raise pytest.UsageError("not in tests/items.toml:\n" + "\n".join(lines))


@dataclass
class Proofs:
    """What a run has proven: the modules of each item's tests that passed."""

    modules: dict[str, set[str]] = field(default_factory=dict)

    def see(self, report: pytest.TestReport) -> None:
        """Take a test's report into account."""
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name == PROPERTY:
                for item in str(value).split("\n"):
                    module = report.nodeid.partition("::")[0].removeprefix("tests/")
                    self.modules.setdefault(item, set()).add(module)

    def complaints(self) -> list[str]:
        """Return what contradicts the items."""
        found = []
        for group, rows in items().items():
            for name, reason in rows.items():
                proven = f"{group}: {name}" in self.modules
                if not reason and not proven:
                    found.append(f"{group}: {name}: no test that passed proves it")
                if reason and proven:
                    found.append(f"{group}: {name}: proven, but said to be not supported")
        return found

    def page(self) -> str:
        """Return the page."""
        return "\n".join([_HEAD, *(self._section(group) for group in items())])

    def _section(self, group: str) -> str:
        rows = items()[group]
        done = sum(not reason for reason in rows.values())
        lines = [f"## {group[:1].upper()}{group[1:]}", "", f"{done} of {len(rows)}.", ""]
        lines += ["| item | |", "|---|---|"]
        for name, reason in rows.items():
            modules = sorted(self.modules.get(f"{group}: {name}", ()))[:_MOST_MODULES]
            said = f"not supported: {reason}" if reason else ", ".join(f"`{one}`" for one in modules)
            lines.append(f"| `{name.replace('|', chr(92) + '|')}` | {said} |")
        return "\n".join([*lines, ""])


def is_whole(config: pytest.Config) -> bool:
    """Tell whether a run was asked for all tests."""
    chosen = config.invocation_params.args
    narrowed = any(config.getoption(name, default="") for name in ("keyword", "markexpr"))
    paths = [one for one in chosen if not str(one).startswith("-") and Path(one).exists()]
    return not narrowed and not paths and not config.getoption("collectonly", default=False)


def conclude(proofs: Proofs) -> list[str]:
    """Write the page of a whole run that went well and return what is wrong with it."""
    wrong = proofs.complaints()
    if wrong:
        return wrong
    page = proofs.page()
    before = PAGE.read_text() if PAGE.exists() else ""
    if page == before:
        return []
    if os.environ.get("XRM_REQUIRE_ALL") == "1":
        return ["docs/coverage.md is not what this run proves; a run of make test writes it"]
    PAGE.write_text(page)
    return []
