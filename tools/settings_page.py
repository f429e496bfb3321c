"""Write docs/settings.md from the settings themselves; `--check` tells whether it is current."""

import sys
from pathlib import Path

from xrm.server.settings import CONFIG, FILE, TABLE

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
NO_FLAG = {"sealing_key"}
HEAD = f"""# Settings

Each setting is a flag of `xrm serve` (`--org-port 9444`), an environment variable
(`XRM_ORG_PORT=9444`) or a line of a TOML file (`org_port = 9444`), in that order of precedence.
The file is `{FILE}` in the data directory, or the one `{CONFIG}` names; an unknown line in it is
an error.

| setting | flag | environment | default | meaning |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the page's text."""
    rows = []
    for row in TABLE:
        flag = "" if row.name in NO_FLAG else f"`--{row.name.replace('_', '-')}`"
        rows.append(f"| `{row.name}` | {flag} | `{row.env}` | {row.default} | {row.doc} |")
    return HEAD + "\n".join(rows) + "\n"


def main() -> int:
    """Write the page, or compare it; return the exit status."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/settings.md is not current: run tools/settings_page.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
