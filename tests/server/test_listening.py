"""Small mounts behind real TLS: heads, bodies, lanes, limits, and a stop with work in flight."""

import http.client
import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.listening import PATIENCE, connect, echo, raw, small
from xrm.db import StepBudgetExceeded
from xrm.wire.http import Response


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with small(tmp_path_factory.mktemp("tls")) as running:
        yield running


def head(text: str, host: str, *more: str) -> bytes:
    return "\r\n".join([text, f"Host: {host}", "Connection: close", *more, "", ""]).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_the_request_arrives_as_sent(server):
    address = f"localhost:{server.address[1]}"
    request = head(
        "GET /a%28'x%2F'%29//b?$filter=a%20eq%20'b'&c=+ HTTP/1.1",
        address,
        "Prefer: return=representation",
        "Prefer: odata.maxpagesize=2",
    )
    body = server.raw(request).partition(b"\r\n\r\n")[2]
    seen = json.loads(body)
    assert seen["path"] == "/a%28'x%2F'%29//b"
    assert seen["query"] == "$filter=a%20eq%20'b'&c=+"
    assert [v for k, v in seen["headers"] if k == "prefer"] == [
        "return=representation",
        "odata.maxpagesize=2",
    ]
    assert seen["peer"] == "127.0.0.1"
    assert seen["listener"] == f"127.0.0.1:{server.address[1]}"


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("/", "localhost:{port}", 200),
        ("/", "LOCALHOST:{port}", 200),
        ("/", "127.0.0.1:{port}", 200),
        ("/", "127.0.0.2:{port}", 200),
        ("/", "[::1]:{port}", 200),
        ("/", "localhost", 400),
        ("/", "localhost:1", 400),
        ("/", "evil.example:{port}", 400),
        ("/", "localhost:{port}.evil.example", 400),
        ("/", "user@localhost:{port}", 400),
        ("/", "", 400),
        ("*", "localhost:{port}", 400),
        ("https://localhost:{port}/", "localhost:{port}", 200),
        ("https://localhost:{port}/", "evil.example", 400),
    ],
)
def test_only_our_own_host_is_served(server, target, host, expected):
    port = server.address[1]
    line = f"{'OPTIONS' if target == '*' else 'GET'} {target.format(port=port)} HTTP/1.1"
    assert status(server.raw(head(line, host.format(port=port)))) == expected


