"""Contoso over TLS, and a way to open either client on it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import xrm
from support.contoso import CLIENT_ID, SECRET, Contoso, Driver, served


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XRM_CA_BUNDLE", "SSL_CERT_FILE", "XRM_CONNECTION_STRING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def local_ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_bundle(local_ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    local_ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def contoso(local_ca: trustme.CA) -> Iterator[Contoso]:
    world = Contoso()
    with served(world.sts, local_ca), served(world.org, local_ca):
        yield world


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(kind: str, contoso: Contoso, ca_bundle: Path) -> Iterator[Callable[..., Driver]]:
    """Return `opened(credential=None, url=None, **options)`: a client on Contoso."""
    drivers: list[Driver] = []

    def open_one(credential: Any = None, url: str | None = None, **options: Any) -> Driver:
        options = {"verify": ca_bundle, "timeout": 10.0, **options}
        credential = credential or xrm.auth.ClientSecret(CLIENT_ID, SECRET)
        drivers.append(Driver(kind, url or contoso.org.url, credential, **options))
        return drivers[-1]

    yield open_one
    for driver in drivers:
        driver.end()
