"""Unmodified msal-node, adal-node, @azure/identity and Graph's client, each in a Node process."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from support import certificates
from support.node import Node
from support.served import Served

# What the demonstration's Salespeople in Contoso Europe may read (see test_python_clients).
SALESPERSON_LEADS = 28

MSAL, AZURE, ADAL = "msal-node", "azure-identity", "adal-node"
SECRET, CERTIFICATE = "1", "2"  # the claim appidacr
BARE, SLASH = "", "/"

# Header members of an assertion besides alg and typ.
SIGNED = {
    "x5t": ("RS256", {"x5t"}),
    "x5t x5c": ("RS256", {"x5t", "x5c"}),
    "x5t#S256": ("PS256", {"x5t#S256"}),
    "x5t#S256 x5c": ("PS256", {"x5t#S256", "x5c"}),
}

Told = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def told(served: Served, node: Node, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return what a script tells of this server; each script runs once."""
    stranger = tmp_path_factory.mktemp("stranger") / "stranger.pem"
    stranger.write_bytes(certificates.make("stranger").pem())
    facts = {**served.facts, "stranger_path": str(stranger)}
    return functools.cache(lambda script: node.run(script, facts))


@pytest.mark.parametrize(
    ("library", "name", "slash"),
    [
        (MSAL, "secret", BARE),
        (MSAL, "secret, slash", SLASH),
        (MSAL, "secret, OIDC", BARE),
        (AZURE, "secret", BARE),
        (AZURE, "secret, slash", SLASH),
        (ADAL, "secret", BARE),
        (ADAL, "secret, slash", SLASH),
    ],
)
def test_by_secret_it_reads_leads(served: Served, told: Told, library, name, slash) -> None:
    assert told(library)[name] == {
        "aud": served["organization_url"].rstrip("/") + slash,
        "appidacr": SECRET,
        "leads": SALESPERSON_LEADS,
        "assertions": [],
    }


@pytest.mark.parametrize(
    ("library", "name", "form"),
    [
        (MSAL, "certificate, SHA-1", "x5t"),
        (MSAL, "certificate, SHA-1, chain", "x5t x5c"),
        (MSAL, "certificate, SHA-256", "x5t#S256"),
        (MSAL, "certificate, SHA-256, chain", "x5t#S256 x5c"),
        (AZURE, "certificate", "x5t#S256"),
        (AZURE, "certificate, chain", "x5t#S256 x5c"),
        (ADAL, "certificate", "x5t"),
    ],
)
def test_by_certificate_it_reads_leads(told: Told, library, name, form) -> None:
    found = told(library)[name]
    assert (found["appidacr"], found["leads"]) == (CERTIFICATE, SALESPERSON_LEADS), found
    (assertion,) = found["assertions"]
    assert (assertion["alg"], set(assertion["members"]) - {"alg", "typ"}) == SIGNED[form]


def test_msal_sends_one_assertion_for_two_resources(told: Told) -> None:
    found = told(MSAL)["certificate, two resources"]
    first, second = found["assertions"]
    assert first == second
    assert found["leads"] == SALESPERSON_LEADS


REFUSALS = [
    ("wrong secret", "invalid_client", 7000215, 401),
    ("unregistered certificate", "invalid_client", 700027, 401),
    ("second tenant", "unauthorized_client", 700016, 400),
]


@pytest.mark.parametrize(("name", "error", "number", "status"), REFUSALS)
def test_msal_says_what_is_wrong(told: Told, name, error, number, status) -> None:
    refused = told(MSAL)[name]["refused"]
    assert refused["name"] == "ServerError"
    assert (refused["errorCode"], refused["errorNo"], refused["status"]) == (error, number, status)
    assert f"AADSTS{number}: " in refused["message"]


@pytest.mark.parametrize(("name", "error", "number", "status"), REFUSALS)
def test_azure_identity_says_what_is_wrong(told: Told, name, error, number, status) -> None:
    refused = told(AZURE)[name]["refused"]
    assert refused["name"] == "AuthenticationRequiredError"
    assert refused["message"].startswith(f"{error}: Error(s): {number} - ")
    assert f"AADSTS{number}: " in refused["message"]


@pytest.mark.parametrize(("name", "error", "number", "status"), REFUSALS)
def test_adal_says_what_is_wrong(told: Told, name, error, number, status) -> None:
    message = told(ADAL)[name]["refused"]["message"]
    assert message.startswith(f"Get Token request returned http error: {status} and server")
    assert f'"error":"{error}"' in message
    assert f'"error_codes":[{number}]' in message


@pytest.fixture(scope="module")
def graph(told: Told) -> dict[str, Any]:
    return told("graph")


def test_graph_registers_an_application(served: Served, graph) -> None:
    made, principal = graph["made"], graph["principal"]
    assert made["displayName"] == principal["displayName"] == "Made through Graph"
    assert made["signInAudience"] == "AzureADMyOrg"
    assert made["publisherDomain"] == served["tenant_domain"]
    assert principal["appId"] == made["appId"]
    assert principal["appOwnerOrganizationId"] == served["tenant_id"]


def test_graph_shows_a_secret_once(graph) -> None:
    (found,) = graph["filtered"]["value"]
    (password,) = found["passwordCredentials"]
    assert found["id"] == graph["made"]["id"]
    assert (password["displayName"], password["secretText"]) == ("first", None)
    assert password["hint"] == graph["hint"] == graph["secretStart"]


def test_an_application_made_through_graph_signs_in_while_it_has_a_principal(graph) -> None:
    assert "AADSTS7000229: " in graph["beforePrincipal"]["message"]
    assert graph["withPrincipal"] is None
    assert "AADSTS700016: " in graph["signInAfterDeletion"]["message"]


def test_graph_is_paged_as_its_client_expects(graph) -> None:
    whole, pages = graph["whole"], graph["pages"]
    assert (whole["firstPage"], pages["firstPage"]) == (len(whole["names"]), 2)
    assert sorted(pages["names"]) == sorted(whole["names"])
    # The demonstration's own five, and the one just made.
    assert len(pages["names"]) >= 6
    assert {"Made through Graph", "Contoso Lead Service"} < set(pages["names"])


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("withoutPermission", 403, "Authorization_RequestDenied"),
        ("afterDeletion", 404, "Request_ResourceNotFound"),
    ],
)
def test_graph_refuses_in_the_form_its_client_reads(graph, name, status, code) -> None:
    refused = graph[name]
    assert (refused["statusCode"], refused["code"]) == (status, code)
    assert refused["requestId"]
    assert refused["message"]
