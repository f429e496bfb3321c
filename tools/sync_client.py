"""Generate the synchronous client from the asynchronous one.

    python tools/sync_client.py            write each sync.py in src/xrm/client
    python tools/sync_client.py --check    say which of them are not current, and exit with 1

Edit `aio.py`; words are replaced by the table below, then ruff formats the result. A rule that
would need more than a word belongs into a module both shells share.
"""

import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).resolve().parent.parent / "src" / "xrm" / "client"
SOURCES = sorted(CLIENT.rglob("aio.py"))

WORDS = (
    (r"import asyncio\nimport os\nimport secrets\n", "import os\nimport secrets\n"),
    (r"import secrets\n", "import secrets\nimport threading\nimport time\n"),
    (r"async (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basyncio\.Lock\b", "threading.Lock"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\bask_async\b", "ask"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"\b(client|soap|transports)\.aio\b", r"\1.sync"),
    (r"for (record|entity) in (\S+):\n +yield \1\n", r"yield from \2\n"),
    (r"The asynchronous shell:", "The synchronous shell:"),
    (r"(?<=, )asynchronous(?=[.:])", "synchronous"),
    (
        r"`sync` is generated from this file by tools/sync_client\.py\.",
        "Generated from aio.py by tools/sync_client.py: edit that file.",
    ),
    (r"an operation\n    of one task does not", "an operation\n    of one thread does not"),
    (r" Use it within one event loop\.", " Use it from any thread."),
)


def generate(source: str) -> str:
    """Return the synchronous text of an asynchronous module, formatted."""
    for pattern, replacement in WORDS:
        source = re.sub(pattern, replacement, source)
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(SOURCES[0]), "-"],
            input=source.encode(),
            capture_output=True,
            check=True,
        )
        source = done.stdout.decode()
    return source


def main(arguments: list[str]) -> int:
    """Write the generated modules, or check them."""
    stale = 0
    for path in SOURCES:
        target = path.with_name("sync.py")
        text = generate(path.read_text(encoding="utf-8"))
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        if "--check" in arguments:
            print(f"not current: {target.relative_to(CLIENT.parent.parent.parent)}")
            stale = 1
        else:
            target.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
