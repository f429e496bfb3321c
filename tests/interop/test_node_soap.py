"""Unmodified soap, a package of Node, works with records from the description alone."""

from typing import Any
from uuid import UUID

import pytest

from support.node import Node
from support.served import Served

VISITS = [
    f"SOAP {version} {query}" for version in ("1.1", "1.2") for query in ("wsdl", "singleWsdl")
]


@pytest.fixture(scope="module")
def found(served: Served, node: Node) -> Any:
    """Return what was done and seen, by binding and description."""
    return node.run("soap", served.facts)


def held(pairs: Any) -> dict[str, Any]:
    """Return a collection of keys and values, as the library reads them."""
    return {pair["key"]: pair["value"] for pair in pairs["KeyValuePairOfstringanyType"]}


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.covers("wsdl: names clients know")
def test_it_knows_every_operation(found: Any, visit: str) -> None:
    assert sorted(found[visit]["operations"]) == [
        *("Associate", "Create", "Delete", "Disassociate"),
        *("Execute", "Retrieve", "RetrieveMultiple", "Update"),
    ]


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.covers("message: WhoAmI")
def test_it_asks_who_it_is(found: Any, visit: str) -> None:
    result = found[visit]["me"]["ExecuteResult"]
    assert result["attributes"]["i:type"].endswith(":WhoAmIResponse")
    assert result["ResponseName"] == "WhoAmI"
    ids = held(result["Results"])
    assert list(ids) == ["UserId", "BusinessUnitId", "OrganizationId"]
    assert all(UUID(each["$value"]) for each in ids.values())


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.covers("soap operation: Create", "soap operation: RetrieveMultiple")
def test_it_finds_what_it_made(found: Any, visit: str) -> None:
    seen = found[visit]
    key = seen["made"]["CreateResult"]
    collection = seen["rows"]["RetrieveMultipleResult"]
    record = collection["Entities"]["Entity"]
    record = record[0] if isinstance(record, list) else record  # as the description was read
    values = held(record["Attributes"])
    assert (record["Id"], record["LogicalName"]) == (key, "account")
    assert values["name"]["$value"] == seen["name"]
    assert int(values["statuscode"]["Value"]) == 1
    assert collection["EntityName"] == "account"
    assert int(collection["TotalRecordCount"]) == -1


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.covers("soap fault: OrganizationServiceFault")
def test_it_reads_a_fault(found: Any, visit: str) -> None:
    missing = found[visit]["missing"]
    assert missing["status"] == 500
    fault = missing["fault"]
    detail = fault["detail"] if "1.1" in visit else fault["Detail"]
    assert detail["OrganizationServiceFault"]["ErrorCode"] == "-2147220969"
