"""The page on services: its commands run in order, its script registers through Graph alone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.served import Served, serving

PAGE = (Path(__file__).parents[2] / "docs" / "services.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


@pytest.fixture
def environment(served: Served) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
    beside = str(Path(sys.executable).parent)
    return kept | {
        "PATH": beside + os.pathsep + kept["PATH"],
        "XRM_DATA": served["data_dir"],
        "ORGANIZATION_URL": served["organization_url"],
        "CA_BUNDLE": served["ca_bundle"],
        "FACTS": json.dumps(dict(served.facts)),
    }


def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_commands_run_in_order(environment: dict[str, str], tmp_path: Path) -> None:
    script = "\n".join(blocks("sh"))
    said = run(["bash", "-euo", "pipefail", "-c", script], environment, tmp_path)
    assert (tmp_path / "nightly.pem").stat().st_mode & 0o077 == 0
    assert said.count("fabrikam.test") > 0


def test_the_script_registers_and_reads(environment: dict[str, str], tmp_path: Path) -> None:
    (example,) = blocks("python")
    assert (
        run([sys.executable, "-W", "error", "-c", example], environment, tmp_path) == "28 leads\n"
    )
