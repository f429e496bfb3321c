"""What can be asked about lists of Microsoft Graph: filter, search, order, count, pages."""

from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest

from support.directory import Graph, permitted
from xrm.sts import manifest
from xrm.sts import registration as r
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION
from xrm.sts.store import Store

EVENTUAL = (("consistencylevel", "eventual"),)
MAY = ("Application.ReadWrite.All", "Directory.Read.All")


@pytest.fixture(scope="module")
def shared(world):
    return Graph(world, permitted(world, *MAY))


@pytest.fixture(scope="module")
def many(shared):
    for number in range(7):
        shared.register(
            f"Many {number}", tags=[f"t{number}"], identifierUris=[f"api://many{number}"]
        )
    return shared


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("$filter=displayName eq 'many 3'", [3]),
        ("$filter=startsWith(displayName,'Many')", range(7)),
        ("$filter=startswith(displayName,'Many') and not(displayName eq 'Many 1')", None),
        ("$filter=displayName in ('Many 1','Many 2')", [1, 2]),
        ("$filter=identifierUris/any(u:u eq 'api://many5')", [5]),
        ("$filter=tags/any(t:startsWith(t,'t6'))", [6]),
        ("$filter=tags/any(t:t eq 'none')", []),
        ("$filter=startsWith(displayName,'many') and createdDateTime ge 2030-01-01T00:00:00Z", []),
        ("$filter=displayName ne 'Many 1'", None),
        ("$filter=endsWith(displayName,'3')", None),
        ("$filter=contains(displayName,'3')", None),
        ("$filter=displayName eq notes", None),
        ("$filter=nonsense eq 1", None),
        ("$filter=web eq 1", None),
        ("$filter=displayName eq 3", None),
        ("$filter=displayName eq", None),
        ("$filter=startsWith(displayName,'Many')&$orderby=displayName", None),
        ("$top=0", None),
        ("$top=1000", None),
        ("$top=x", None),
        ("$skip=1", None),
        ("$expand=owners", None),
        ("$search=%22displayName:many%22", None),
        ("$select=nonsense", None),
        ("$skiptoken=x", None),
        ("$skiptoken=WzEsMl0", None),
        ("$count=maybe", None),
        ("$filter=a&$filter=b", None),
        ("$nonsense=1", None),
        ("a=%ff", None),
    ],
)
def test_what_can_be_asked_about_a_list(many, query, numbers):
    if numbers is None:
        status, document = many.ask("GET", "applications", query=query)
        assert status == 400, document
        assert document["error"]["code"] in (
            *("BadRequest", "Request_BadRequest", "Request_UnsupportedQuery"),
            "Directory_ExpiredPageToken",
        )
        return
    found = many.good("GET", "applications", query=query)["value"]
    assert sorted(one["displayName"] for one in found) == [f"Many {n}" for n in numbers]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("$filter=startsWith(displayName,'Many') and displayName ne 'Many 1'", [0, 2, 3, 4, 5, 6]),
        ("$filter=endsWith(displayName,'3')", [3]),
        ("$filter=tags/any(t:t eq 't1') or identifierUris/any(u:u eq 'api://many2')", [1, 2]),
        ("$filter=startsWith(displayName,'Many') and not(tags/any(t:t eq 't1'))",
         [0, 2, 3, 4, 5, 6]),
        ("$search=%22displayName:many%22", range(7)),
    ],
)  # fmt: skip
def test_what_can_be_asked_with_eventual_consistency(many, query, numbers):
    query += "&$count=true"
    document = many.good("GET", "applications", query=query, headers=EVENTUAL)
    assert sorted(one["displayName"] for one in document["value"]) == [f"Many {n}" for n in numbers]
    assert document["@odata.count"] == len(numbers)


@pytest.mark.parametrize("order", ["", "&$orderby=displayName", "&$orderby=displayName desc"])
def test_pages_follow_one_another(many, order):
    query = (
        f"$top=2&$select=displayName,id&$count=true&$filter=startsWith(displayName,'Many'){order}"
    )
    found, pages = [], 0
    while query:
        document = many.good("GET", "applications", query=query, headers=EVENTUAL)
        assert document["@odata.context"].endswith("#applications(displayName,id)")
        assert document["@odata.count"] == 7
        found += [one["displayName"] for one in document["value"]]
        link = document.get("@odata.nextLink")
        assert link is None or link.startswith("https://localhost:8443/graph/v1.0/applications?")
        query = urlsplit(link).query if link else ""
        pages += 1
    assert pages == 4
    assert sorted(found) == [f"Many {n}" for n in range(7)]
    if order:
        assert found == sorted(found, reverse="desc" in unquote(order))


