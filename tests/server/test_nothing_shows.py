"""Secrets are seen neither in the list of processes nor in the log, whatever is asked."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.requirements import missing
from support.served import Served, serving

SEALING_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
PROC = Path("/proc")


@pytest.fixture(scope="module", params=["1", "2"], ids=["one process", "two workers"])
def closed(request: pytest.FixtureRequest) -> Iterator[Served]:
    if not PROC.is_dir():
        missing("procfs", "the list of processes cannot be read here")
    arguments = ("--memory", "--port", "0", "--workers", request.param, "--log-level", "debug")
    with serving(*arguments, environment={"XRM_SEALING_KEY": SEALING_KEY}) as server:
        yield server


def hidden(served: Served) -> dict[str, str]:
    pem = Path(served["certificate_path"]).read_text()
    names = [name for name in served.facts if name.endswith(("_secret", "password"))]
    assert len(names) >= 6
    return {
        **{name: served[name] for name in names},
        "sealing key": SEALING_KEY,
        "private key": pem.splitlines()[3],
    }


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in (PROC / str(parent) / "task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def ask(served: Served) -> None:
    """Ask well and badly, with every secret there is."""
    token = f"{served.tenant_authority}/oauth2/token"
    with served.http() as http:
        for prefix in ("", "admin_"):
            for extra in ({}, {"client_id": "none"}, {"username": "nobody@contoso.localhost"}):
                form = {
                    "grant_type": "password",
                    "client_id": served["public_client_id"],
                    "resource": served["organization_url"],
                    "username": served[f"{prefix}username"],
                    "password": served[f"{prefix}password"],
                    **extra,
                }
                http.post(token, data=form)
                http.post(token, content=str(form))
                http.get(token, params=form)
                http.post(served["graph_url"] + "/users", json=form)
        for name in ("client", "no_user_client", "multi_tenant_client", "admin_client"):
            for extra in ({}, {"resource": "https://elsewhere.example"}, {"client_id": "none"}):
                form = {
                    "grant_type": "client_credentials",
                    "client_id": served[f"{name}_id"],
                    "client_secret": served[f"{name}_secret"],
                    "resource": served["organization_url"],
                    **extra,
                }
                http.post(token, data=form)
                http.post(token, content=str(form))
                http.get(token, params=form)
                http.post(served["graph_url"] + "/applications", json=form)
                http.get(served["web_api_url"] + "leads", params=form)


def test_the_list_of_processes_shows_no_secret(closed: Served) -> None:
    ask(closed)
    processes = family(closed.process.pid)
    if "2" in closed.process.args:
        assert len(processes) >= 3  # the workers and who keeps them
    for pid in processes:
        line = (PROC / str(pid) / "cmdline").read_bytes().decode()
        assert line
        assert [name for name, secret in hidden(closed).items() if secret in line] == []


def test_the_log_shows_no_secret(closed: Served) -> None:
    ask(closed)
    log = closed.log.read_text()
    assert [name for name, secret in hidden(closed).items() if secret in log] == []


def test_a_verb_shows_no_secret(closed: Served, tmp_path: Path) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("XRM_")},
        "XRM_SEALING_KEY": SEALING_KEY,
        "XRM_DATA": closed["data_dir"],
    }
    command = [sys.executable, "-m", "xrm.cli", "token", "get"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as verb:
        seen = ""
        while verb.poll() is None:
            for pid in family(verb.pid):
                try:
                    seen += (PROC / str(pid) / "cmdline").read_bytes().decode()
                except OSError:
                    continue
        assert verb.stdout
        token = verb.stdout.read().strip()
    assert token.count(".") == 2
    assert "token" in seen
    assert [name for name, secret in hidden(closed).items() if secret in seen] == []
    assert token not in seen
