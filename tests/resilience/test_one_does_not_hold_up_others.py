"""What one caller does badly must not delay or bring down the token requests of others.

Latencies are compared with an undisturbed run against the same server, never with a constant
alone: the machine may be slow, a held-up event loop is slower by orders of magnitude.
"""

import os
import socket
import ssl
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import apsw
import httpx2
import pytest

from support.served import Served, serving

ROWS = 150_000
ASKED = 40
# A token takes milliseconds; the slow query alone takes far longer than this allowance.
FACTOR, ALLOWANCE = 12.0, 0.25
MEMORY_GROWTH = 96 * 1024 * 1024


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0", "--org-port", "0") as server:
        fill(server)
        yield server


def fill(served: Served) -> None:
    """Multiply the leads, so that a text search reads for a long time."""
    (path,) = Path(served["data_dir"]).rglob("org*.db")
    database = apsw.Connection(str(path))
    database.set_busy_timeout(60_000)
    names = [row[1] for row in database.execute("PRAGMA table_info(lead)")]
    kept = ", ".join(name for name in names if name != "leadid")
    database.execute(
        f"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
        INSERT INTO lead (leadid, {kept})
        SELECT randomblob(16), {kept} FROM n, (SELECT * FROM lead LIMIT 1)
        """
    )
    database.close()


def ask_token(http: httpx2.Client, served: Served) -> str:
    answer = http.post(
        f"{served.tenant_authority}/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": served["client_id"],
            "client_secret": served["client_secret"],
            "resource": served["organization_url"],
        },
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def latencies(served: Served) -> list[float]:
    taken = []
    with served.http() as http:
        ask_token(http, served)
        for _ in range(ASKED):
            start = time.perf_counter()
            ask_token(http, served)
            taken.append(time.perf_counter() - start)
    return taken


def check_undelayed(served: Served, disturbed: Callable[[], Any]) -> None:
    """Check that tokens take about as long inside a disturbance as outside it."""
    calm = statistics.median(latencies(served))
    with disturbed():
        busy = statistics.median(latencies(served))
    assert busy < calm * FACTOR + ALLOWANCE


def resident(served: Served) -> int:
    """Return the resident memory of the server and its children, in bytes."""
    page = os.sysconf("SC_PAGE_SIZE")
    pids = [served["pid"], *children(served["pid"])]
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in pids)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


@contextmanager
def slow_queries(served: Served) -> Iterator[None]:
    """Keep four long searches running."""
    ended = threading.Event()
    with served.http() as http:
        token = ask_token(http, served)
    statuses: list[int] = []

    def search() -> None:
        with served.http() as http:
            while not ended.is_set():
                answer = http.get(
                    f"{served['web_api_url']}leads",
                    params={"$filter": "contains(description,'%q%z%x%')", "$top": "1"},
                    headers={"Authorization": f"Bearer {token}"},
                )
                statuses.append(answer.status_code)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert statuses
    assert set(statuses) <= {200, 503}


def test_slow_queries_do_not_delay_tokens(served: Served) -> None:
    check_undelayed(served, lambda: slow_queries(served))


def connect(served: Served, origin: str) -> ssl.SSLSocket:
    url = httpx2.URL(served[origin])
    context = ssl.create_default_context(cafile=served["ca_bundle"])
    plain = socket.create_connection(("127.0.0.1", url.port or 443), timeout=30)
    return context.wrap_socket(plain, server_hostname=url.host)


@contextmanager
def stalled_bodies(served: Served) -> Iterator[None]:
    """Hold fifty requests whose bodies never come, at each origin."""
    with ExitStack() as stack:
        for origin, path in (
            ("authority", f"/{served['tenant_id']}/oauth2/token"),
            ("organization_url", "/api/data/v9.2/leads"),
        ):
            for _ in range(50):
                link = stack.enter_context(connect(served, origin))
                host = httpx2.URL(served[origin]).netloc.decode()
                link.sendall(
                    f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 400\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant".encode()
                )
        yield


def test_stalled_bodies_do_not_delay_tokens(served: Served) -> None:
    check_undelayed(served, lambda: stalled_bodies(served))


@contextmanager
def idle_connections(served: Served) -> Iterator[None]:
    """Hold a thousand connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(connect(served, "authority"))
            stack.enter_context(connect(served, "organization_url"))
        yield


def test_a_thousand_idle_connections_do_not_delay_tokens(served: Served) -> None:
    check_undelayed(served, lambda: idle_connections(served))


@pytest.mark.parametrize(
    ("origin", "path"),
    [("authority", "/common/oauth2/token"), ("organization_url", "/api/data/v9.2/leads")],
)
def test_a_huge_body_is_refused_and_not_kept(served: Served, origin: str, path: str) -> None:
    before = resident(served)
    host = httpx2.URL(served[origin]).netloc.decode()
    with connect(served, origin) as link:
        length = 300 * 1024 * 1024
        link.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n"
            "Content-Type: application/json\r\n\r\n".encode()
        )
        answer = send_until_answered(link, length)
    assert b" 413 " in answer.split(b"\r\n", 1)[0]
    assert resident(served) - before < MEMORY_GROWTH
    with served.http() as http:
        assert ask_token(http, served)


def send_until_answered(link: ssl.SSLSocket, length: int) -> bytes:
    block, sent = b"x" * 65536, 0
    link.settimeout(0.05)
    while sent < length:
        try:
            answer = link.recv(4096)
        except TimeoutError:
            answer = b""
        if answer:
            return answer
        try:
            link.settimeout(5)
            for _ in range(16):
                link.sendall(block)
                sent += len(block)
        except OSError:
            break
        link.settimeout(0.005)
    link.settimeout(20)
    return link.recv(4096)
