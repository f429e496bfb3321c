"""Query options of the Web API: what a selection brings, what is refused of lists and records."""

import re
from urllib.parse import quote

import pytest

URI = (400, "0x80060888")


@pytest.mark.covers("option: $select", "option: $select brings key, currency and composite")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("$select=subject", {"subject", "leadid"}),
        ("$select=subject,subject, lastname ", {"subject", "lastname", "leadid"}),
        ("$select=revenue", {"revenue", "leadid", "_transactioncurrencyid_value"}),
        ("$select=address1_city", {"address1_city", "leadid", "address1_composite"}),
        ("$select=_ownerid_value", {"_ownerid_value", "leadid"}),
        ("$select=leadid", {"leadid"}),
        ("$select=subject&$orderby=revenue", {"subject", "leadid"}),
        ("%24select=subject", {"subject", "leadid"}),
        ("$select=subject&x=1&x=2&tag=a&&", {"subject", "leadid"}),
    ],
)
def test_a_selection_and_what_comes_with_it(client, query, shown):
    paths = ["leads"]
    if "orderby" not in query:
        paths.append(f"leads({client.rows('leads', top=1)[0]['leadid']})")
    for path in paths:
        document = client.send("GET", path, query).document
        row = document["value"][0] if "value" in document else document
        assert {name for name in row if not name.startswith("@")} == shown
        assert re.fullmatch(r'W/"\d+"', row["@odata.etag"])


@pytest.mark.covers("option: $levels refused", "option: 32 KB of URL")
@pytest.mark.parametrize(
    "query",
    [
        *("$select=nosuch", "$select=Subject", "$select=$"),
        *("$select=_subject_value", "$select=owninguser/fullname", "$select=isautocreate"),
        *("$skip=1", "$search=x", "$format=json", "$compute=x", "$levels=1", "$nosuch=1", "$"),
        *("$expand=owninguser", "$apply=aggregate($count as n)", "$count=yes", "$Select=subject"),
        *(
            "$top=-1",
            "$top=x",
            "$top=",
            "$top=1.5",
            "$top=%C2%B2",
            "$top=1&$top=1",
            "$top=" + "9" * 99,
        ),
        *("$orderby=nosuch", "$orderby=subject up", "$orderby=subject,subject", "$orderby=,"),
        *("$orderby=subject asc desc", "$orderby=ownerid", "$filter=x", "$filter=%ff", "%ff=1"),
        *("$filter=subject eq 'x'&$filter=subject eq 'x'", "&".join(f"a{n}=1" for n in range(60))),
        "$filter=" + "x" * 33_000,
        "$filter=" + "(" * 10_000,
        "$filter=" + "not " * 5_000,
        "$filter='" + "'" * 20_000,
    ],
)
def test_queries_that_are_refused(client, query):
    assert client.send("GET", "leads", query).error == URI


@pytest.mark.parametrize(
    "option",
    ["$filter=subject eq 'x'", "$orderby=subject", "$top=1", "$count=true", "$skiptoken=x"],
)
def test_what_only_lists_have_is_refused_of_one_record(client, option):
    key = client.rows("leads", top=1)[0]["leadid"]
    assert client.send("GET", f"leads({key})", quote(option, safe="$=")).error == URI
    assert client.send("GET", f"leads({key})", "$select=subject").status == 200
