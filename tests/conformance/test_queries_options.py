"""Counts, parameter aliases and the other options of a list, refused ones among them."""

from urllib.parse import quote

import pytest

from support.estate import encode
from support.marked import given
from xrm.org.faces.webapi import reading
from xrm.org.query import compile as compiling

URI = (400, "0x80060888")
PAGE = (("prefer", "odata.maxpagesize=2"),)


@pytest.fixture(scope="module")
def mark(client):
    """Five contacts: a1 to a3 and b1, b2, numbered by children."""
    records = [
        {"jobtitle": name, "numberofchildren": number, "annualincome": number * 1.5}
        for number, name in enumerate(("a1", "a2", "a3", "b1", "b2"), 1)
    ]
    return given(client, records)


def marked(mark, text=""):
    return f"employeeid eq '{mark}'" + (f" and ({text})" if text else "")


@pytest.mark.covers("option: $count")
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 5),
        ("startswith(jobtitle,'a')", 3),
        ("jobtitle eq 'x'", 0),
        ("createdby/fullname ne null", 5),
    ],
)
def test_the_count_ignores_the_page(client, mark, text, count):
    options = {"filter": marked(mark, text), "count": "true", "select": "jobtitle"}
    for headers in ((), PAGE):
        answer = client.get("contacts", headers=headers, **options)
        assert answer.document["@odata.count"] == count
        assert len(answer.rows) == (min(count, 2) if headers else count)
    if count > 2:
        assert client.follow(answer.next_link).document["@odata.count"] == count
    assert client.get("contacts", **options, top=1).document["@odata.count"] == count
    assert "@odata.count" not in client.get("contacts", **options | {"count": "false"}).document


def test_the_count_is_told_on_an_empty_page_too(client, mark):
    options = {"filter": marked(mark), "count": "true", "orderby": "numberofchildren"}
    first = client.get("contacts", headers=(("prefer", "odata.maxpagesize=4"),), **options)
    late = client.get("contacts", filter=marked(mark, "jobtitle eq 'b2'"), select="contactid")
    key = late.rows[0]["contactid"]
    moved = client.patch(f"contacts({key})", {"numberofchildren": 0})
    assert moved.status == 204
    last = client.follow(first.next_link)
    assert (last.rows, last.document["@odata.count"]) == ([], 5)
    assert client.patch(f"contacts({key})", {"numberofchildren": 5}).status == 204


def test_the_count_is_of_what_the_caller_may_read(estate, client, mark):
    other = estate.user("Basic User", name="Counting")
    answer = other.get("contacts", filter=marked(mark), count="true")
    assert (answer.rows, answer.document["@odata.count"]) == ([], 0)
    assert other.get("contacts/$count", filter=marked(mark)).body.decode("utf-8-sig") == "0"


@pytest.mark.parametrize(
    ("text", "count"), [("", "5"), ("jobtitle lt 'b'", "3"), ("jobtitle eq 'x'", "0")]
)
def test_a_count_alone(client, mark, text, count):
    answer = client.get("contacts/$count", filter=marked(mark, text))
    assert answer.status == 200
    assert answer.body.decode("utf-8-sig") == count


