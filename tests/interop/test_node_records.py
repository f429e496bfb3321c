"""Unmodified dynamics-web-api and dataverse-webapi work with records, each in a Node process."""

from typing import Any
from uuid import UUID

import pytest

from support.node import Node
from support.served import Served

FORMATTED = "OData.Community.Display.V1.FormattedValue"


@pytest.fixture(scope="module")
def found(served: Served, node: Node) -> Any:
    """Return what dynamics-web-api did and saw."""
    return node.run("dynamics-web-api", served.facts)


def test_dynamics_web_api_reads_what_it_wrote(found: Any) -> None:
    retrieved = found["retrieved"]
    assert retrieved["accountid"] == found["key"]
    assert retrieved["name"] == "Überfahrt & Søn"
    assert retrieved[f"statuscode@{FORMATTED}"] == "Active"
    assert found["represented"]["telephone1"] == "1"
    assert (found["single"], found["cleared"]) == ("3", None)
    assert found["left"] == 0


def test_dynamics_web_api_upserts_by_an_alternate_key(found: Any) -> None:
    first, second = found["upserted"]
    assert first["accountid"] == second["accountid"]
    assert (first["name"], second["name"]) == ("Second", "Again")
    assert found["byKey"] == "Again"


def test_dynamics_web_api_pages_and_counts(found: Any) -> None:
    assert found["firstPage"] == {"count": 2, "length": 1, "more": True}
    assert found["all"] == ["JS-1", "JS-2"]
    assert found["counted"] == 2


def test_dynamics_web_api_sets_and_clears_a_lookup(found: Any) -> None:
    assert found["associated"] == found["contact"]
    assert found["parted"] is None


def test_dynamics_web_api_calls_functions_and_reads_definitions(found: Any) -> None:
    assert UUID(found["user"])
    assert found["set"] == "accounts"
    assert found["states"] == [["statecode", [0, 1]]]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("outdated", 412, "0x80060882"), ("gone", 404, "0x80040217")],
)
def test_dynamics_web_api_tells_what_was_refused(
    found: Any, name: str, status: int, code: str
) -> None:
    refused = found[name]
    assert (refused["status"], refused["code"]) == (status, code)
    assert refused["message"]


def test_dynamics_web_api_does_not_make_twice_what_is_there(found: Any) -> None:
    assert found["existing"]["status"] == 412


# It asks port 443 whatever the URL says.
@pytest.mark.parametrize("served", ["port 443"], indirect=True)
def test_dataverse_webapi_writes_and_reads(served: Served, node: Node) -> None:
    found = node.run("dataverse-webapi", served.facts)
    assert (found["made"], found["changed"], found["cleared"]) == ("One", "2", None)
    assert found["read"]["telephone1"] == "3"
    assert found["read"][f"statuscode@{FORMATTED}"] == "Active"
    assert found["byKey"] == "One"
    assert found["firstPage"] == [["One"], True]
    assert found["names"] == ["One", "Two"]
    assert UUID(found["user"])
    assert found["left"] == 0
    assert found["gone"]["code"] == "0x80040217"
