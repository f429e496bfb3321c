"""Fixtures of the whole suite, and the list of what was skipped for want of a package."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from support import browser as browsers
from support import fuzz, names, postgres, proving, requirements

settings.register_profile("xrm", fuzz.PROFILE)
settings.load_profile("xrm")
names.install()


@pytest.fixture(scope="session")
def require() -> Callable[..., Path]:
    """Return `require(package, reason, *, program=None, folders=())`: see support.requirements."""
    return requirements.require


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a throwaway PostgreSQL, one for each test process.

    Tests share it: each takes a namespace (schema) of its own.
    """
    with postgres.cluster() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_database(postgres_url: str) -> str:
    """Return the URL of an empty database of its own, for a module whose namespaces are fixed."""
    return postgres.new_database(postgres_url)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Browser]:
    """Return headless Chromium, for the tests of a module.

    Not longer: its event loop runs in this thread, in which other modules want loops of their own.
    """
    with browsers.chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: browsers.Browser) -> Iterator[browsers.Browser]:
    """Return the browser; `browser.page(ca=path)` opens a page, all are closed after the test."""
    yield chromium
    chromium.close_pages()


def pytest_configure(config: pytest.Config) -> None:
    """Judge what the run proves of the protocol sheets."""
    config.pluginmanager.register(proving.Judge(proving.items(), proving.PAGE))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the packages whose absence left tests out."""
    packages = requirements.wanting(terminalreporter.stats.get("skipped", []))
    if not packages:
        return
    terminalreporter.section("skipped for want of a package")
    for package, reasons in sorted(packages.items()):
        terminalreporter.write_line(f"{package}: {'; '.join(sorted(reasons))}")
    terminalreporter.write_line(".ci/run installs them; XRM_REQUIRE_ALL=1 makes this a failure.")
