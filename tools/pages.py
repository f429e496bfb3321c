"""Draw every page people see into docs/images, and write docs/pages.md, which shows the pictures.

`python tools/pages.py [NAME...]`; all pages unless some are named. One picture holds a page four
times: on a desktop and on a phone, light and dark. `--folder FOLDER` writes each of the four as a
PNG file of its own instead, to be looked at closely. "readme" is the picture of README.md.
Needs Debian's chromium, libnss3-tools and, for the samples, npm.
"""

import argparse
import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "pages.md"
SIZES = {"desktop": (1024, 680), "phone": (360, 640)}
SCHEMES = ("light", "dark")
QUALITY = 80
# Of a sample's page what a screen shows: a list is as long as there are records.
SCREEN = 880
README = "readme"
README_PARTS = (("password", 380), ("sample-leads", 940))
README_HEIGHT = 640
README_WIDTH = 1400

# A page is added with its sample, in tests/support/sample_pages.py or sample_org_pages.py, and its
# line here; a state of the sample applications in tests/support/sample_looks.py.
PAGES: dict[str, dict[str, str]] = {
    "Sign-in": {
        "sign-in-name": "Who are you?",
        "sign-in-name-error": "A name nobody has here; a long one, of a long organization.",
        "sign-in-name-right-to-left": "Names written right to left.",
        "sign-in-password": "The password; the account can still be changed.",
        "sign-in-password-error": "A wrong password.",
        "sign-in-password-right-to-left": "A user name that begins right to left.",
        "accounts": "Several people use this browser.",
        "new-password": "The password has expired, and the new one does not do.",
    },
    "Sign-in at AD FS": {
        "farm-sign-in": "Name and password at once, in fields that programs know from AD FS.",
        "farm-sign-in-error": "A wrong password.",
        "farm-sign-in-right-to-left": "Names written right to left.",
        "home-realm": "Which token service the person belongs to.",
        "farm-failure": "What went wrong, by AD FS's own number.",
        "farm-failure-long": "A failure whose words have no end.",
    },
    "Permissions": {
        "consent": "What an application may do in a person's name.",
        "consent-administrator": "An administrator may accept for everybody.",
        "consent-for-all": "An administrator is asked for the whole organization.",
        "approval-needed": "Only an administrator can accept.",
    },
    "Devices": {
        "device-code": "Where the code of a device is typed.",
        "device-code-error": "A code that is of no use.",
        "device-confirm": "The one question that keeps strangers out.",
        "device-confirm-right-to-left": "The same with names written right to left.",
        "device-done": "The device goes on by itself.",
        "device-declined": "The person said no.",
    },
    "Sign-out": {
        "sign-out-confirm": "Asked where somebody else may have sent the person.",
        "accounts-sign-out": "One of several signs out.",
        "signed-out": "The end of a session.",
        "signed-out-onward": "The end of a session, and back to the application.",
    },
    "The rest": {
        "failure": "What went wrong, what to do, what to pass on.",
        "failure-long": "A failure whose words have no end.",
        "form-post": "An answer on its way to the application, where there is no script.",
        "native-client": "Where programs with a browser of their own wait.",
        "message": "One thing said.",
    },
    "The organization": {
        "organization": "The organization's root: what it is, and where its services are.",
        "organization-signed-in": "The same for somebody who is signed in.",
        "organization-trouble": "Somebody whom the organization does not let in.",
        "organization-right-to-left": "Names written right to left.",
        "organization-message": "A sign-in that came to nothing.",
        "organization-not-found": "A page that is not there.",
    },
    "The samples": {
        "samples": "The sample applications.",
        "sample-signed-out-adal": "Nobody is signed in: with adal.js.",
        "sample-signed-out-adal-angular": "With adal-angular.js.",
        "sample-signed-out-msal": "With msal-browser, which can take a window of its own.",
        "sample-leads": "The leads of the person who signed in.",
        "sample-form": "One of them is changed.",
        "sample-question": "Asked before one is deleted.",
        "sample-missing-right": "What the person's security roles do not allow.",
        "sample-signed-out-elsewhere": "The session has ended elsewhere; what was seen stays.",
    },
}
HEAD = """# The pages

What people see, each on a desktop and on a phone, light and dark; `make pages` draws them anew.
The tests of `tests/browser/` and `tests/samples/` hold each to the same: nothing that axe finds,
nothing over the edge at 320 pixels or with text of 400 %, a focus that is seen, the keyboard alone.
"""
GAP = 8
SHEET = f"""<!doctype html>
  <body style="display: grid; grid-template-columns: auto auto; gap: {GAP}px; margin: 0;
    width: max-content; align-items: start; background: #8a8f8c">"""
