"""The control API on a running server: closed without its token, absent without its flag."""

import json
from pathlib import Path

import pytest

from support.served import Served, serving
from xrm.server.controls import LARGEST_OFFSET, OffsetClock, clock_of, prepare
from xrm.server.folder import EstateError, Folder


def control(served: Served, *, token: str | None = None, body: bytes | None = None):
    token = (Path(served["data_dir"]) / "control.token").read_text() if token is None else token
    headers = {"authorization": f"Bearer {token}".encode("latin-1")} if token else {}
    url = served["authority"] + "/control/clock"
    with served.http() as http:
        return http.request("GET" if body is None else "POST", url, headers=headers, content=body)


def whoami(served: Served, token: str) -> int:
    url = served["web_api_url"] + "WhoAmI"
    with served.http() as http:
        return http.get(url, headers={"authorization": f"Bearer {token}"}).status_code


def access_token(served: Served) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": served["client_id"],
        "client_secret": served["client_secret"],
        "resource": served["organization_url"],
    }
    with served.http() as http:
        answer = http.post(served.tenant_authority + "/oauth2/token", data=form)
    return str(answer.json()["access_token"])


def test_the_clock_moves_for_both_origins(served: Served):
    token = access_token(served)
    assert whoami(served, token) == 200
    assert control(served, body=b'{"advance_seconds": 90000}').json()["offset_seconds"] == 90000
    try:
        assert whoami(served, token) == 401
        assert whoami(served, access_token(served)) == 200
    finally:
        moved = control(served, body=b'{"offset_seconds": 0}').json()
    assert moved["offset_seconds"] == 0
    assert whoami(served, token) == 200


@pytest.mark.parametrize("token", ["", "wrong", "wr\u00f6ng"])
def test_without_its_token_it_is_closed(served: Served, token: str):
    answer = control(served, token=token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"offset_seconds": "1"}',
        b'{"offset_seconds": true}',
        b'{"offset_seconds": null}',
        b'{"offset_seconds": 1, "advance_seconds": 1}',
        b'{"elsewhere": 1}',
        b'{"offset_seconds": NaN}',
        b'{"offset_seconds": 1e300}',
        json.dumps({"offset_seconds": LARGEST_OFFSET + 1}).encode(),
        b"\xff",
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(served: Served, body: bytes):
    assert control(served, body=body).status_code == 400
    assert control(served).json()["offset_seconds"] == 0


def test_it_lives_on_one_origin_and_one_path(served: Served):
    with served.http() as http:
        assert http.get(served["organization_url"] + "control/clock").status_code in (401, 404)
        assert http.get(served["authority"] + "/control/clock/").status_code == 404
        assert http.delete(served["authority"] + "/control/clock").status_code == 401


def test_without_the_flag_it_does_not_exist():
    with serving("--memory", "--port", "0") as plain, plain.http() as http:
        absent = http.get(plain["authority"] + "/control/clock")
        other = http.get(plain["authority"] + "/nothing/here")
        assert (absent.status_code, absent.headers.get("content-type")) == (
            other.status_code,
            other.headers.get("content-type"),
        )
        assert not (Path(plain["data_dir"]) / "control.token").exists()


def test_two_clocks_on_one_file_move_together(tmp_path: Path):
    folder = Folder(tmp_path)
    prepare(folder, wanted=True, first=True)
    one, other = clock_of(folder), clock_of(folder)
    assert isinstance(one, OffsetClock)
    before = other()
    one.offset = 5000.0
    assert other() - before >= 5000
    for wanted in (True, False):
        prepare(folder, wanted=wanted, first=False)
        assert other() - before >= 5000, "who joins does not put the clock back"
    prepare(folder, wanted=False, first=True)
    assert not isinstance(clock_of(folder), OffsetClock)
    with pytest.raises(EstateError, match="test-controls"):
        prepare(folder, wanted=True, first=False)


def test_a_second_server_joins_the_clock_and_the_last_takes_it_away(tmp_path: Path):
    controlled = ("--data", str(tmp_path), "--port", "0", "--test-controls")
    with serving(*controlled) as first, serving(*controlled) as second:
        assert control(first, body=b'{"advance_seconds": 90000}').status_code == 200
        with serving(*controlled) as third:
            assert control(third).json()["offset_seconds"] == 90000
            token = access_token(third)
            assert control(second, body=b'{"offset_seconds": 0}').status_code == 200
            assert whoami(third, token) == 401, "its time has not come"
        assert control(first).json()["offset_seconds"] == 0
        assert first.stop() == 0
        assert control(second).status_code == 200
        assert second.stop() == 0
    assert not (tmp_path / "control.token").exists()
    assert not (tmp_path / "clock").exists()
