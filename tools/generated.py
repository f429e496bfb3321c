"""What the generators share: text as ruff leaves it, written to its place or compared with it."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"


def formatted(text: str, path: Path, *, rules: str) -> str:
    """Return a module's text after these rules of the linter were mended, formatted."""
    for command in (["check", "--select", rules, "--fix", "--exit-zero", "--quiet"], ["format"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"],
            input=text.encode(),
            capture_output=True,
            check=True,
        )
        text = done.stdout.decode()
    return text


def kept(files: Mapping[Path, str], known: Iterable[Path], *, check: bool) -> int:
    """Write texts to their files and remove `known` ones that are none of them.

    With `check` nothing is written: what is not current is printed, and 1 returned if any is.
    """
    stale = {path for path in known if path not in files}
    stale |= {
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path in sorted(stale):
        if check:
            print(f"not current: {path.relative_to(SOURCE.parent)}")
        elif path in files:
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
    return int(check and bool(stale))
