"""Draw every page people see into docs/images, and write docs/pages.md, which shows the pictures.

`python tools/pages.py [NAME...]`; all pages unless some are named. One picture holds a page four
times: on a desktop and on a phone, light and dark. `--folder FOLDER` writes each of the four as a
PNG file of its own instead, to be looked at closely. Needs Debian's chromium and libnss3-tools.
"""

import argparse
import base64
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "pages.md"
SIZES = {"desktop": (1024, 680), "phone": (360, 640)}
SCHEMES = ("light", "dark")
QUALITY = 80

# A page is added with its sample, in tests/support/sample_pages.py or sample_org_pages.py, and its
# line here.
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
}
HEAD = """# The pages

What people see, each on a desktop and on a phone, light and dark; `make pages` draws them anew.
The tests of `tests/browser/` hold each to the same: nothing that axe finds, nothing over the edge
at 320 pixels or with text of 400 %, a focus that is seen, the keyboard alone.
"""
SHEET = """<body style="display: grid; grid-template-columns: auto auto; gap: 8px; margin: 0;
  width: max-content; align-items: start; background: #8a8f8c">"""
BOX = """(async () => {
  await Promise.all([...document.images].map((image) => image.decode()));
  const { width, height } = document.body.getBoundingClientRect();
  return { x: 0, y: 0, width, height, scale: 1 };
})()"""


def looks(browser: Any, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the looks of a page and its picture in each, as PNG."""
    from support.page_site import EVERY_PAGE, show_styled

    page = browser.page()
    show_styled(page, EVERY_PAGE[name])
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            yield f"{size}-{scheme}", page.screenshot(full_page=True, animations="disabled")
    browser.close_pages()


def sheet(browser: Any, pictures: list[bytes]) -> bytes:
    """Return pictures side by side as one, as WebP."""
    page = browser.page(viewport={"width": 1400, "height": 800})
    inlined = (base64.b64encode(picture).decode() for picture in pictures)
    page.set_content(SHEET + "".join(f'<img src="data:image/png;base64,{it}">' for it in inlined))
    wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True}
    session = page.context.new_cdp_session(page)
    drawn = session.send("Page.captureScreenshot", {**wanted, "clip": page.evaluate(BOX)})
    browser.close_pages()
    return base64.b64decode(drawn["data"])


def draw(names: list[str], folder: Path | None) -> None:
    """Draw the pages of these names: as sheets into docs/images, or singly into a folder."""
    from support.browser import chromium

    (folder or IMAGES).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium(Path(home)) as browser:
        for name in names:
            pictures = dict(looks(browser, name))
            if folder is None:
                (IMAGES / f"{name}.webp").write_bytes(sheet(browser, list(pictures.values())))
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

    known = [name for pages in PAGES.values() for name in pages]
    if missing := set(EVERY_PAGE) ^ set(known):
        print(f"tools/pages.py and the samples differ: {', '.join(sorted(missing))}")
        return 1
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a page, by its sample")
    parser.add_argument("--folder", type=Path, help="write single PNG files there")
    chosen = parser.parse_args()
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
