"""Start the walk's process and print a line as each sign-in ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.text import Text

from xrm.cli import output
from xrm.cli.walk.asking import Facts
from xrm.cli.walk.signins import SIGN_INS

_MARKS = {"done": ("ok", "green"), "failed": ("FAILED", "bold red"), "left out": ("-", "yellow")}
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Walk:
    """One walk through the sign-ins, in a process of its own; `stop` ends it early."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def lines(self, facts: Facts) -> Iterator[dict[str, Any]]:
        """Walk and yield a line for each sign-in as it ends.

        The server is on this machine, so a proxy of the environment is not used.
        """
        environment = {
            name: value for name, value in os.environ.items() if name.lower() not in _PROXIES
        }
        with _interrupts_held():
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "xrm.cli.walk.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            )
        assert process.stdin
        assert process.stdout
        try:
            with process.stdin as asked:
                asked.write(json.dumps(facts))
            with process.stdout as answers:
                yield from map(json.loads, answers)
            process.wait()
        finally:
            self._end()
        if process.returncode == -signal.SIGINT:
            self._stopped = True
        if process.returncode and not self._stopped:
            text = f"the walk itself ended with status {process.returncode}"
            yield {"what": "walk", "account": "", "state": "failed", "result": text, "ms": None}

    @property
    def stopped(self) -> bool:
        """Whether the walk was ended before its time, by `stop` or by Ctrl-C."""
        return self._stopped

    def stop(self) -> None:
        """End the walk, if one is under way."""
        self._stopped = True
        self._end()

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach before it asks for it (see `child`).

    Ctrl-C at a terminal is for the server and the walk alike, and the walk ends without a word;
    Python would say a traceback if it were interrupted while it starts.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def show(walked: Iterable[dict[str, Any]], *, stderr: bool = False) -> bool:
    """Print each line as it comes and tell whether none of them failed."""
    console = output.console(stderr=stderr)
    what = max(len(each.what) for each in SIGN_INS)
    account = max(len(each.account) for each in SIGN_INS)
    well = True
    for line in walked:
        well = well and line["state"] != "failed"
        mark, style = _MARKS[line["state"]]
        taken = "" if line["ms"] is None else f"{line['ms']:.0f} ms"
        head = f"{line['what']:<{what}}  {line['account']:<{account}}  {taken:>8}  "
        console.print(Text.assemble((f"  {mark:<7}", style), head, line["result"]), soft_wrap=True)
    return well
