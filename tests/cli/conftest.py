"""The command as people run it: arguments in; exit status, standard output and error out."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from xrm import cli


@dataclass(frozen=True)
class Ran:
    """What a run of the command came to."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return standard output, read as JSON, of a run that went well."""
        assert self.status == 0, self.err
        return orjson.loads(self.out)


@pytest.fixture
def xrm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Return `xrm(*arguments) -> Ran`, run in this process, without settings of the environment."""
    for name in ("XRM_CONNECTION_STRING", "XRM_CLIENT_SECRET", "XRM_DATA", "XRM_DATABASE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = cli.main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Return the facts of a server of its own, on free ports, and its process."""
    folder = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "xrm.cli", "serve", "--port", "0", "--org-port", "0"]
    environment = {name: value for name, value in os.environ.items() if name[:4] != "XRM_"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "xrm"), "--json"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    assert process.stdout
    line = process.stdout.readline()
    assert line, (folder / "log").read_text()
    facts = json.loads(line)
    yield facts
    process.send_signal(signal.SIGTERM)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(30) == 0, (folder / "log").read_text()
    assert rest == "", "--json prints one line and nothing else"
