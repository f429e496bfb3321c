"""One burst of load against one server, over kept-alive connections."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import generator
from bench.exchange import Exchange
from bench.machine import Cores, group_cpu_seconds, pinned

Requests = Sequence[tuple[str, str]]

TAIL_SECONDS = 0.1
_SCRIPT = """\
wrk.method = {method}
wrk.headers = {{ {headers} }}
local requests, at = {{}}, 0
function init()
  for line in io.lines({requests}) do
    local path, body = line:match("^(%S+) (.*)$")
    requests[#requests + 1] = wrk.format(nil, path, nil, body ~= "" and body or nil)
  end
end
function request() at = at % #requests + 1; return requests[at] end
function done(summary)
  local e = summary.errors
  print("RESULT " .. summary.requests .. " " .. e.connect + e.read + e.write + e.status + e.timeout)
end
"""


@dataclass(frozen=True, slots=True)
class Pressure:
    """How hard and how long one burst is."""

    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Burst:
    """What one burst got done, and the CPU time it cost the server."""

    done: int
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Work done per CPU second."""
        return self.done / self.cpu_seconds


def tool() -> str:
    """Name the load generator in use."""
    if not shutil.which("wrk"):
        return "a generator of our own in Python (wrk was not found)"
    lines = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    return " ".join(lines.split()[:2])


def burst(exchange: Exchange, group: int, pressure: Pressure, cores: Cores) -> Burst:
    """Load one server for a while; raise AssertionError when an answer is an error."""
    with pinned(cores.load):
        requests = exchange.requests(pressure.seconds)
        before = group_cpu_seconds(group)
        # wrk forgets at its end what it has not been answered.
        drive = _wrk if shutil.which("wrk") and not exchange.slow else _python
        done, failed = drive(exchange, requests, pressure)
    # Requests in flight at the end are still being worked on: let them cost where they belong.
    time.sleep(TAIL_SECONDS)
    spent = group_cpu_seconds(group) - before
    assert done, f"{exchange.origin}: no answers"
    assert not failed, f"{exchange.origin}{exchange.paths[0]}: {failed} of {done} answers failed"
    return Burst(done=done, cpu_seconds=spent)


def _python(exchange: Exchange, requests: Requests, pressure: Pressure) -> tuple[int, int]:
    driving = generator.drive(exchange, requests, pressure.seconds, pressure.connections)
    return asyncio.run(driving)


def _wrk(exchange: Exchange, requests: Requests, pressure: Pressure) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        script, lines = Path(folder, "request.lua"), Path(folder, "requests")
        lines.write_text("".join(f"{path} {body}\n" for path, body in requests), encoding="ascii")
        script.write_text(_lua(exchange, lines), encoding="utf-8")
        command = ["wrk", "--threads", "1", "--connections", str(pressure.connections)]
        command += ["--duration", f"{max(1, round(pressure.seconds))}s", "--timeout", "10s"]
        command += ["--script", str(script), exchange.origin]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("RESULT"))
    _, done, failed = line.split()
    return int(done), int(failed)


def _lua(exchange: Exchange, requests: Path) -> str:
    # JSON strings of plain ASCII are Lua strings too.
    return _SCRIPT.format(
        method=json.dumps(exchange.method),
        headers=", ".join(
            f"[{json.dumps(name)}] = {json.dumps(value)}"
            for name, value in exchange.headers.items()
        ),
        requests=json.dumps(str(requests)),
    )
