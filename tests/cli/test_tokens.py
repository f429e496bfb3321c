"""xrm token decode: a token as people read it, and what it refuses to read."""

import base64
import json

import pytest

from xrm.cli.claims import rows, standing
from xrm.cli.times import distance, moment

NOW = 1_800_000_000


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def compact(claims: object, header: object = None) -> str:
    return f"{part(header or {'alg': 'RS256', 'kid': 'k1'})}.{part(claims)}.c2lnbmF0dXJl"


CLAIMS = {
    "aud": "https://org.example.test/",
    "exp": NOW + 3600,
    "nbf": NOW - 300,
    "ver": "1.0",
    "aio": "[bold]not markup[/bold]",
    "roles": ["A", "B"],
}


def test_a_token_is_shown_with_its_times_in_words(xrm):
    ran = xrm("token", "decode", compact(CLAIMS))
    assert ran.status == 0
    assert "alg RS256, kid k1" in ran.out
    assert "2027-01-15 09:00:00 UTC" in ran.out
    assert "[bold]not markup[/bold]" in ran.out
    assert "A, B" in ran.out


def test_the_warning_that_nothing_was_verified_stands_on_standard_error(xrm):
    ran = xrm("token", "decode", compact(CLAIMS), "--json")
    assert "not verified" in ran.err
    assert ran.json() == {
        "header": {"alg": "RS256", "kid": "k1"},
        "claims": CLAIMS,
        "verified": False,
    }


def test_a_token_is_read_from_standard_input(xrm, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(f"Bearer {compact(CLAIMS)}\n"))
    assert xrm("token", "decode", "--json").json()["claims"] == CLAIMS


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "not a signed token"),
        ("abc", "not a signed token"),
        ("a.b.c.d.e", "encrypted"),
        ("!!.e30.sig", "header of the token is not JSON"),
        ("e30.eyJ.sig", "payload of the token is not JSON"),
        ("e30.W10.sig", "payload of the token is not a JSON object"),
        ("e30." + "A" * 70_000 + ".sig", "not a signed token"),
        ("e30.é.sig", "payload of the token is not JSON"),
    ],
)
def test_what_is_no_token_is_refused(xrm, token, reason):
    ran = xrm("token", "decode", "--", token)
    assert (ran.status, ran.out) == (1, "")
    assert reason in ran.err


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": NOW + 3600}, "Good until 2027-01-15 09:00:00 UTC (in 60 minutes)."),
        ({"exp": NOW}, "Expired: 2027-01-15 08:00:00 UTC (now)."),
        ({"exp": NOW - 7200}, "Expired: 2027-01-15 06:00:00 UTC (2 hours ago)."),
        ({"nbf": NOW + 60}, "Not good before 2027-01-15 08:01:00 UTC (in 1 minute)."),
        ({}, "It names no expiry."),
        ({"exp": "soon"}, "It names no expiry."),
    ],
)  # fmt: skip
def test_standing(claims, expected):
    assert standing(claims, lambda: NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (1, "in 1 second"),
        (-59, "59 seconds ago"),
        (60, "in 1 minute"),
        (3599, "in 60 minutes"),
        (5400, "in 90 minutes"),
        (7200, "in 2 hours"),
        (-86_400 * 3, "3 days ago"),
        (86_400 * 180, "in 6 months"),
        (86_400 * 800, "in 2 years"),
    ],
)
def test_distance(seconds, words):
    assert distance(seconds) == words


@pytest.mark.parametrize("when", [1e18, -1e18, float("nan"), float("inf")])
def test_a_time_that_is_no_date_is_shown_as_it_is(when):
    assert "no date" in moment(when, lambda: NOW)


def test_a_boolean_is_no_time():
    assert rows({"exp": True}, lambda: NOW) == [("exp", "true", "expires")]
