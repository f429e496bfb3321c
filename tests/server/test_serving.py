"""The server as a process: start, workers, one port, what it leaves behind, and its stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.listening import connect
from support.served import Served, free_port, serving

WAIT_SECONDS = 60.0


def token(served: Served) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": served["client_id"],
        "client_secret": served["client_secret"],
        "resource": served["organization_url"],
    }
    with served.http() as http:
        answer = http.post(served.tenant_authority + "/oauth2/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def leads(served: Served, bearer: str) -> int:
    with served.http() as http:  # a new connection each time: any worker may take it
        headers = {"authorization": f"Bearer {bearer}"}
        return http.get(served["web_api_url"] + "leads?$top=1", headers=headers).status_code


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def until(condition) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_stop_leaves_no_trace_but_the_data(tmp_path: Path):
    data = tmp_path / "data"
    with serving("--data", str(data), "--port", "0") as served:
        facts = json.loads((data / "servers" / "1.json").read_text())
        assert facts["pid"] == served["pid"]
        assert not [name for name in facts if "secret" in name or "password" in name]
        assert leads(served, token(served)) == 200
        known = served["client_secret"]
        assert served.stop() == 0
        assert served.log.read_text() == ""
    assert list((data / "servers").iterdir()) == []
    with serving("--data", str(data), "--port", "0") as again:
        assert again["client_secret"] == known
        assert leads(again, token(again)) == 200


def test_sign_in_pages_have_an_opener_policy_where_one_is_set():
    for given, header in (((), None), (("--opener-policy", "same-origin"), "same-origin")):
        with serving("--memory", "--port", "0", *given) as served, served.http() as http:
            asked = {
                "client_id": served["public_client_id"],
                "response_type": "code",
                "redirect_uri": "http://localhost",
                "scope": "openid",
            }
            page = http.get(f"{served.tenant_authority}/oauth2/v2.0/authorize", params=asked)
            assert page.status_code == 200
            assert page.headers.get("cross-origin-opener-policy") == header
            assert served.stop() == 0


def test_memory_is_thrown_away():
    with serving("--memory", "--port", "0") as served:
        assert Path(served["data_dir"]).is_dir()
        assert served.stop() == 0
        assert not Path(served["data_dir"]).exists()


def test_ctrl_c_stops_it_cleanly():
    with serving("--memory", "--port", "0") as served:
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(30) == 0


def test_a_request_that_never_ends_does_not_keep_it(tmp_path: Path):
    environment = {"XRM_STOP_TIME_LIMIT": "1", "XRM_BODY_TIME_LIMIT": "3600"}
    with serving("--memory", "--port", "0", environment=environment) as served:
        host = served["authority"].removeprefix("https://")
        with connect(("127.0.0.1", int(host.rpartition(":")[2])), served["ca_bundle"]) as stalled:
            head = (
                f"POST /common/oauth2/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n"
            )
            stalled.sendall(head.encode())
            token(served)  # by now the head has been read
            assert served.stop() == 0
        assert "not answered" in served.log.read_text()


def refused(*arguments: str) -> str:
    command = [sys.executable, "-m", "xrm.cli", "serve", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_keeps_it_from_starting_is_said(tmp_path: Path):
    with serving("--data", str(tmp_path / "data"), "--port", "0") as served:
        port = served["authority"].rpartition(":")[2]
        for where in (("--memory",), ("--data", served["data_dir"])):
            assert f"port {port}" in refused(*where, "--port", port)
        assert "--test-controls" in refused(
            "--data", served["data_dir"], "--port", "0", "--test-controls"
        )
        assert served.run("app", "list"), "those refused left the one that runs alone"
        assert leads(served, token(served)) == 200


def test_one_port_for_both_origins():
    port = str(free_port())
    with serving("--memory", "--port", port, "--org-port", port) as served:
        assert served["authority"] == f"https://localhost:{port}"
        assert served["organization_url"] == f"https://127.0.0.2:{port}/"
        assert leads(served, token(served)) == 200


def test_one_port_for_both_origins_with_names_of_organizations():
    """Such names mean 127.0.0.1, where the token service is: they lead on to the organization."""
    port = str(free_port())
    both = ("--port", port, "--org-port", port, "--deployment", "ifd")
    with serving("--memory", *both) as served, served.http() as http:
        assert served["organization_url"] == f"https://contoso.xrm.localhost:{port}/"
        # A challenge of the organization's, at either address; the token service has none there.
        for address in ("127.0.0.1", "127.0.0.2"):
            url = f"https://{address}:{port}/api/data/v9.2/WhoAmI"
            answer = http.get(url, headers={"Host": f"contoso.xrm.localhost:{port}"})
            assert answer.status_code == 401
            assert served["adfs_url"] in answer.headers["www-authenticate"]
        assert http.get(f"https://localhost:{port}/api/data/v9.2/WhoAmI").status_code == 404


@pytest.fixture(scope="module")
def two():
    with serving("--memory", "--port", "0", "--workers", "2", "--test-controls") as served:
        yield served


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_removed_role_counts_at_once_in_both_workers(two: Served):
    bearer = token(two)
    assert {leads(two, bearer) for _ in range(10)} == {200}
    with role_removed(two):
        assert {leads(two, bearer) for _ in range(10)} == {403}
    assert {leads(two, bearer) for _ in range(10)} == {200}


@contextmanager
def role_removed(served: Served) -> Iterator[None]:
    served.run("role", "remove", served["client_id"], "Salesperson")
    yield
    served.run("role", "assign", served["client_id"], "Salesperson")


def test_a_moved_clock_counts_in_both_workers(two: Served):
    bearer = token(two)
    secret = (Path(two["data_dir"]) / "control.token").read_text()
    with two.http() as http:
        url, headers = two["authority"] + "/control/clock", {"authorization": f"Bearer {secret}"}
        http.post(url, headers=headers, json={"offset_seconds": 90_000})
        try:
            assert {leads(two, bearer) for _ in range(10)} == {401}
        finally:
            http.post(url, headers=headers, json={"offset_seconds": 0})
    assert {leads(two, bearer) for _ in range(10)} == {200}


@linux_only
def test_a_fallen_worker_is_started_again(two: Served):
    bearer = token(two)
    fallen = children(two["pid"])[0]
    os.kill(fallen, signal.SIGKILL)
    until(lambda: fallen not in children(two["pid"]) and len(children(two["pid"])) == 2)
    assert {leads(two, bearer) for _ in range(10)} == {200}


@linux_only
def test_workers_leave_with_their_supervisor():
    for number in (signal.SIGTERM, signal.SIGKILL):
        with serving("--memory", "--port", "0", "--workers", "2") as served:
            workers = children(served["pid"])
            assert len(workers) == 2
            served.process.send_signal(number)
            assert served.process.wait(60) == (0 if number == signal.SIGTERM else -number)
            until(lambda pids=workers: not any(alive(pid) for pid in pids))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
