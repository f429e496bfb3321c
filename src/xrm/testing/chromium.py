"""Chromium that trusts the local certificate authority, for Playwright.

Certificates are checked, never waved through: the authorities are put into a certificate database
of their own, which Chromium finds by its HOME. So there is one Chromium for each authority.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

CERTUTIL = "certutil"
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en-US")
"""Its own sandbox wants rights that containers lack; /dev/shm is small there."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def program() -> Path | None:
    """Return where Chromium is on this machine, None if it is not."""
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    return Path(found) if found else None


def can_trust() -> bool:
    """Tell whether the program that fills certificate databases is there (libnss3-tools)."""
    return shutil.which(CERTUTIL) is not None


def launch(playwright: Any, executable: Path, home: Path, *, trusted: str = "") -> Any:
    """Start headless Chromium and return playwright's Browser.

    `home` is an empty folder, or one made by an earlier call; `trusted` are the certificates of
    the authorities to trust beside the system's, as PEM. Raises RuntimeError when they cannot be
    put into its database.
    """
    _trust(home, _CERTIFICATE.findall(trusted))
    return playwright.chromium.launch_persistent_context(
        _profile(home),
        executable_path=executable,
        args=list(FLAGS),
        env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
    ).browser


def _profile(home: Path) -> str:
    """Make a profile whose frames get the cookies of other sites, as an ordinary window's do.

    Playwright's contexts are private windows, where Chromium keeps those cookies back unless the
    profile says otherwise: no application of another site could renew a token in a hidden frame.
    """
    folder = Path(tempfile.mkdtemp(prefix="profile-", dir=home))
    preferences = folder / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text('{"profile": {"cookie_controls_mode": 0}}')
    return str(folder)


def _trust(home: Path, certificates: list[str]) -> None:
    database = home / ".pki" / "nssdb"
    if database.is_dir():
        return
    database.mkdir(parents=True)
    certutil = [CERTUTIL, "-d", f"sql:{database}"]
    _run([*certutil, "-N", "--empty-password"])
    for number, certificate in enumerate(certificates):
        _run([*certutil, "-A", "-n", f"authority {number}", "-t", "C,,"], certificate + "\n")


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        command, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")
