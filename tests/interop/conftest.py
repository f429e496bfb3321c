"""Servers the clients of others are tried against: a random port, and 443."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import node as nodes
from support.requirements import missing
from support.served import Served, serving

RANDOM_PORT = ("--memory", "--port", "0")
PORT_443 = ("--memory", "--port", "443")


@pytest.fixture(scope="module", params=["random port", "port 443"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    arguments = PORT_443 if request.param == "port 443" else RANDOM_PORT
    if request.param == "port 443" and not _may_bind_443():
        missing("root", "port 443 may not be bound here")
    with _turn(request.param), serving(*arguments) as server:
        yield server


@contextmanager
def _turn(port: str) -> Iterator[None]:
    """Wait until no other process of this run has port 443."""
    if port != "port 443":
        yield
        return
    with (Path(tempfile.gettempdir()) / "xrm-tests-443.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _may_bind_443() -> bool:
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return os.geteuid() == 0 or (lowest.exists() and int(lowest.read_text()) <= 443)


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> nodes.Node:
    """Return Node with the packages of tests/interop/node; they stay in pytest's cache."""
    packages = pytestconfig.cache.mkdir("node")
    return nodes.prepared(tmp_path_factory.mktemp("node"), packages)


@pytest.fixture(autouse=True)
def trusted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the local CA the way the libraries are told to."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "XRM_CA_BUNDLE"):
        monkeypatch.setenv(name, served["ca_bundle"])