@pytest.mark.covers(
    "annotation: totalrecordcount",
    "annotation: totalrecordcountlimitexceeded",
    "annotation: globalmetadataversion",
)
@pytest.mark.parametrize(("most", "count", "beyond"), [(3, 3, True), (5, 5, False)])
def test_rows_are_counted_so_far_and_no_further(client, mark, monkeypatch, most, count, beyond):
    monkeypatch.setattr(compiling, "MOST_COUNTED", most)
    monkeypatch.setattr(reading, "MOST_COUNTED", most)
    # Another selection is another statement: none is kept of it yet.
    query = {"filter": marked(mark), "count": "true", "select": f"jobtitle,address{most - 2}_city"}
    annotated = (("prefer", 'odata.include-annotations="Microsoft.Dynamics.CRM.*"'),)
    document = client.get("contacts", headers=annotated, **query).document
    assert document["@odata.count"] == count
    assert document["@Microsoft.Dynamics.CRM.totalrecordcount"] == count
    assert document["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is beyond
    assert document["@Microsoft.Dynamics.CRM.globalmetadataversion"].isdecimal()


@pytest.mark.covers("option: parameter aliases")
@pytest.mark.parametrize(
    ("options", "aliases", "found"),
    [
        ({"filter": "jobtitle eq @p1"}, {"@p1": "'A2'"}, ["a2"]),
        ({"filter": "@p1 eq jobtitle"}, {"@p1": "'A2'"}, ["a2"]),
        ({"filter": "@p1 eq @p2"}, {"@p1": "jobtitle", "@p2": "'a2'"}, ["a2"]),
        ({"filter": "contains(@c,@t)"}, {"@c": "jobtitle", "@t": "'b'"}, ["b1", "b2"]),
        ({"filter": "numberofchildren gt @n"}, {"@n": "3"}, ["b1", "b2"]),
        ({"filter": "annualincome eq @n"}, {"@n": "4.5"}, ["a3"]),
        ({"filter": "createdon gt @d"}, {"@d": "1999-01-01T00:00:00Z"}, 5),
        ({"filter": "createdon gt @d"}, {"@d": "1999-01-01"}, 5),
        ({"filter": "contactid eq @g"}, {"@g": "00000000-0000-0000-0000-000000000001"}, []),
        ({"filter": "jobtitle eq @unset"}, {}, []),
        ({"filter": "jobtitle ne @unset"}, {}, 5),
        ({"filter": "jobtitle ne @p"}, {"@p": "null"}, 5),
        ({"filter": "jobtitle eq @p"}, {"@p": "'it''s'"}, []),
        ({"filter": "@p eq 'x'"}, {"@p": "createdby/fullname"}, []),
        ({"filter": "numberofchildren le @p and numberofchildren ge @p"}, {"@p": "2"}, ["a2"]),
        ({"filter": "jobtitle eq @P"}, {"@p": "'a2'"}, []),
        ({"orderby": "@p desc"}, {"@p": "numberofchildren"}, ["b2", "b1", "a3", "a2", "a1"]),
        ({"orderby": "@p,@q"}, {"@p": "lastname", "@q": "jobtitle"},
         ["a1", "a2", "a3", "b1", "b2"]),
    ],
)  # fmt: skip
def test_aliases_stand_for_literals_and_properties(client, mark, options, aliases, found):
    text = options.get("filter")
    query = encode({"select": "jobtitle"} | options | {"filter": marked(mark, text or "")})
    query += "".join(f"&{name}={quote(value)}" for name, value in aliases.items())
    rows = [row["jobtitle"] for row in client.send("GET", "contacts", query).rows]
    if isinstance(found, int):
        assert len(rows) == found
    else:
        assert (rows if "orderby" in options else sorted(rows)) == found


ONCE = "was specified more than once, but it must be specified at most once."
REFUSED = [
    ("$skip=0", "Skip Clause is not supported in CRM"),
    ("$skip=5", "Skip Clause is not supported in CRM"),
    ("$search=x", "The query parameter $search is not supported."),
    ("$format=json", "The query parameter $format is not supported."),
    ("$compute=x", "The query parameter $compute is not supported."),
    ("$Filter=jobtitle eq 'a'", "The query parameter $Filter is not supported."),
    ("$TOP=1", "The query parameter $TOP is not supported."),
    ("$top=0", "Invalid value for $top query option."),
    ("$top=-2", "Invalid value '-2' for $top query option found. The $top query option requires "
     "a non-negative integer value."),
    ("$top=1.5", "Invalid value '1.5' for $top query option found. The $top query option "
     "requires a non-negative integer value."),
    ("$top=", "The value for OData query '$top' cannot be empty."),
    ("$filter=", "The value for OData query '$filter' cannot be empty."),
    ("$orderby=", "The value for OData query '$orderby' cannot be empty."),
    ("$count=yes", "Invalid value 'yes' for $count query option found. Valid values are 'true' "
     "and 'false'."),
    ("$filter=jobtitle eq 'a'&$filter=jobtitle eq 'a'", f"Query option '$filter' {ONCE}"),
    ("@p=1&@p=2", f"Query option '@p' {ONCE}"),
    ("$select=Jobtitle", "Could not find a property named 'Jobtitle' on type "
     "'Microsoft.Dynamics.CRM.contact'."),
    ("$select=ownerid_value", "Could not find a property named 'ownerid_value' on type "
     "'Microsoft.Dynamics.CRM.contact'."),
    ("$filter=lastname eq 'O'Bryan'", "There is an unterminated literal at position 21 in "
     "'lastname eq 'O'Bryan''."),
    ("$filter=xxx(jobtitle)", "An unknown function with name 'xxx' was found. This may also be a "
     "function import or a key lookup on a navigation property, which is not allowed."),
    ("$filter=numberofchildren eq '1'", "A binary operator with incompatible types was detected. "
     "Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'."),
    ("$filter=gendercode ne 'Male'", "A binary operator with incompatible types was detected. "
     "Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'NotEqual'."),
    ("$filter=jobtitle lt 1", "A binary operator with incompatible types was detected. Found "
     "operand types 'Edm.String' and 'Edm.Int32' for operator kind 'LessThan'."),
    ("$filter=createdon ge true", "A binary operator with incompatible types was detected. Found "
     "operand types 'Edm.DateTimeOffset' and 'Edm.Boolean' for operator kind "
     "'GreaterThanOrEqual'."),
    ("$filter=contactid eq 'x'", "A binary operator with incompatible types was detected. Found "
     "operand types 'Edm.Guid' and 'Edm.String' for operator kind 'Equal'."),
    ("$filter=contactid eq guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236'", "Could not find a "
     "property named 'guid' on type 'Microsoft.Dynamics.CRM.contact'."),
    ("$filter=createdon eq 2026-02-30", "Unrecognized 'Edm.Date' literal '2026-02-30' at '23' in "
     "'createdon eq 2026-02-30'."),
    ("$filter=jobtitle eq @p&@p=@q&@q=1", "Syntax error at position 2 in '@q'."),
    ("$filter=jobtitle eq @p&@p='a", "There is an unterminated literal at position 2 in ''a'."),
    ("$filter=jobtitle eq @p&@p=", "Syntax error at position 0 in ''."),
    ("$filter=jobtitle eq @p&@p=1 2", "Syntax error at position 3 in '1 2'."),
    ("$orderby=@p", "Order By Property must be of type EdmProperty"),
    ("$orderby=@p&@p='jobtitle'", "Order By Property must be of type EdmProperty"),
    ("$orderby= @p1 desc desc asc,@p2 desc", "Syntax error at position 14 in ' @p1 desc desc "
     "asc,@p2 desc'."),
    ("$orderby=jobtitle,", "Syntax error at position 9 in 'jobtitle,'."),
    ("$orderby=,jobtitle", "Syntax error at position 1 in ',jobtitle'."),
    ("$orderby=jobtitle down", "Syntax error at position 13 in 'jobtitle down'."),
    ("$orderby=nosuch", "Could not find a property named 'nosuch' on type "
     "'Microsoft.Dynamics.CRM.contact'."),
]  # fmt: skip


@pytest.mark.covers(
    "option: names are case-sensitive",
    "option: $skip refused",
    "option: $search refused",
    "option: $format refused",
    "option: $compute refused",
    "filter: guid'…' refused",
)
@pytest.mark.parametrize(("query", "said"), REFUSED)
def test_what_is_refused_and_how(client, query, said):
    answer = client.send("GET", "contacts", quote(query, safe="$=&@,"))
    assert answer.error == URI
    assert answer.document["error"]["message"] == said


@pytest.mark.parametrize(
    ("select", "context", "names"),
    [
        ("jobtitle", "jobtitle", ["jobtitle", "contactid"]),
        ("jobtitle,", "jobtitle", ["jobtitle", "contactid"]),
        (" jobtitle , contactid ", "jobtitle,contactid", ["jobtitle", "contactid"]),
        ("jobtitle,jobtitle", "jobtitle", ["jobtitle", "contactid"]),
        ("_ownerid_value", "_ownerid_value", ["_ownerid_value", "contactid"]),
        ("ownerid,jobtitle", "ownerid,jobtitle", ["_ownerid_value", "jobtitle", "contactid"]),
        (
            "annualincome",
            "annualincome",
            ["annualincome", "_transactioncurrencyid_value", "contactid"],
        ),
    ],
)
def test_what_is_selected(client, mark, select, context, names):
    answer = client.get("contacts", filter=marked(mark), select=select, top=1)
    assert answer.document["@odata.context"].endswith(f"$metadata#contacts({context})")
    assert list(answer.rows[0]) == ["@odata.etag", *names]


@pytest.mark.parametrize("select", ["*", "*,jobtitle", "jobtitle,*", ""])
def test_everything_is_selected(client, mark, select):
    answer = client.get("contacts", filter=marked(mark), select=select, top=1)
    assert answer.document["@odata.context"].endswith("$metadata#contacts")
    assert len(answer.rows[0]) > 100


def test_a_top_above_a_page_goes_on_over_pages(client, mark):
    answer = client.get("contacts", headers=PAGE, filter=marked(mark), top=6000)
    found = len(answer.rows)
    while answer.next_link:
        answer = client.follow(answer.next_link)
        found += len(answer.rows)
    assert found == 5