def test_counting(many):
    assert many.refused("GET", "applications/$count") == (400, "Request_BadRequest")
    query = "$filter=startsWith(displayName,'Many')"
    answer = many.send("GET", "applications/$count", query=query, headers=EVENTUAL)
    assert (answer.header("content-type"), answer.body) == ("text/plain", b"7")
    principals = many.send("GET", "servicePrincipals/$count", headers=EVENTUAL)
    assert int(principals.body) >= 4
    assert many.good("GET", f"servicePrincipals(appId='{GRAPH_APPLICATION}')")["displayName"] == (
        "Microsoft Graph"
    )


@pytest.mark.parametrize("collection", ["applications", "servicePrincipals"])
def test_one_named_by_the_filter_is_looked_up(fresh, collection, monkeypatch):
    graph = Graph(fresh, permitted(fresh, *MAY))
    made = graph.register("Wanted")
    present = graph.good("POST", "servicePrincipals", {"appId": made["appId"]})
    object_id = made["id"] if collection == "applications" else present["id"]
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    theirs = r.create_application(fresh.service, other, name="Theirs")
    principal = r.find_principal(fresh.service, other, theirs.application_id)
    read = []
    find = Store.find

    def counted(self, tx, kind, **by):
        found = find(self, tx, kind, **by)
        read.append((kind.table, len(found)))
        return found

    monkeypatch.setattr(Store, "find", counted)
    app_id = made["appId"]
    for condition, names in (
        (f"appId eq '{app_id}'", ["Wanted"]),
        (f"appId eq '{app_id.upper()}'", ["Wanted"]),
        (f"id eq '{object_id}'", ["Wanted"]),
        (f"appId eq '{app_id}' and displayName eq 'wanted'", ["Wanted"]),
        (f"appId eq '{app_id}' and displayName eq 'other'", []),
        (f"appId eq '{uuid4()}'", []),
        ("appId eq 'nonsense'", []),
        (f"appId eq '{theirs.application_id}'", []),
        (f"id eq '{theirs.object_id}'", []),
        (f"id eq '{principal.object_id}'", []),
    ):
        read.clear()
        found = graph.good("GET", collection, query=f"$filter={condition}")["value"]
        assert [one["displayName"] for one in found] == names, condition
        table = {"applications": "application", "servicePrincipals": "service_principal"}
        assert all(count <= 1 for name, count in read if name == table[collection])
    for name in (app_id, "https://graph.microsoft.com", "https://nowhere.example/"):
        read.clear()
        query = f"$filter=servicePrincipalNames/any(n:n eq '{name}')"
        found = graph.good("GET", "servicePrincipals", query=query)["value"]
        assert len(found) == (name != "https://nowhere.example/")
        assert all(name in one["servicePrincipalNames"] for one in found)
        assert "service_principal" not in [table for table, _ in read]
    either = f"appId eq '{app_id}' or appId eq '{CRM_APPLICATION}'"
    found = graph.good("GET", "servicePrincipals", query=f"$filter={either}")["value"]
    assert len(found) == 2


def test_a_page_makes_no_more_than_it_shows(fresh, monkeypatch):
    graph = Graph(fresh, permitted(fresh, *MAY))
    for number in range(8):
        r.create_application(fresh.service, fresh.tenant, name=f"App {number}")
    written = []
    write = manifest.write
    monkeypatch.setattr(manifest, "write", lambda *a, **k: written.append(a) or write(*a, **k))
    for query in ("$top=2", "$top=2&$orderby=displayName", "$filter=displayName eq 'App 3'"):
        written.clear()
        found = graph.good("GET", "applications", query=query)["value"]
        assert len(written) == len(found) <= 2
    assert {"tags", "web", "keyCredentials"} <= found[0].keys()
