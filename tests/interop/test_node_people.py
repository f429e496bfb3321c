"""Unmodified msal-node, adal-node and @azure/identity sign a person in, with Chromium at the pages.

Each script is a Node process that asks for a person where it needs one.
"""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from support.browser import Browser
from support.middle_tier import MiddleTier, middle_tier
from support.node import Node
from support.people_walking import Walker
from support.salesperson import check_salesperson
from support.served import Served

MSAL, AZURE, ADAL = "msal-node-person", "azure-identity-person", "adal-node-person"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

Told = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def middle(served: Served) -> MiddleTier:
    return middle_tier(served)


@pytest.fixture(scope="module")
def told(served: Served, node: Node, chromium: Browser, middle: MiddleTier) -> Told:
    """Return what a script tells of this server; each script runs once."""
    facts = {
        **served.facts,
        "middle_client_id": middle.client_id,
        "middle_client_secret": middle.secret,
        "middle_scope": middle.scope,
    }

    def errand(page: str, code: str) -> None:
        proof = {name: served[name] for name in ("username", "password")}
        Walker(served, chromium, **proof).go(page, code=code)
        chromium.close_pages()

    return functools.cache(lambda script: node.converse(script, facts, errand))


@pytest.mark.parametrize(
    ("library", "name", "client"),
    [
        (MSAL, "code and PKCE", "public"),
        (MSAL, "device code", "public"),
        (MSAL, "password", "public"),
        (MSAL, "refresh", "public"),
        (MSAL, "on behalf of", "middle"),
        (AZURE, "browser", "public"),
        (AZURE, "device code", "public"),
        (AZURE, "device code, the library's own client", "azure"),
        (AZURE, "code", "public"),
        (AZURE, "password", "public"),
        (AZURE, "on behalf of", "middle"),
        (ADAL, "code", "public"),
        (ADAL, "device code", "public"),
        (ADAL, "password", "public"),
        (ADAL, "refresh", "public"),
    ],
)
def test_a_person_reads_leads(served, told, middle, library, name, client) -> None:
    ids = {"middle": middle.client_id, "azure": AZURE_CLI}
    found = told(library)[name]
    assert "token" in found, found
    check_salesperson(served, found["token"], client_id=ids.get(client, ""))


def test_msal_says_that_a_password_is_wrong(told: Told) -> None:
    refused = told(MSAL)["wrong password"]["refused"]
    assert (refused["errorCode"], refused["errorNo"]) == ("invalid_grant", 50126)
