"""A person at the pages who has a keyboard and nothing else."""

from typing import Any

# The name and value of what has the focus, its box, and the message that describes it.
_FOCUSED = """() => {
  const it = document.activeElement;
  if (it === document.body) return ["", null, ""];
  const { left, top, right, bottom } = it.getBoundingClientRect();
  const button = it.matches("button, [type=checkbox]");
  const said = it.getAttribute("aria-invalid") && it.getAttribute("aria-describedby");
  return [
    button && it.name ? `${it.name}=${it.value}` : it.name || it.id || it.tagName.toLowerCase(),
    { left, top: top + scrollY, right, bottom: bottom + scrollY },
    said ? document.getElementById(said).innerText : "",
  ];
}"""


class Keyboard:
    """The keys of a browser's page. A stop is a field by its name, a button by name=value."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._keys = page.keyboard

    @property
    def heading(self) -> str:
        """What the page says first."""
        return str(self._page.inner_text("h1"))

    @property
    def stop(self) -> str:
        """What has the focus, "" for nothing yet."""
        return str(self._page.evaluate(_FOCUSED)[0])

    @property
    def told(self) -> str:
        """The message that tells what is wrong with the field that has the focus."""
        return str(self._page.evaluate(_FOCUSED)[2])

    def type(self, text: str) -> None:
        """Type in place of what the field holds."""
        self._keys.press("Control+A")
        self._keys.type(text)

    def tab(self, *stops: str) -> None:
        """Press Tab once for each of these stops; each lies right of the last or beneath it."""
        for wanted in stops:
            before = self._page.evaluate(_FOCUSED)[1]
            self._keys.press("Tab")
            stop, box, _ = self._page.evaluate(_FOCUSED)
            assert stop == wanted
            if before:
                assert box["top"] >= before["bottom"] or box["left"] >= before["right"], wanted

    def back(self, *stops: str) -> None:
        """Press Shift+Tab once for each of these stops."""
        for wanted in stops:
            self._keys.press("Shift+Tab")
            assert self.stop == wanted

    def tick(self) -> None:
        """Press the blank, which ticks a box."""
        self._keys.press("Space")
        assert self._page.evaluate("document.activeElement.checked") is True

    def go(self, key: str = "Enter") -> None:
        """Press a key that leads to another page, and wait for that page."""
        with self._page.expect_navigation():
            self._keys.press(key)
        # An answer by form goes on by itself.
        self._page.locator("form#answer").wait_for(state="detached")
