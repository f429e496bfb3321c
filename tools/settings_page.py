"""Write docs/settings.md from the settings themselves; `--check` tells whether it is current."""

import sys
from pathlib import Path

from xrm.cli.flags import NO_FLAG
from xrm.server.settings import CONFIG, FILE, TABLE, Row

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = f"""# Settings

Each setting is a flag of `xrm serve` (`--org-port 9444`), an environment variable
(`XRM_ORG_PORT=9444`) or a line of a TOML file (`org_port = 9444`), in that order of precedence.
The file is `{FILE}` in the data directory, or the one `{CONFIG}` names; an unknown line in it is
an error. A flag for what is true or false stands alone: `--memory`, or `--no-memory` where a
variable or the file says true. A list is separated by commas, or a list in the file.

| setting | flag | environment | default | meaning |
|---|---|---|---|---|
"""
MORE = """
## Other variables

These are read from the environment only.

| variable | read by | meaning |
|---|---|---|
"""
VARIABLES = (
    (CONFIG, "every verb that opens a data directory", "The settings file, in place of the data "
     f"directory's `{FILE}`; it must exist."),
    ("XRM_CONNECTION_STRING", "`xrm.connect()`; `xrm whoami`, `xrm query`, `xrm token get`",
     "The organization to ask and the credential, where no other is given: see "
     "[client](client.md)."),
    ("XRM_CLIENT_SECRET", "`xrm whoami`, `xrm query`, `xrm token get`",
     "The secret that belongs to `--client-id`, kept off the command line."),
    ("XRM_CERTIFICATE", "`xrm whoami`, `xrm query`, `xrm token get`",
     "The PEM or PFX file of the certificate that belongs to `--client-id`, with its key; in "
     "place of a secret."),
    ("XRM_CERTIFICATE_PASSWORD",
     "`xrm whoami`, `xrm query`, `xrm token get`, `xrm app certificate add`",
     "The password of that file, or of the PFX file to register, where it is encrypted."),
    ("XRM_CA_BUNDLE", "the client",
     "A PEM file of the certificate authorities to trust; before `SSL_CERT_FILE`."),
    ("XRM_TRACEBACK", "`xrm`",
     "`1` prints the traceback of a failure before its two lines: for a report of a fault."),
    ("XRM_REQUIRE_ALL", "the tests",
     "`1` fails a test that wants a package which is not installed; otherwise it is skipped."),
    ("XRM_FUZZ_EXAMPLES", "the tests",
     "How many cases are drawn for each test that draws them; 300 unless set, 2000 in `.ci/run`."),
    ("XRM_BENCH_CACHE", "`make bench`",
     "Where the peers it measures are installed; `~/.cache/xrm-bench` unless set."),
)  # fmt: skip
"""Variables that are no settings: name, who reads it, meaning."""


def _setting(row: Row) -> str:
    flag = "none" if row.name in NO_FLAG else f"`--{row.name.replace('_', '-')}`"
    return f"| `{row.name}` | {flag} | `{row.env}` | {row.default} | {row.doc} |\n"


def page() -> str:
    """Return the page's text."""
    settings = "".join(map(_setting, TABLE))
    others = "".join(f"| `{name}` | {reader} | {doc} |\n" for name, reader, doc in VARIABLES)
    return HEAD + settings + MORE + others


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
