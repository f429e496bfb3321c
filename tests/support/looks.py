"""What every page people see is held to: axe, its edges, a focus that is seen."""

import itertools
from typing import Any

from axe_playwright_python.sync_playwright import Axe

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

OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((it) => it.getClientRects().length)
  .filter((it) => it.getBoundingClientRect().left < -0.5
    || it.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((it) => it.outerHTML.slice(0, 120))"""
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"

FOCUSABLE = "a[href], button, input:not([hidden], [type=hidden]), select, summary, [tabindex='0']"
# A question that is open keeps the keyboard to itself.
REACHABLE = f"""[...(document.querySelector("dialog[open]") ?? document).querySelectorAll(
  "{FOCUSABLE}")].filter((it) => it.checkVisibility())"""
# A link in a sentence is as high as its line (WCAG 2.5.8).
TARGETS = f"""() => {REACHABLE}
  .filter((it) => !it.matches(".hint > a"))
  .map((it) => {{
    const {{ width, height }} = (it.closest("label") ?? it).getBoundingClientRect();
    const large = it.matches("button:not(.small), .button, select, input:not([type=checkbox])");
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


def assert_axe_finds_nothing(page: Any) -> None:
    """Hand a page to axe: on a desktop and on a phone, light and dark."""
    for viewport, scheme in itertools.product((DESKTOP, PHONE), SCHEMES):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        faults = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
        assert not faults, (scheme, viewport, faults)


def assert_nothing_runs_over_the_edge(page: Any) -> None:
    """Assert that no width and no size of text makes anybody scroll to the side."""
    for size, (viewport, percent) in ENLARGED.items():
        page.set_viewport_size(viewport)
        page.evaluate("(size) => document.documentElement.style.fontSize = size", f"{percent}%")
        outside = page.evaluate(OUTSIDE)
        assert not outside, (size, outside)
        whole, visible = page.evaluate(WIDTHS)
        assert whole <= visible, size


def assert_the_focus_is_seen(page: Any) -> None:
    """Press Tab until everything has had the focus: light and dark, and in forced colours."""
    page.set_viewport_size(DESKTOP)
    # What was pressed with a mouse has the focus and does not show it.
    page.evaluate("document.activeElement.blur()")
    stops = page.evaluate(f"{REACHABLE}.length")
    for scheme, forced in itertools.product(SCHEMES, ("none", "active")):
        page.emulate_media(color_scheme=scheme, forced_colors=forced)
        seen = set()
        for _ in range(stops + 2):
            if (found := page.evaluate(FOCUSED)) is not None:
                assert_seen(found)
                assert page.evaluate(UNFOCUSED, found["at"]) == "none", found
                seen.add(found["at"])
            page.keyboard.press("Tab")
        assert len(seen) == stops, (scheme, forced, len(seen), stops)
    page.emulate_media(forced_colors="none")


def assert_large_enough(page: Any) -> None:
    """Assert that whatever is pressed is as large as a finger needs (WCAG 2.5.8, 2.5.5)."""
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        small = [each for each in page.evaluate(TARGETS) if min(each[1], each[2]) < each[3]]
        assert not small, small


def assert_nothing_moves(page: Any) -> None:
    """Assert that nothing moves by itself, or by degrees."""
    moving = page.evaluate(MOVING)
    assert not moving, moving


def assert_seen(found: dict[str, Any]) -> None:
    """Assert that an outline is thick enough, and differs from what is behind it (WCAG 1.4.11)."""
    width, colour = found["focused"]
    assert width >= 2, found
    assert contrast(colour, found["ground"]) >= 3, found


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
