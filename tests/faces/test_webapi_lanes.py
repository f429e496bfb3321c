"""Where requests of the Web API run, and what bounds them there."""

import pytest

from support.estate import ROOT
from xrm.db import StepBudgetExceeded, budget
from xrm.org.faces.webapi import mount
from xrm.wire.http import Request

EXPENSIVE = {"orderby": "subject desc,description"}


def test_reads_run_inline_and_writes_in_turn(client):
    web_api = mount(client.estate.organization)
    for method in ("GET", "HEAD", "OPTIONS"):
        route = web_api.route(Request(method, ROOT + "leads"))
        assert (route.lane, route.limit) == ("inline", 0)
    for method in ("POST", "PATCH", "DELETE", "PUT", "BREW"):
        route = web_api.route(Request(method, ROOT + "leads"))
        assert route.lane == "turn"
        assert route.limit >= 1024 * 1024


def test_an_expensive_list_leaves_the_event_loop(client):
    with budget.limited(10**9):
        assert client.get("leads", **EXPENSIVE).status == 200
    with budget.limited(1000), pytest.raises(StepBudgetExceeded):
        client.get("leads", **EXPENSIVE)
    assert client.get("leads", **EXPENSIVE).status == 200


def test_a_point_read_stays_within_the_budget(client):
    key = client.rows("leads", top=1)[0]["leadid"]
    with budget.limited(20_000):
        assert client.get(f"leads({key})").status == 200
        assert client.get("WhoAmI").status == 200


def test_the_budget_holds_for_its_own_thread_and_time_only(client):
    with budget.limited(1000):
        with pytest.raises(StepBudgetExceeded):
            client.get("leads", **EXPENSIVE)
        with budget.limited(10**9):
            assert client.get("leads", **EXPENSIVE).status == 200
        with pytest.raises(StepBudgetExceeded):
            client.get("leads", **EXPENSIVE)


def test_time_that_is_over_is_the_sql_timeout(client):
    with budget.timed(0.0):
        assert client.get("leads", **EXPENSIVE).error == (500, "0x80044151")
    with budget.timed(60.0):
        assert client.get("leads", **EXPENSIVE).status == 200
