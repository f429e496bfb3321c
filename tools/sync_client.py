"""Generate the synchronous client from the asynchronous one.

    python tools/sync_client.py            write each sync.py in src/xrm/client
    python tools/sync_client.py --check    say which of them are not current, and exit with 1

Edit `aio.py`; words are replaced by the table below, then ruff formats the result. A rule that
would need more than a word belongs into a module both shells share.
"""

import re
import sys

from generated import SOURCE, formatted, kept

CLIENT = SOURCE / "xrm" / "client"
SOURCES = sorted(CLIENT.rglob("aio.py"))

WORDS = (
    (r"import asyncio\nimport os\nimport secrets\n", "import os\nimport secrets\n"),
    (r"import secrets\n", "import secrets\nimport threading\nimport time\n"),
    (r"async (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basyncio\.Lock\b", "threading.Lock"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\b(ask|discover_authority)_async\b", r"\1"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"\b(client|soap|transports|management)\.aio\b", r"\1.sync"),
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
    return formatted(source, SOURCES[0], rules="I")


def main(arguments: list[str]) -> int:
    """Write the generated modules, or check them."""
    files = {
        path.with_name("sync.py"): generate(path.read_text(encoding="utf-8")) for path in SOURCES
    }
    return kept(files, (), check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
