"""The page on single-page applications: its commands run, and a page signs in with what they made.

It reads as the article does: register, export the manifest, allow the implicit flow, import it,
set the configuration variables.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.served import Served, serving

PAGE = (Path(__file__).parents[2] / "docs" / "single-page.md").read_text(encoding="utf-8")
ADDRESS = "http://localhost:8080/"


@pytest.fixture(scope="module")
def served(require) -> Iterator[Served]:
    require("npm", "the samples' libraries")
    with serving("--memory", "--port", "0", "--samples") as server:
        yield server


@pytest.fixture(scope="module")
def said(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the commands of the page; return what they said."""
    (script,) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
    beside = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=kept | {"PATH": f"{beside}{os.pathsep}{kept['PATH']}", "XRM_DATA": served["data_dir"]},
        cwd=tmp_path_factory.mktemp("page"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def variables(text: str) -> dict[str, str]:
    return dict(re.findall(r'^var (\w+) = "(.*)";$', text, re.MULTILINE))


def test_the_configuration_variables_are_printed(served: Served, said: str) -> None:
    shown = served.run("app", "show", "Simple SPA")
    assert (shown["implicit_access_tokens"], shown["implicit_id_tokens"]) == (True, True)
    assert shown["redirect_uris"] == [{"url": ADDRESS, "kind": "Spa"}]
    assert variables(said) == {
        "organizationURI": served["organization_url"].rstrip("/"),
        "tenant": served["tenant_domain"],
        "clientId": shown["application_id"],
        "pageUrl": ADDRESS,
        "instance": f"{served['authority']}/",
    }


def test_a_page_that_is_not_registered_is_not_configured(served: Served, said: str) -> None:
    there = "http://localhost:8080/other"
    done = subprocess.run(
        [sys.executable, "-m", "xrm.cli", "app", "configuration", "Simple SPA",
         "--page", there, "--data", served["data_dir"]],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert f"spa={there}" in done.stderr
