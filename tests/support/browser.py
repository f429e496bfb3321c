"""Headless Chromium that trusts the local certificate authority, by Debian's packages.

There is one Chromium for each authority: see xrm.testing.chromium.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.requirements import require
from xrm.testing.chromium import CERTUTIL, launch

REASON = "the pages in a browser"
PATIENCE_MS = 20_000


@dataclass
class Browser:
    """Chromium, started at the first page that wants it; pages stay open until `close_pages`."""

    playwright: Any
    program: Path
    folder: Path
    running: dict[str, Any] = field(default_factory=dict)
    contexts: list[Any] = field(default_factory=list)

    def page(self, *, ca: str | Path | None = None, **options: Any) -> Any:
        """Return a playwright Page in a context (cookies, storage) of its own.

        `ca` is the PEM file of the authorities to trust besides the system's; `options` are
        those of playwright's `new_context`.
        """
        page = self.context(ca=ca, **options).new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    def context(self, *, ca: str | Path | None = None, **options: Any) -> Any:
        """Return a playwright BrowserContext: for several pages that share their cookies."""
        context = self._chromium(ca).new_context(**options)
        self.contexts.append(context)
        return context

    def close_pages(self) -> None:
        """Close every context there is; Chromium itself goes on running."""
        while self.contexts:
            self.contexts.pop().close()

    def close(self) -> None:
        """Close everything."""
        self.close_pages()
        while self.running:
            self.running.popitem()[1].close()

    def _chromium(self, ca: str | Path | None) -> Any:
        pem = Path(ca).read_text() if ca else ""
        key = hashlib.sha256(pem.encode()).hexdigest()[:16]
        if key not in self.running:
            home = self.folder / key
            self.running[key] = launch(self.playwright, self.program, home, trusted=pem)
        return self.running[key]


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Yield the browser; `folder` is an empty one for what it keeps.

    Without Chromium or certutil the test is skipped, or fails: see support.requirements.
    While it is there, this thread has a running event loop: asyncio.run fails in it.
    """
    program = require("chromium", REASON)
    require("libnss3-tools", REASON, program=CERTUTIL)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = Browser(playwright, program, folder)
        try:
            yield browser
        finally:
            browser.close()
