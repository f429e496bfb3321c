"""Names below localhost, as organizations of an internet-facing deployment bear them.

Not every machine's resolver knows them. Test processes do (see conftest.py); a child process does
when it is started with `environment()`; Chromium and curl need no help.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from support.localhost_names.sitecustomize import install

FOLDER = Path(__file__).parent / "localhost_names"

__all__ = ["environment", "install"]


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment, this process's if none is passed, whose Python and Node find them."""
    found = dict(os.environ if given is None else given)
    further = found.get("PYTHONPATH")
    found["PYTHONPATH"] = os.pathsep.join([str(FOLDER), *([further] if further else [])])
    found["NODE_OPTIONS"] = (
        f"{found.get('NODE_OPTIONS', '')} --require={FOLDER}/preload.cjs".strip()
    )
    return found
