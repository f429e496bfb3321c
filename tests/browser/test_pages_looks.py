"""Every page in every look: light, dark, wide, narrow, enlarged, with the names people have."""

import dataclasses
import itertools
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.browser import Browser
from support.page_site import EVERY_PAGE, show_styled
from xrm.sts.faces.pages.shown import PermissionLine

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 640}
SCHEMES = ("light", "dark")
# What zoom leaves of the page's width, in CSS pixels (WCAG 1.4.10), and how large its text is.
ENLARGED = {
    "desktop": (DESKTOP, 100),
    "phone": (PHONE, 100),
    "desktop at 200 %": ({"width": 640, "height": 400}, 100),
    "desktop at 400 %": ({"width": 320, "height": 200}, 100),
    "text of 200 % on a phone": (PHONE, 200),
    "text of 400 %": (DESKTOP, 400),
}

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

OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((it) => it.getClientRects().length)
  .filter((it) => it.getBoundingClientRect().left < -0.5
    || it.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((it) => it.outerHTML.slice(0, 120))"""
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"

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

FOCUSABLE = "a[href], button, input:not([hidden], [type=hidden]), [tabindex='0']"
COUNT = f'[...document.querySelectorAll("{FOCUSABLE}")].filter((it) => it.checkVisibility()).length'
TARGETS = f"""() => [...document.querySelectorAll("{FOCUSABLE}")]
  .filter((it) => it.checkVisibility())
  .map((it) => {{
    const {{ width, height }} = (it.closest("label") ?? it).getBoundingClientRect();
    const large = it.matches("button, .button, input:not([type=checkbox])");
    return [it.outerHTML.slice(0, 120), width, height, large ? 44 : 24];
  }})"""
# The outline lies around the element, on what is behind it.
FOCUSED = """() => {
  const it = document.activeElement;
  if (it === document.body) return null;
  const seen = () => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(it);
    return [outlineStyle === "none" ? 0 : parseFloat(outlineWidth), outlineColor];
  };
  const colour = (element) => getComputedStyle(element).backgroundColor;
  let behind = it.parentElement;
  while (/^rgba.*, 0\\)$/.test(colour(behind))) behind = behind.parentElement;
  const ground = colour(behind), focused = seen();
  const all = [...document.querySelectorAll("*")];
  return { at: all.indexOf(it), html: it.outerHTML.slice(0, 120), focused, ground };
}"""
UNFOCUSED = """(at) => {
  const it = [...document.querySelectorAll("*")][at];
  it.blur();
  const style = getComputedStyle(it).outlineStyle;
  it.focus();
  return style;
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((it) => {
  const style = getComputedStyle(it);
  return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0
    || style.scrollBehavior === "smooth";
}).map((it) => it.outerHTML.slice(0, 120))"""


@pytest.fixture
def page(browser: Browser) -> Any:
    return browser.page(viewport=DESKTOP)


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_axe_finds_nothing(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    for viewport, scheme in itertools.product((DESKTOP, PHONE), SCHEMES):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        faults = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
        assert (scheme, viewport, faults) == (scheme, viewport, [])


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_nothing_runs_over_the_edge(page: Any, name: str):
    for shown in (EVERY_PAGE[name], renamed(EVERY_PAGE[name], ENDLESS)):
        show_styled(page, shown)
        for size, (viewport, percent) in ENLARGED.items():
            page.set_viewport_size(viewport)
            page.evaluate("(size) => document.documentElement.style.fontSize = size", f"{percent}%")
            assert (size, page.evaluate(OUTSIDE)) == (size, [])
            whole, visible = page.evaluate(WIDTHS)
            assert whole <= visible, size


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_name_written_right_to_left_turns_round_nothing_beside_it(page: Any, name: str):
    show_styled(page, renamed(EVERY_PAGE[name], HEBREW))
    assert page.evaluate(NOT_ISOLATED, HEBREW[0]) == []
    assert page.evaluate("[document.documentElement.lang, document.dir]") == ["en", "ltr"]


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_the_focus_is_seen_on_whatever_has_it(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    stops = page.evaluate(COUNT)
    for scheme, forced in itertools.product(SCHEMES, ("none", "active")):
        page.emulate_media(color_scheme=scheme, forced_colors=forced)
        seen = set()
        for _ in range(stops + 2):
            if (found := page.evaluate(FOCUSED)) is not None:
                assert_seen(found)
                assert page.evaluate(UNFOCUSED, found["at"]) == "none", found
                seen.add(found["at"])
            page.keyboard.press("Tab")
        assert len(seen) == stops


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_what_is_pressed_is_large_enough(page: Any, name: str):
    show_styled(page, EVERY_PAGE[name])
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        found = page.evaluate(TARGETS)
        assert [each for each in found if min(each[1], each[2]) < each[3]] == []


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_nothing_moves_for_those_who_want_stillness(page: Any, name: str):
    page.emulate_media(reduced_motion="reduce")
    show_styled(page, EVERY_PAGE[name])
    assert page.evaluate(MOVING) == []


def assert_seen(found: dict[str, Any]) -> None:
    """Assert that an outline is thick enough, and differs from what is behind it (WCAG 1.4.11)."""
    width, colour = found["focused"]
    assert width >= 2, found
    assert contrast(colour, found["ground"]) >= 3, found


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


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours spelled rgb(...) (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return how bright a colour spelled rgb(...) is, from 0 to 1."""
    assert colour.startswith("rgb("), colour
    parts = (int(part) / 255 for part in colour[4:-1].split(","))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
