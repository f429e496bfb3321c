"""Every state of the samples in every look: light, dark, wide, narrow, enlarged, by keyboard."""

from typing import Any

import pytest

from support.browser import Browser
from support.looks import (
    assert_axe_finds_nothing,
    assert_large_enough,
    assert_nothing_moves,
    assert_nothing_runs_over_the_edge,
    assert_the_focus_is_seen,
)
from support.sample_looks import SAMPLE_LOOKS, Visitors
from support.served import Served

# The password page is the token service's: it is held to the same with its other pages.
LOOKS = [name for name in SAMPLE_LOOKS if name != "password"]


@pytest.fixture(scope="module")
def visitors(served: Served, chromium: Browser) -> Visitors:
    return Visitors(served, chromium, reduced_motion="reduce")


@pytest.fixture(scope="module", params=LOOKS)
def page(request: pytest.FixtureRequest, visitors: Visitors) -> Any:
    """Return the page in a state, with whatever it hides unfolded; each is gone to once."""
    page = visitors.at(request.param)
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    return page


def test_axe_finds_nothing(page: Any):
    assert_axe_finds_nothing(page)


def test_the_focus_is_seen_on_whatever_has_it(page: Any):
    assert_the_focus_is_seen(page)


def test_what_is_pressed_is_large_enough(page: Any):
    assert_large_enough(page)


def test_nothing_moves_for_those_who_want_stillness(page: Any):
    assert_nothing_moves(page)


def test_nothing_runs_over_the_edge(page: Any):
    assert_nothing_runs_over_the_edge(page)
