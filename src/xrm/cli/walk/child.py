"""The process of a walk: facts of the server as JSON on stdin, one JSON line per sign-in out."""

import importlib.util
import json
import logging
import os
import signal
import sys
import time
import warnings
from typing import Any

from xrm.cli.walk.asking import Facts, LeftOut
from xrm.cli.walk.signins import SignIn, walked


def available(module: str) -> bool:
    """Tell whether a module can be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def attempt(sign_in: SignIn, facts: Facts) -> dict[str, Any]:
    """Try one sign-in and return its line; whatever goes wrong is part of the line."""
    line: dict[str, Any] = {"what": sign_in.what, "account": sign_in.account}
    if not available(sign_in.module):
        name = sign_in.module.replace(".", "-")
        return line | {"state": "left out", "result": f"{name} is not installed", "ms": None}
    started = time.perf_counter()
    try:
        step = sign_in.prepare(facts)
        started = time.perf_counter()
        state, result = "done", step()
    except LeftOut as why:
        return line | {"state": "left out", "result": str(why), "ms": None}
    except Exception as error:  # a client may raise anything; the walk goes on
        text = " ".join(str(error).split()) or type(error).__name__
        state, result = "failed", text[:300]
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return line | {"state": state, "result": result, "ms": milliseconds}


def _end_at_ctrl_c() -> None:
    """Let SIGINT, held back while this process started, end it at once and in silence."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def main() -> int:
    """Walk every sign-in; return 0."""
    _end_at_ctrl_c()
    facts: Facts = json.load(sys.stdin)
    # The bundle is named only here: the requests-based clients take it from the environment.
    os.environ["REQUESTS_CA_BUNDLE"] = str(facts["ca_bundle"])
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for sign_in in walked(facts):
        sys.stdout.write(json.dumps(attempt(sign_in, facts)) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
