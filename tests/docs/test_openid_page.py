"""Each rule of docs/openid.md is held by a test that exists, and each of those tests has a rule."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "openid.md").read_text(encoding="utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("|")]
CELLS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
HEAD = CELLS[0]
ROWS = [row for row in CELLS if row != HEAD and set("".join(row)) != {"-"}]
OWN = {
    "the_clock_of_these_tests_is_the_real_one",
    "without_a_state_none_comes_back",
}
"""Tests beside the rules."""


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_the_tables_have_one_form():
    assert HEAD[0] == "rule"
    assert HEAD[-1] == "test"
    assert {len(row) for row in ROWS} == {len(HEAD)}
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_rule_is_filled_and_its_test_exists(row):
    rule, section, here, _departs, named = row
    assert all((rule, section, here))
    found = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", named)
    assert found, named
    assert found[2] in functions_of(found[1])


def test_every_test_of_openid_holds_a_rule():
    named = {re.sub(r"`|.*::", "", row[-1]) for row in ROWS}
    for path in sorted((ROOT / "tests" / "sts").glob("test_openid_*.py")):
        held = {name for name in functions_of(str(path.relative_to(ROOT))) if name[:5] == "test_"}
        assert held - {f"test_{name}" for name in OWN} <= named, path.name
