"""A real server in a process of its own, started by the command a user types."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

START_SECONDS = 90.0


@dataclass(frozen=True)
class Served:
    """A running server: its JSON line, its process, and where it logs."""

    facts: Mapping[str, Any]
    process: subprocess.Popen[str]
    log: Path

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    @property
    def tenant_authority(self) -> str:
        """The tenant's base URL at the token service."""
        return f"{self['authority'].rstrip('/')}/{self['tenant_id']}"

    def http(self) -> httpx2.Client:
        """Return an HTTP client that trusts the local CA."""
        context = ssl.create_default_context(cafile=self["ca_bundle"])
        return httpx2.Client(verify=context, timeout=60)

    def run(self, *arguments: str, check: bool = True) -> Any:
        """Run a verb of the command on this server's data and return its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "xrm.cli", *arguments, "--data", self["data_dir"], "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        assert not check or done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def memory(self, name: str = "VmRSS") -> int:
        """Return what the kernel counts for the server's process, in bytes; VmHWM is its peak."""
        status = Path(f"/proc/{self['pid']}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
        assert found
        return int(found[1]) * 1024

    def kill(self) -> None:
        """Kill the server and every process of it, in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Stop the server as a supervisor does and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def free_port() -> int:
    """Return a port of loopback that nobody listens on: for a server that is to start there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start `xrm serve --json` with more arguments, yield it when ready, stop it."""
    folder = Path(tempfile.mkdtemp(prefix="xrm-served-"))
    settings = {k: v for k, v in os.environ.items() if not k.startswith("XRM_")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "xrm.cli", "serve", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**settings, **(environment or {})},
            start_new_session=True,
        )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()
        yield Served(json.loads(line), process, folder / "log")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout:
            process.stdout.close()
