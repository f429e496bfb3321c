"""Each difference between the profiles is a row of docs/profiles.md and has a test."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from xrm.server.settings import Settings
from xrm.sts.profile import FAITHFUL, STRICT, Profile

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
HEAD, _, *ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|")
]


def test_the_table_has_a_column_for_each_profile():
    profiles = Settings.__annotations__["profile"].__args__
    assert ["difference", *profiles, "test"] == HEAD
    assert ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_row_is_filled_and_its_test_exists(row):
    _difference, faithful, strict, named = row
    assert all(row)
    assert faithful != strict
    found = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", named)
    assert found, named
    tree = ast.parse((ROOT / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_member_of_the_profile_is_a_row():
    members = [field.name for field in fields(Profile)]
    named = [name for row in ROWS for name in re.findall(r"\(`(\w+)`\)", row[0])]
    assert sorted(named) == sorted(members)
    assert all(getattr(FAITHFUL, name) != getattr(STRICT, name) for name in members)
