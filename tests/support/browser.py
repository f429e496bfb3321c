"""Headless Chromium that trusts the local certificate authority, by Debian's packages.

Certificates are checked, never waved through: each authority is put into a certificate database
of its own, which Chromium finds by its HOME. So there is one Chromium for each authority.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.requirements import require

REASON = "the pages in a browser"
PATIENCE_MS = 20_000
# Its own sandbox wants rights that containers lack; /dev/shm is small there.
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en-US")

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


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
            _trust(home, _CERTIFICATE.findall(pem))
            self.running[key] = self.playwright.chromium.launch(
                executable_path=self.program,
                args=list(FLAGS),
                env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
            )
        return self.running[key]


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Yield the browser; `folder` is an empty one for what it keeps.

    Without Chromium or certutil the test is skipped, or fails: see support.requirements.
    While it is there, this thread has a running event loop: asyncio.run fails in it.
    """
    program = require("chromium", REASON)
    require("libnss3-tools", REASON, program="certutil")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = Browser(playwright, program, folder)
        try:
            yield browser
        finally:
            browser.close()


def _trust(home: Path, certificates: list[str]) -> None:
    """Make a home with a certificate database that trusts these authorities."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certutil = ["certutil", "-d", f"sql:{database}"]
    _run([*certutil, "-N", "--empty-password"])
    for number, certificate in enumerate(certificates):
        _run([*certutil, "-A", "-n", f"authority {number}", "-t", "C,,"], certificate + "\n")


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
