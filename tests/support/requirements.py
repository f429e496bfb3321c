"""What a test needs from the machine: Debian and npm packages that pip cannot install.

Without the package the test is skipped and the summary names it; with XRM_REQUIRE_ALL=1, as in
continuous integration, it fails.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

PREFIX = "needs the package "


def missing(package: str, reason: str) -> NoReturn:
    """Skip the running test for want of `package`; fail it when XRM_REQUIRE_ALL=1."""
    message = f"{PREFIX}{package}: {reason}"
    if os.environ.get("XRM_REQUIRE_ALL") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def require(
    package: str, reason: str, *, program: str | None = None, folders: Iterable[Path] = ()
) -> Path:
    """Return the path of the program that `package` brings, or skip or fail the test.

    `program` is the executable's name where it differs from the package's; `folders` are
    searched before PATH.
    """
    name = program or package
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    if found is None:
        missing(package, reason)
    return Path(found)


def wanting(skipped: Iterable[object]) -> dict[str, set[str]]:
    """Return package -> reasons, read from the reports of skipped tests."""
    packages: dict[str, set[str]] = {}
    for report in skipped:
        longrepr = getattr(report, "longrepr", None)
        text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        text = text.removeprefix("Skipped: ")
        if text.startswith(PREFIX):
            package, _, reason = text.removeprefix(PREFIX).partition(": ")
            packages.setdefault(package, set()).add(reason)
    return packages
