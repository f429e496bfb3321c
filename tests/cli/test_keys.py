"""xrm keys on a data directory on which no server runs."""

import re

import pytest

DIGITS = re.compile(r"[0-9A-F]{40}")


@pytest.fixture
def here(xrm, tmp_path):
    """Return `here(*arguments)`: a verb on a data directory of its own."""
    return lambda *arguments: xrm(*arguments, "--data", tmp_path / "xrm")


def test_keys_are_listed_and_rotated(here):
    current, upcoming = here("keys", "list", "--json").json()
    assert [one["status"] for one in (current, upcoming)] == ["current", "next"]
    assert [one["until"] for one in (current, upcoming)] == [None, None]
    assert DIGITS.fullmatch(current["thumbprint"])
    rotated = here("keys", "rotate", "--json").json()
    assert [one["status"] for one in rotated] == ["current", "next", "retired"]
    assert rotated[0]["key_id"] == upcoming["key_id"]
    assert rotated[1]["key_id"] not in (current["key_id"], upcoming["key_id"])
    assert rotated[2]["key_id"] == current["key_id"]
    assert rotated[2]["until"] == rotated[2]["since"] + 90 * 60 + 300
    assert here("keys", "list", "--json").json() == rotated


def test_what_happened_is_said_to_people(here):
    old = [one["key_id"] for one in here("keys", "list", "--json").json()]
    said = here("keys", "rotate").out
    listed = here("keys", "list").out
    now = [one["key_id"] for one in here("keys", "list", "--json").json()]
    first, second, third = said.splitlines()
    assert first.startswith("Signs from now on")
    assert first.endswith(now[0])
    assert second.endswith(now[1])
    assert third.startswith("Kept for old tokens")
    assert f"{old[0]}  until " in third
    assert "in 95 minutes" in third or "in 94 minutes" in third
    lines = listed.splitlines()
    assert re.split(r"\s{2,}", lines[0].strip()) == ["KEY ID", "STATUS", "SINCE", "GOOD UNTIL"]
    assert [line.split()[0] for line in lines[1:]] == now


def test_rotation_is_in_the_log(here):
    current = here("keys", "rotate", "--json").json()[0]
    logged = here("log", "--json").json()
    entry = next(one for one in logged if one["operation"] == "keys.rotate")
    assert entry["resource"] == current["key_id"]


def test_with_another_sealing_key_nothing_opens(here, monkeypatch):
    before = here("keys", "list", "--json").json()
    with monkeypatch.context() as patch:
        patch.setenv("XRM_SEALING_KEY", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=")
        for verb in ("list", "rotate"):
            ran = here("keys", verb)
            assert (ran.status, ran.out) == (1, "")
            assert "sealed with another key" in ran.err
            assert "XRM_SEALING_KEY" in ran.err
            assert "eHh4" not in ran.err
    assert here("keys", "list", "--json").json() == before
