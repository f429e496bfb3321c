"""A page of docs/ whose commands run in one shell, and say what the page shows beneath them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_MARK = "-- the next block --"
_BLOCK = re.compile(r"^```(sh|python|json|xml|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERSION = re.compile(r'(W/\\"|<a:RowVersion>)[0-9]+')
_ORIGIN = re.compile(r"(https?://(?:[a-z]+\.xrm\.)?localhost):[0-9]+/")


@dataclass(frozen=True)
class ShownPage:
    """A page by its file."""

    path: Path

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """Return each block of commands or Python with what the page says it prints."""
        text = self.path.read_text(encoding="utf-8")
        pairs: list[tuple[str, str]] = []
        for language, block in _BLOCK.findall(text):
            if language == "sh":
                pairs.append((block, ""))
            elif language == "python":
                pairs.append((f"python -W error - <<'END'\n{block}END\n", ""))
            else:
                pairs[-1] = (pairs[-1][0], block)
        return pairs

    def said(self, environment: Mapping[str, str]) -> list[str]:
        """Run the commands and return what each block printed; they print no errors."""
        script = f"\necho '{_MARK}'\n".join(commands for commands, _ in self.blocks)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
        beside = str(Path(sys.executable).parent)
        done = subprocess.run(
            ["bash", "-uo", "pipefail", "-c", script],
            env=kept | {"PATH": beside + os.pathsep + kept["PATH"]} | environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == "", done.stderr
        return done.stdout.split(f"{_MARK}\n")


def plain(text: str) -> list[str]:
    """Return lines without what differs from run to run."""
    text = text.replace("\ufeff", "").replace("}{", "}\n{")
    text = _ORIGIN.sub(r"\1/", _VERSION.sub(r"\1<n>", _GUID.sub("<id>", text)))
    return [line.rstrip() for line in text.splitlines() if line]
