"""Unmodified npm packages at AD FS without a browser: adal-node, wstrust-client."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from saml2 import saml as saml2

from support.farm_pages import check_salesperson
from support.node import Node
from support.ports import PORT_443, serving_at
from support.served import Served
from xrm.wire import xmldsig
from xrm.wire.wsfed.metadata_reading import read

PARTY = "urn:a-party-in-clear"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a server at port 443: wstrust-client knows no other."""
    with serving_at(PORT_443, "--deployment", "ifd") as server:
        yield server


@pytest.fixture(scope="module")
def told(served: Served, node: Node) -> dict[str, Any]:
    redirect = ("--redirect-uri", "http://localhost:8400")
    client = served.run("adfs", "client", "add", "Desk", *redirect)
    served.run("adfs", "party", "add", "In clear", "--identifier", PARTY)
    own = {"adfs_client_id": client["client_id"], "party": PARTY}
    found: dict[str, Any] = node.run("adfs", served.facts | own)
    return found


def test_wstrust_client_finds_the_token_in_the_answer(served: Served, told: dict[str, Any]) -> None:
    token = etree.fromstring(told["wstrust-client"]["token"])
    with served.http() as http:
        address = f"{served['authority']}/FederationMetadata/2007-06/FederationMetadata.xml"
        role = read(http.get(address).content).token_service
    assert role is not None
    verified = xmldsig.verify_enveloped(token, certificates=role.signing)
    assertion = saml2.assertion_from_string(etree.tostring(verified))
    assert assertion.conditions.audience_restriction[0].audience[0].text == PARTY
    values = [
        value.text
        for attribute in assertion.attribute_statement[0].attribute
        for value in attribute.attribute_value
    ]
    assert served["username"] in values


def test_adal_node_signs_in_by_password(served: Served, told: dict[str, Any]) -> None:
    check_salesperson(served, told["adal-node"]["token"])


def test_adal_node_says_that_a_password_is_wrong(told: dict[str, Any]) -> None:
    refused = told["adal-node, wrong password"]["refused"]
    assert '"error":"invalid_grant","error_description":"MSIS9659' in refused["message"]
