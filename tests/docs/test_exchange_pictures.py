"""The pictures of exchanges: as the tables draw them, and no words over one another or the edge."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.browser import Browser

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "exchanges.py"
PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
PICTURES = sorted((ROOT / "docs" / "images").glob("claims-*.svg"))
INK_ON_PAPER = 4.5
"""The least contrast of words (WCAG 2.2, 1.4.3)."""

WORDS = """() => {
  const { width, height } = document.documentElement.viewBox.baseVal;
  const box = (it) => {
    const { x, y, width, height } = it.getBBox();
    return { text: it.textContent, x, y, right: x + width, bottom: y + height };
  };
  return { width, height, words: [...document.querySelectorAll('text')].map(box),
    notes: [...document.querySelectorAll('rect.note, rect.box')].map(box),
    marks: [...document.querySelectorAll('circle')].map(box) };
}"""
COLOURS = """() => {
  const style = (it) => getComputedStyle(it).fill;
  const of = (name) => style(document.querySelector(name));
  return [['.head', '.paper'], ['.detail', '.paper'], ['.head', '.box'], ['.detail', '.box'],
    ['.detail', '.note'], ['.head', '.band'], ['.number', '.mark']]
    .map(([ink, ground]) => [ink + ' on ' + ground, of(ink), of(ground)]);
}"""


def covers(one: dict[str, float], other: dict[str, float], slack: float = 2.0) -> bool:
    """Tell whether two boxes share more than a seam."""
    return (
        one["x"] < other["right"] - slack
        and other["x"] < one["right"] - slack
        and one["y"] < other["bottom"] - slack
        and other["y"] < one["bottom"] - slack
    )


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_picture_is_the_one_its_table_draws() -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_page_shows_every_picture() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(images/(claims-[a-z]+\.svg)\)", PAGE)
    assert sorted(shown) == [path.name for path in PICTURES]
    assert len(shown) == 5


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_words_stand_clear_of_each_other_and_of_the_edge(browser: Browser, path: Path) -> None:
    page = browser.page()
    page.goto(path.as_uri())
    drawn = page.evaluate(WORDS)
    words = drawn["words"]
    assert len(words) > 20
    for place, word in enumerate(words):
        assert word["x"] >= 0, word
        assert word["right"] <= drawn["width"], word
        assert word["bottom"] <= drawn["height"], word
        for other in words[place + 1 :]:
            assert not covers(word, other), (word["text"], other["text"])
        for mark in drawn["marks"]:
            assert word["text"].isdigit() or not covers(word, mark), word["text"]
        for note in drawn["notes"]:
            inside = note["x"] <= word["x"] and word["right"] <= note["right"]
            assert inside or not covers(word, note), word["text"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_light_and_dark(browser: Browser, scheme: str) -> None:
    page = browser.page(color_scheme=scheme)
    page.goto(PICTURES[0].as_uri())
    for name, ink, ground in page.evaluate(COLOURS):
        assert contrast(ink, ground) >= INK_ON_PAPER, (name, ink, ground)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_says_in_words_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    title, told = (re.search(rf"<{tag}[^>]*>(.+)</{tag}>", text) for tag in ("title", "desc"))
    assert title is not None
    assert told is not None
    numbers = re.findall(r'class="number"[^>]*>(\d+)<', text)
    assert [number for number in numbers if f"{number}. " not in told[1]] == []
