"""Unmodified dynamics-web-api fetches `$metadata`, and the reader of OASIS finds no fault in it."""

from typing import Any

import pytest

from support.node import Node
from support.served import Served


@pytest.fixture(scope="module")
def found(served: Served, node: Node) -> Any:
    """Return what was read of the description, with annotations and without."""
    return node.run("description", served.facts)


@pytest.mark.parametrize("form", ["plain", "annotated"])
def test_the_description_is_csdl(found: Any, form: str) -> None:
    read = found[form]
    assert read["messages"] == []
    assert read["container"] == "Microsoft.Dynamics.CRM.System"
    assert {"accounts", "systemusers", "EntityDefinitions"} <= set(read["sets"])
    assert read["lookup"] == {
        "$Kind": "NavigationProperty",
        "$Type": "mscrm.contact",
        "$Partner": "account_primary_contact",
        "$ReferentialConstraint": {"_primarycontactid_value": "contactid"},
    }
    assert read["whoAmI"] == "mscrm.WhoAmIResponse"
    assert read["retrieveEntity"] == [
        *("EntityFilters", "LogicalName", "MetadataId", "RetrieveAsIfPublished"),
    ]


def test_annotations_are_asked_for(found: Any) -> None:
    assert found["plain"]["computed"] == []
    assert sorted(found["annotated"]["computed"]) == [
        "@Org.OData.Core.V1.Computed",
        "@Org.OData.Core.V1.Permissions",
    ]