BOX = """(async () => {
  await Promise.all([...document.images].map((image) => image.decode()));
  const { width, height } = document.body.getBoundingClientRect();
  return { x: 0, y: 0, width, height, scale: 1 };
})()"""


@dataclass
class Studio:
    """A browser and, once one of their pages is wanted, a server with the samples."""

    browser: Any
    stack: ExitStack

    @cached_property
    def served(self) -> Any:
        """The server with the samples."""
        from support.samples import serving_samples

        return self.stack.enter_context(serving_samples())

    @cached_property
    def visitors(self) -> Any:
        """Those who are at the samples."""
        return self.visiting()

    def visiting(self, **options: Any) -> Any:
        """Return other visitors, whose browsers have options."""
        from support.sample_looks import Visitors

        return Visitors(self.served, self.browser, **options)

    def looks(self, name: str) -> Iterator[tuple[str, bytes]]:
        """Yield the looks of a page and its picture in each, as PNG."""
        from support.page_site import EVERY_PAGE, show_styled
        from support.sample_looks import DRAWN_LOOKS

        if look := DRAWN_LOOKS.get(name):
            page, whole = self.visitors.at(name), not look.has_list
        else:
            page, whole = self.browser.page(), True
            show_styled(page, EVERY_PAGE[name])
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height if whole else SCREEN})
                yield f"{size}-{scheme}", page.screenshot(full_page=whole, animations="disabled")
        if not look:
            page.context.close()

    def readme(self) -> bytes:
        """Return the picture of README.md, as WebP."""
        # Drawn as large as it is wanted: a picture made smaller afterwards is blurred.
        density = (README_WIDTH - GAP) / sum(width for _, width in README_PARTS)
        visitors, pictures = self.visiting(device_scale_factor=density), []
        for name, width in README_PARTS:
            page = visitors.at(name)
            page.set_viewport_size({"width": width, "height": README_HEIGHT})
            pictures.append(page.screenshot(animations="disabled"))
        return self.sheet(pictures)

    def sheet(self, pictures: list[bytes]) -> bytes:
        """Return pictures side by side as one, as WebP."""
        page = self.browser.page(viewport={"width": 1400, "height": 800})
        inlined = (base64.b64encode(picture).decode() for picture in pictures)
        page.set_content(
            SHEET + "".join(f'<img src="data:image/png;base64,{it}">' for it in inlined)
        )
        wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True}
        session = page.context.new_cdp_session(page)
        drawn = session.send("Page.captureScreenshot", {**wanted, "clip": page.evaluate(BOX)})
        page.context.close()
        return base64.b64decode(drawn["data"])


def draw(names: list[str], folder: Path | None) -> None:
    """Draw the pages of these names: as sheets into docs/images, or singly into a folder."""
    from support.browser import chromium

    (folder or IMAGES).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        studio = Studio(stack.enter_context(chromium(Path(home))), stack)
        for name in names:
            if name == README:
                ((folder or IMAGES) / f"{name}.webp").write_bytes(studio.readme())
                continue
            pictures = dict(studio.looks(name))
            if folder is None:
                (IMAGES / f"{name}.webp").write_bytes(studio.sheet(list(pictures.values())))
                continue
            for look, picture in pictures.items():
                (folder / f"{name}-{look}.png").write_bytes(picture)


def text() -> str:
    """Return the text of docs/pages.md."""
    lines = [HEAD]
    for title, pages in PAGES.items():
        lines.append(f"\n## {title}\n")
        lines += [f"\n{line}\n\n![{name}](images/{name}.webp)\n" for name, line in pages.items()]
    return "".join(lines)


def main() -> int:
    """Draw what the command line asks for; return the exit status."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.page_site import EVERY_PAGE
    from support.sample_looks import DRAWN_LOOKS

    known = [name for pages in PAGES.values() for name in pages]
    if missing := {*EVERY_PAGE, *DRAWN_LOOKS} ^ set(known):
        print(f"tools/pages.py and the samples differ: {', '.join(sorted(missing))}")
        return 1
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a page, by its sample")
    parser.add_argument("--folder", type=Path, help="write single PNG files there")
    chosen = parser.parse_args()
    known.append(README)
    if unknown := set(chosen.names) - set(known):
        parser.error(f"no page is called {', '.join(sorted(unknown))}")
    names = chosen.names or known
    draw(names, chosen.folder)
    if chosen.folder is None:
        PAGE.write_text(text(), encoding="utf-8")
    print(f"{len(names)} pages in {chosen.folder or IMAGES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
