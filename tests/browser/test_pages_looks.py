"""Every page in every look: light, dark, wide, narrow, enlarged, with the names people have."""

import dataclasses
from typing import Any

import pytest

from support.browser import Browser
from support.looks import (
    DESKTOP,
    assert_axe_finds_nothing,
    assert_large_enough,
    assert_nothing_moves,
    assert_nothing_runs_over_the_edge,
    assert_the_focus_is_seen,
)
from support.page_site import EVERY_PAGE, show_styled
from xrm.sts.faces.pages.shown import PermissionLine

# Fields that people write, besides the titles of permissions.
WRITTEN = {
    "application",
    "continue_name",
    "description",
    "home",
    "location",
    "name",
    "organization",
    "publisher",
    "resource",
    "returns_to",
    "sentence",
    "tenant",
    "username",
}
FAMILY = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
ENDLESS = "W" * 60 + FAMILY * 10 + "\N{HEBREW LETTER SHIN}" * 60
HEBREW = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED}!"

NOT_ISOLATED = """(letter) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const it = walk.currentNode;
    if (it.data.includes(letter) && !it.parentElement.closest("bdi, body [dir]"))
      found.push(it.parentElement.outerHTML);
  }
  for (const field of document.querySelectorAll("input:not([hidden], [type=hidden])"))
    if (field.value.includes(letter) && !field.hasAttribute("dir")) found.push(field.outerHTML);
  return found;
}"""


@pytest.fixture
def page(browser: Browser) -> Any:
    return browser.page(viewport=DESKTOP)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_axe_finds_nothing(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    assert_axe_finds_nothing(page)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_nothing_runs_over_the_edge(page: Any, name: str):
    for shown in (EVERY_PAGE[name], renamed(EVERY_PAGE[name], ENDLESS)):
        show_styled(page, shown)
        assert_nothing_runs_over_the_edge(page)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_name_written_right_to_left_turns_round_nothing_beside_it(page: Any, name: str):
    show_styled(page, renamed(EVERY_PAGE[name], HEBREW))
    assert page.evaluate(NOT_ISOLATED, HEBREW[0]) == []
    assert page.evaluate("[document.documentElement.lang, document.dir]") == ["en", "ltr"]


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_the_focus_is_seen_on_whatever_has_it(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    assert_the_focus_is_seen(page)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_what_is_pressed_is_large_enough(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    assert_large_enough(page)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_nothing_moves_for_those_who_want_stillness(page: Any, name: str):
    page.emulate_media(reduced_motion="reduce")
    show_styled(page, EVERY_PAGE[name])
    assert_nothing_moves(page)


def renamed(record: Any, text: str) -> Any:
    """Return a copy of a page with a text in place of whatever people write in it."""
    written = WRITTEN | ({"title"} if isinstance(record, PermissionLine) else set())
    changed = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, str) and value and field.name in written:
            changed[field.name] = text
        elif dataclasses.is_dataclass(value):
            changed[field.name] = renamed(value, text)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(
                renamed(each, text) if dataclasses.is_dataclass(each) else each for each in value
            )
    return dataclasses.replace(record, **changed)