def test_a_request_names_one_host(server):
    own = f"localhost:{server.address[1]}"
    assert status(server.raw(head("GET / HTTP/1.1", own, f"Host: {own}"))) == 400
    assert status(server.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400


def test_head_is_get_without_the_body(server):
    get, no_body = server.ask("/x"), server.ask("/x", method="HEAD")
    assert (no_body.status, no_body.body) == (200, b"")
    assert int(no_body.headers["content-length"]) == len(get.body)


def test_tls_1_2_is_the_minimum(server):
    context = ssl.create_default_context(cafile=str(server.ca))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    connection = http.client.HTTPSConnection(
        "localhost", server.address[1], context=context, timeout=PATIENCE
    )
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_in_the_faces_dress(server, declared):
    server.add(
        "/small", echo, lane="inline", limit=10, too_large=lambda r: Response(413, (), b"dress")
    )
    own = f"localhost:{server.address[1]}"
    if declared:
        more, body = "Content-Length: 11", b""  # nothing of it need be sent
    else:
        more, body = "Transfer-Encoding: chunked", b"b\r\n" + b"x" * 11 + b"\r\n"
    answer = server.raw(head("POST /small HTTP/1.1", own, more) + body)
    assert status(answer) == 413
    assert answer.endswith(b"dress")
    assert server.ask("/small", method="POST", body=b"x" * 10).status == 200


def test_a_slow_body_is_cut_off_while_others_are_served(tmp_path):
    with small(tmp_path, body_seconds=1) as server:
        own = f"localhost:{server.address[1]}"
        stalled = connect(server.address, server.ca)
        stalled.sendall(head("POST / HTTP/1.1", own, "Content-Length: 10") + b"abc")
        assert server.ask("/other").status == 200
        answer = b""
        while chunk := stalled.recv(65536):
            answer += chunk
        stalled.close()
        assert status(answer) == 408


def test_whoever_leaves_in_the_middle_of_a_body_harms_nobody(server):
    own = f"localhost:{server.address[1]}"
    with connect(server.address, server.ca) as leaving:
        leaving.sendall(head("POST / HTTP/1.1", own, "Content-Length: 10") + b"abc")
    assert server.ask("/other").status == 200


def test_an_exception_is_a_500_that_says_nothing(server, caplog):
    def fails(request):
        raise RuntimeError("the secret of the house")

    for lane in ("inline", "pool"):
        server.add("/fails", fails, lane=lane)
        answer = server.ask("/fails?code=private")
        assert answer.status == 500
        assert b"secret of the house" not in answer.body
        correlation = answer.json["error_description"].rpartition(": ")[2]
        assert correlation in caplog.text
        assert "private" not in caplog.text


def test_a_mount_that_fails_to_route_is_a_500_too(server):
    server.mount.by_path["/unroutable"] = ValueError("no")
    assert server.ask("/unroutable").status == 500


def test_what_exceeds_its_steps_runs_again_in_a_thread(server):
    loop_only = []

    def face(request):
        if not threading.current_thread().name.startswith("slow-"):
            loop_only.append(request)
            raise StepBudgetExceeded
        return echo(request)

    server.add("/heavy", face, lane="inline")
    answer = server.ask("/heavy", method="POST", body=b"the body")
    assert answer.json["thread"].startswith("slow-")
    assert answer.json["body"] == "the body"
    assert len(loop_only) == 1


def test_stalled_work_delays_nobody_and_a_full_lane_says_so(tmp_path):
    release = threading.Event()
    begun = threading.Semaphore(0)

    def stalls(request):
        begun.release()
        assert release.wait(PATIENCE)
        return Response(200, (), b"done")

    with small(tmp_path, threads=2, waiting=1) as server, ThreadPoolExecutor(4) as callers:
        server.add("/stalls", stalls, lane="pool")
        stalled = [callers.submit(server.ask, "/stalls") for _ in range(2)]
        assert all(begun.acquire(timeout=PATIENCE) for _ in stalled)
        stalled.append(callers.submit(server.ask, "/stalls"))
        for _ in range(20):
            assert server.ask("/quick").status == 200
        busy = server.ask("/stalls")
        assert busy.status == 503
        assert int(busy.headers["retry-after"]) > 0
        release.set()
        assert [one.result(PATIENCE).body for one in stalled] == [b"done"] * 3
        assert server.ask("/stalls").status == 200


def test_a_stop_answers_what_is_in_flight_and_takes_no_more(tmp_path):
    release, begun = threading.Event(), threading.Event()

    def face(request):
        begun.set()
        assert release.wait(PATIENCE)
        return Response(200, (), b"answered")

    with small(tmp_path) as server, ThreadPoolExecutor(1) as caller:
        server.add("/slow", face, lane="pool")
        answer = caller.submit(server.ask, "/slow")
        assert begun.wait(PATIENCE)
        idle = connect(server.address, server.ca)
        stopped = server.begin_stop(PATIENCE)
        assert idle.recv(1) == b""  # an idle connection ends at once
        idle.close()
        with pytest.raises(ConnectionError):
            raw(server.address, server.ca, b"")
        release.set()
        assert answer.result(PATIENCE).body == b"answered"
        assert stopped()


def test_a_stop_does_not_wait_for_ever(tmp_path):
    release, begun = threading.Event(), threading.Event()

    def face(request):
        begun.set()
        release.wait(PATIENCE)
        return Response(200)

    with small(tmp_path) as server:
        server.add("/slow", face, lane="pool")
        own = f"localhost:{server.address[1]}"
        waiting = connect(server.address, server.ca)
        waiting.sendall(head("GET /slow HTTP/1.1", own))
        assert begun.wait(PATIENCE)
        assert not server.begin_stop(0.2)()
        release.set()
        waiting.close()
