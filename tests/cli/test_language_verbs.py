"""xrm language on a data directory on which no server runs."""

import pytest

AT_FIRST = [
    (1033, "English", "base"),
    (1031, "German", "enabled"),
    (1025, "Arabic", "available"),
    (1036, "French", "available"),
    (3082, "Spanish", "available"),
]


@pytest.fixture
def here(xrm, tmp_path):
    """Return `here(*arguments)`: a verb on a data directory of its own."""
    return lambda *arguments: xrm("language", *arguments, "--data", tmp_path / "xrm")


def listed(here):
    return [tuple(each.values()) for each in here("list", "--json").json()]


def test_languages_are_listed_enabled_and_disabled(here):
    assert listed(here) == AT_FIRST
    assert here("enable", 1036).out == "French (1036) is enabled.\n"
    made = here("enable", 1036, "--json").json()
    assert made == {"lcid": 1036, "name": "French", "state": "enabled"}
    enabled = [lcid for lcid, _, state in listed(here) if state != "available"]
    assert enabled == [1033, 1031, 1036]
    assert here("disable", 1036).out == "French (1036) is disabled.\n"
    assert here("disable", 1036, "--json").json()["state"] == "available"
    assert listed(here) == AT_FIRST
    head, first, *_ = [line.split() for line in here("list").out.splitlines()]
    assert (head, first) == (["LCID", "LANGUAGE", "STATE"], ["1033", "English", "base"])


def test_what_is_disabled_stays_so(here):
    here("disable", 1031)
    assert (1031, "German", "available") in listed(here)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("enable", 1040), "language pack of the language 1040 is not installed"),
        (("disable", 1040), "language pack of the language 1040 is not installed"),
        (("disable", 1033), "base language 1033 cannot be disabled"),
    ],
)
def test_what_cannot_be_done_is_said(here, arguments, said):
    here("list")
    here(*arguments).failed(said, "xrm language list shows the languages there are.")
    assert listed(here) == AT_FIRST
