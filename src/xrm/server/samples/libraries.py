"""The libraries of the samples, as npm gives them: fetched once for each state of package.json."""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from xrm.server.folder import EstateError
from xrm.server.samples.shelf import Shelf

_INSTALL = ("install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
_QUIET = "--loglevel=error"
_SECONDS = 300.0

log = logging.getLogger("xrm.server")


def fetch(shelf: Shelf) -> Path:
    """Return the folder of the packages, fetched now if they are not there yet.

    Raises EstateError without npm, and where it fails.
    """
    modules = packages(shelf)
    if modules.is_dir():
        return modules
    home = modules.parent
    npm = shutil.which("npm")
    if npm is None:
        raise EstateError(
            "the samples' libraries come from npm, which is not here: install Node.js with npm, "
            "or serve without the samples"
        )
    log.warning("fetching the samples' libraries from npm, once")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="partial-") as partial:
        shutil.copy(shelf.package, partial)
        _install(npm, Path(partial))
        _keep(Path(partial), home)
    return modules


def packages(shelf: Shelf) -> Path:
    """Return where the packages are, or would be."""
    state = hashlib.sha256(shelf.package.read_bytes()).hexdigest()[:16]
    return _cache() / f"samples-{state}" / "node_modules"


def _install(npm: str, where: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - npm by its full path, with arguments of our own
            [npm, *_INSTALL, _QUIET],
            cwd=where,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EstateError(f"npm did not fetch the samples' libraries: {error}") from error
    if done.returncode != 0:
        why = " ".join(done.stderr.split())[:300]
        raise EstateError(f"npm did not fetch the samples' libraries: {why}")


def _keep(partial: Path, home: Path) -> None:
    """Give what is whole its name; another process may have been first."""
    try:
        partial.rename(home)
    except OSError:
        if not home.is_dir():
            raise
    else:
        # Its end would remove it again.
        partial.mkdir()


def _cache() -> Path:
    """Return the user's folder for what can be fetched again, by the platform's custom."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "xrm" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "xrm"
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (named if named.is_absolute() else Path.home() / ".cache") / "xrm"
