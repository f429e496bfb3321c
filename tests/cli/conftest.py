"""The command as people run it: arguments in; exit status, standard output and error out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from support.served import serving
from xrm import cli
from xrm.server.settings import CONFIG, TABLE


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

    def failed(self, *said: str) -> None:
        """Check that the run failed in two lines, which say this."""
        assert (self.status, self.out) == (1, ""), self.err
        assert len(self.err.splitlines()) == 2, self.err
        for text in said:
            assert text in self.err


@pytest.fixture
def xrm(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Ran]:
    """Return `xrm(*arguments) -> Ran`, run in this process, without settings of the environment."""
    others = ("CONNECTION_STRING", "CLIENT_SECRET", "CERTIFICATE", "CERTIFICATE_PASSWORD")
    variables = {row.env for row in TABLE} | {CONFIG} | {f"XRM_{name}" for name in others}
    for name in variables:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "of-the-user"))

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = cli.main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Return the facts of a server of its own, on free ports."""
    data = tmp_path_factory.mktemp("served") / "xrm"
    with serving("--port", "0", "--org-port", "0", "--data", str(data)) as served:
        yield dict(served.facts)
        assert served.stop() == 0, served.log.read_text()
        assert served.process.stdout
        assert served.process.stdout.read() == "", "--json prints one line and nothing else"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory for the tests of a module: each uses names of its own."""
    return tmp_path_factory.mktemp("data") / "xrm"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, folder: Path) -> list[Any]:
    """Return the flags of a data directory on each engine: each test uses names of its own."""
    flags = ["--data", folder.with_name(request.param)]
    if request.param == "postgresql":
        flags += ["--database", request.getfixturevalue("postgres_database")]
    return flags


@pytest.fixture
def here(xrm: Callable[..., Ran], where: list[Any]) -> Callable[..., Ran]:
    """Return `here(*arguments) -> Ran`: a verb on that directory or database."""
    if not where[1].exists():
        assert xrm("init", *where).status == 0
    return lambda *arguments: xrm(*arguments, *where)


@pytest.fixture
def app(xrm: Callable[..., Ran], folder: Path) -> Callable[..., Ran]:
    """Return `app(*arguments) -> Ran`: a verb of applications, on that directory."""
    if not folder.exists():
        assert xrm("init", "--data", folder).status == 0
    return lambda *arguments: xrm("app", *arguments, "--data", folder)


@pytest.fixture
def answer(app: Callable[..., Ran]) -> Callable[..., Any]:
    """Return `answer(*arguments)`: what a verb of applications answers as JSON."""
    return lambda *arguments: app(*arguments, "--json").json()


@pytest.fixture
def fabrikam(xrm: Callable[..., Ran], folder: Path) -> tuple[str, str]:
    """Return the flags that name a second tenant of that directory, made at first use."""
    where = ("--data", folder)
    if xrm("tenant", "show", "fabrikam.example", *where).status:
        made = xrm("tenant", "create", "Fabrikam", "--domain", "fabrikam.example", *where)
        assert made.status == 0, made.err
    return ("--tenant", "fabrikam.example")
