"""The command as people run it: arguments in; exit status, standard output and error out."""

from collections.abc import Callable
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
