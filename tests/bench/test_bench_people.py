"""What the benchmark's people ask is answered by a real server as the benchmark has it."""

import json
from pathlib import Path

import pytest
from bench.exchange import Exchange
from bench.load import Pressure
from bench.machine import Cores
from bench.people import SignIn
from bench.servers import people as persons

from bench import exchange, people

MANY = 30


def test_people_sign_in_refresh_and_come_back(tmp_path: Path) -> None:
    cores = Cores(None, None)
    with persons.serve(cores, tmp_path) as server:
        assert set(server.exchanges) == set(people.KINDS)
        for asked in server.exchanges.values():
            if isinstance(asked, SignIn):
                people.check(asked)
            else:
                exchange.ask(asked)
        unhashed = server.exchanges[people.UNHASHED]
        assert isinstance(unhashed, SignIn)
        # Enough of them for the clock: processor time is counted in hundredths of a second.
        burst = people.burst(unhashed, server.group, Pressure(0, MANY), cores)
        assert burst.done == MANY
        assert burst.cpu_seconds > 0
        hashed = server.exchanges[people.SIGN_IN]
        assert isinstance(hashed, SignIn)
        # The password is looked at: with another one the pages do not end.
        wrong = SignIn(
            **{name: getattr(hashed, name) for name in SignIn.__slots__}
            | {"typed": {**unhashed.typed, "password": "wrong"}}
        )
        with pytest.raises(AssertionError, match="the pages do not end"):
            people.check(wrong)


@pytest.mark.parametrize("lacking", ["access_token", "id_token", "refresh_token"])
def test_a_sign_in_without_all_tokens_is_refused(lacking: str) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"  # {"alg":"RS256"}.{}.sig
    tokens = dict.fromkeys(("access_token", "id_token", "refresh_token"), token)
    people.check_tokens("/token", {**tokens, "expires_in": 1})
    with pytest.raises((AssertionError, json.JSONDecodeError)):
        people.check_tokens("/token", {**tokens, "expires_in": 1, lacking: ""})


@pytest.mark.parametrize("end", ["?error=login_required&state=a", "?code=", ""])
def test_an_answer_without_a_code_is_refused(end: str) -> None:
    people.check_code("/authorize", "https://desk.example/?code=a")
    with pytest.raises(AssertionError):
        people.check_code("/authorize", f"https://desk.example/{end}")


def test_a_refresh_and_a_silent_request_are_sent_over_and_over() -> None:
    asked = SignIn("https://sts.example", Path("ca.pem"), "/a", "/t", "desk", "https://d", {}, {})
    silent, refresh = asked.silently("one=1"), asked.refreshes("token")
    assert isinstance(silent, Exchange)
    assert (silent.status, silent.headers) == (302, {"Cookie": "one=1"})
    assert silent.paths[0].endswith("code_challenge_method=S256&prompt=none")
    assert refresh.bodies == ("client_id=desk&grant_type=refresh_token&refresh_token=token",)
