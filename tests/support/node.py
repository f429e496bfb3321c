"""Node, and the npm packages its clients are: installed once for each state of package.json."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import names
from support.requirements import missing, require

SCRIPTS = Path(__file__).parents[1] / "interop" / "node"
OLDEST = 20
QUIET = ("--no-audit", "--no-fund", "--loglevel=error")
INSTALL = ("install", "--no-package-lock", "--ignore-scripts", *QUIET)
INSTALL_SECONDS = 300.0
RUN_SECONDS = 120.0


@dataclass(frozen=True)
class Node:
    """The program, and a folder of scripts that find their packages beside them."""

    program: Path
    folder: Path

    def run(self, script: str, facts: Mapping[str, Any]) -> Any:
        """Hand a script the facts of a server, whose CA it is to trust; return what it tells."""
        done = subprocess.run(
            [self.program, self.folder / f"{script}.mjs"],
            input=json.dumps(dict(facts)),
            env=names.environment() | {"NODE_EXTRA_CA_CERTS": facts["ca_bundle"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def converse(self, script: str, facts: Mapping[str, Any], errand: Callable[..., object]) -> Any:
        """Run a script that asks, line by line, for errands; return what it tells at the end."""
        with (
            subprocess.Popen(
                [self.program, self.folder / f"{script}.mjs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=names.environment() | {"NODE_EXTRA_CA_CERTS": facts["ca_bundle"]},
            ) as process,
            _ended(process, RUN_SECONDS),
        ):
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(dict(facts)))
            process.stdin.close()
            for line in process.stdout:
                said = json.loads(line)
                if "errand" not in said:
                    return said
                errand(**said["errand"])
        raise AssertionError(f"{script} ended ({process.returncode}) and told nothing")


@contextmanager
def _ended(process: "subprocess.Popen[str]", seconds: float) -> Iterator[None]:
    """Kill a process that is still there when the time is over, or when nobody listens."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        process.kill()


def prepared(folder: Path, packages: Path) -> Node:
    """Put the scripts into an empty folder, beside the packages kept in another, and say how.

    Without Node, npm or the packages the test is skipped, or fails: see support.requirements.
    """
    reason = "clients of Node"
    program = require("nodejs", reason, program="node")
    if _release(program) < OLDEST:
        missing("nodejs", f"{reason} take release {OLDEST} or later")
    modules = modules_of(SCRIPTS / "package.json", packages, reason)
    shutil.copytree(
        SCRIPTS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(modules.name)
    )
    (folder / modules.name).symlink_to(modules)
    return Node(program, folder)


def modules_of(manifest: Path, packages: Path, reason: str) -> Path:
    """Return the node_modules of a package.json, kept in a folder of its own.

    Of processes that want it, one installs. Without npm or the packages the test is skipped, or
    fails: see support.requirements.
    """
    return _installed(require("npm", reason), manifest, packages)


def _release(program: Path) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return int(done.stdout.strip().removeprefix("v").partition(".")[0])


def _installed(npm: Path, manifest: Path, packages: Path) -> Path:
    home = packages / hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]
    with (packages / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            # Others are of an older package.json, or were interrupted: one is named when whole.
            for other in filter(Path.is_dir, packages.iterdir()):
                shutil.rmtree(other)
            partial = packages / "partial"
            partial.mkdir()
            shutil.copy(manifest, partial)
            _install(npm, partial)
            partial.rename(home)
    return home / "node_modules"


def _install(npm: Path, folder: Path) -> None:
    try:
        done = subprocess.run(
            [npm, *INSTALL],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        missing("npm", "npm install took too long")
    if done.returncode != 0:
        missing("npm", "npm install failed: " + "; ".join(done.stderr.splitlines()[:3]))
