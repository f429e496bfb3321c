"""Draw every page of the token service: light and dark, desktop and phone, into a folder of PNGs.

`python tools/pages.py FOLDER [NAME...]`; all pages unless some are named.
Needs Debian's chromium and libnss3-tools.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZES = {"desktop": (1280, 800), "phone": (360, 640)}
SCHEMES = ("light", "dark")


def draw(folder: Path, names: list[str]) -> int:
    """Draw the pages of these names, or all of them; return how many pictures there are."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.browser import chromium
    from support.page_site import show
    from support.sample_pages import SAMPLES

    folder.mkdir(parents=True, exist_ok=True)
    looks = [(size, scheme) for size in SIZES for scheme in SCHEMES]
    with tempfile.TemporaryDirectory() as home, chromium(Path(home)) as browser:
        for size, scheme in looks:
            width, height = SIZES[size]
            viewport = {"width": width, "height": height}
            for name in names or SAMPLES:
                page = browser.page(viewport=viewport, color_scheme=scheme)
                show(page, SAMPLES[name])
                page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)
                browser.close_pages()
    return len(names or SAMPLES) * len(looks)


def main() -> int:
    """Draw what the command line asks for; return the exit status."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    print(f"{draw(folder, sys.argv[2:])} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
