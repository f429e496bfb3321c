"""The page on records: its commands run in one shell, and say what the page shows.

Once on each engine, over TLS: the answers are the same to the letter.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.estate import ENGINES
from support.served import serving

PAGE = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MARK = "-- the next block --"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VERSION = re.compile(r'(W/\\")[0-9]+')
ORIGIN = re.compile(r"https://localhost:[0-9]+/")


@pytest.fixture(scope="module", params=ENGINES)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of commands printed, one after the other."""
    place = {"XRM_DATA": str(tmp_path_factory.mktemp("records"))}
    if request.param == "postgresql":
        place["XRM_DATABASE"] = request.getfixturevalue("postgres_database")
    commands = [text for language, text in BLOCKS if language == "sh"]
    script = f"\necho '{MARK}'\n".join(commands)
    with serving("--port", "0", environment=place) as served:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
        beside = str(Path(sys.executable).parent)
        done = subprocess.run(
            ["bash", "-uo", "pipefail", "-c", script],
            env=kept
            | place
            | {
                "PATH": beside + os.pathsep + kept["PATH"],
                "ORGANIZATION_URL": served["organization_url"],
                "CA_BUNDLE": served["ca_bundle"],
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split(f"{MARK}\n")


def plain(text: str) -> list[str]:
    """Return lines without what differs from run to run."""
    text = text.replace("\ufeff", "").replace("}{", "}\n{")
    text = ORIGIN.sub("https://localhost/", VERSION.sub(r"\1<n>", GUID.sub("<id>", text)))
    return [line for line in text.splitlines() if line]


def expected() -> list[tuple[str, str]]:
    """Return each block of commands with what the page says it prints."""
    pairs: list[tuple[str, str]] = []
    for language, text in BLOCKS:
        if language == "sh":
            pairs.append((text, ""))
        else:
            pairs[-1] = (pairs[-1][0], text)
    return pairs


@pytest.mark.parametrize("place", range(len(expected())))
def test_each_block_says_what_the_page_shows(said: list[str], place: int) -> None:
    commands, shown = expected()[place]
    assert plain(said[place]) == plain(shown), commands
