"""A throwaway PostgreSQL cluster from Debian's package, on a Unix socket of its own.

Nothing of it outlives the tests: data and socket lie in one temporary folder, and no TCP port
is opened. PostgreSQL refuses to run as root, so root lends it the account of the package.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support.requirements import require

_START_SECONDS = 60.0
_OPTIONS = {
    # The data is thrown away: durability would only cost time.
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
}


def _programs() -> list[Path]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)


def _account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(initdb: Path, folder: Path, account: dict[str, Any]) -> None:
    command = [initdb, "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C", "--no-sync"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, **account)
    assert done.returncode == 0, done.stderr.decode()


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the cluster accepts connections (the eighth line of its pid file says so)."""
    deadline = time.monotonic() + _START_SECONDS
    pid_file = folder / "data" / "postmaster.pid"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    raise RuntimeError("PostgreSQL did not start: " + (folder / "log").read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown: sessions are cut, data is consistent
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster, yield the URL of its database `postgres`, stop and remove it.

    Skips the test, or fails it under XRM_REQUIRE_ALL=1, when the package is not installed.
    """
    reason = "the storage and server tests on PostgreSQL"
    initdb = require("postgresql", reason, program="initdb", folders=_programs())
    server = initdb.with_name("postgres")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="xrm-pg-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        _initialise(initdb, folder, account)
        command: list[str | Path] = [server, "-D", folder / "data", "-k", folder, "-h", ""]
        for name, value in _OPTIONS.items():
            command += ["-c", f"{name}={value}"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=log, start_new_session=True, **account
            )
        try:
            _wait(process, folder)
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(url: str) -> str:
    """Create an empty database beside the one of a URL and return its URL."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()
