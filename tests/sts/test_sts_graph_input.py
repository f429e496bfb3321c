"""Input of Microsoft Graph made to do harm: members, bodies, paths, queries, page tokens."""

from uuid import uuid4

import orjson
import pytest

from support.directory import Graph, permitted
from xrm.sts import registration as r
from xrm.wire import jose

READER, WRITER = "Directory.Read.All", "Application.ReadWrite.All"


@pytest.fixture(scope="module")
def shared(world):
    return Graph(world, permitted(world, READER, WRITER))


@pytest.mark.parametrize(
    "member",
    [
        {"appId": str(uuid4())},
        {"id": str(uuid4())},
        {"createdDateTime": "2020-01-01T00:00:00Z"},
        {"deletedDateTime": "2020-01-01T00:00:00Z"},
        {"disabledByMicrosoftStatus": "NotDisabled"},
        {"certification": {"isPublisherAttested": True}},
        {"applicationTemplateId": str(uuid4())},
        {"publisherDomain": "fabrikam.example"},
        {"verifiedPublisher": {"displayName": "Microsoft"}},
        {"secretText": "x"},
        {"tenantId": str(uuid4())},
        {"tenant_id": str(uuid4())},
        {"enabled": True},
        {"object_id": str(uuid4())},
        {"extras": {}},
        {"__class__": "x"},
        {"passwordCredentials": [{"secretText": "x"}]},
    ],
)
def test_what_is_not_the_callers_to_set(shared, member):
    refusal = (400, "Request_BadRequest")
    assert shared.refused("POST", "applications", {"displayName": "M", **member}) == refusal
    made = shared.register("Mass")
    place = f"applications/{made['id']}"
    before = shared.good("GET", place)
    assert shared.refused("PATCH", place, {"displayName": "M", **member}) == refusal
    assert shared.good("GET", place) == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"displayName":"a","displayName":"b"}',
        b'{"displayName":"a","web":{"logoutUrl":null,"logoutUrl":"https://x.example/"}}',
        b'{"displayName":"a","\\u0064isplayName":"b"}',
        b'{"displayName":"a","notes":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b'{"displayName":' + b"1" * 100_000 + b"}",
        b'{"displayName":NaN}',
        b'{"displayName":-Infinity}',
        b'{"displayName":"\\u0000"}',
        b'{"displayName":"a\\u0000b"}',
        b'{"displayName":"\\ud800"}',
        b'{"displayName":"\xff"}',
        b'{"displayName":"\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"displayName":"a"}',
        '{"displayName":"a"}'.encode("utf-16"),
        b'{"displayName":"a"} {}',
        b'{"displayName":"a",}',
        b'{"displayName":"\\u202eevil"}',
        b"null",
        b'"x"',
    ],
)
def test_bodies_that_are_traps(shared, body):
    status, code = shared.refused("POST", "applications", body)
    assert (status, code) in ((400, "BadRequest"), (400, "Request_BadRequest"))


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/jsonp"])
def test_bodies_of_another_type(shared, kind):
    headers = (("content-type", kind),)
    assert shared.refused("POST", "applications", b"{}", headers=headers)[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "../v1.0/applications",
        "applications/..%2f..%2fusers",
        "applications/%2e%2e/users",
        "applications%2f{own}",
        "applications/{own}%2faddPassword",
        "applications/{own}%00",
        "applications/{own}/../../users",
        "applications/{own};v=1",
        "applications(appId='{app}' or 1 eq 1)",
        "applications(appId=''{app}'')",
        "applications(appId='{app}''--')",
        "applications(appId='{app}',appId='{app}')",
        "applications(appId='{app}')(appId='{app}')",
        "applications(id='{own}')",
        "applications('{own}' or '1'='1')",
        "applications('%27 or 1=1--')",
        "applications(appId=%27' or '1'='1%27)",
        "servicePrincipals(appId='{app}' or true)",
        "applications/*",
        "applications/%",
        "\\applications",
    ],
)
def test_paths_that_are_traps(shared, path):
    made = shared.register("Path")
    place = path.replace("{own}", made["id"]).replace("{app}", made["appId"])
    status, document = shared.ask("GET", place)
    assert status in (400, 404), document
    assert made["displayName"] not in orjson.dumps(document).decode()


@pytest.mark.parametrize(
    "query",
    [
        "$filter=" + "(" * 200 + "displayName eq 'x'" + ")" * 200,
        "$filter=" + "not " * 500 + "displayName eq 'x'",
        "$filter=" + "not(" * 100 + "displayName eq 'x'" + ")" * 100,
        "$filter=" + " or ".join(["displayName eq 'x'"] * 16),
        "$filter=" + " and ".join(["displayName eq 'x'"] * 101),
        "$filter=displayName in (" + ",".join(["'x'"] * 16) + ")",
        "$filter=displayName eq '" + "x" * 20_000,
        "$filter=createdDateTime ge 99999-01-01T00:00:00Z",
        "$filter=createdDateTime ge 2027-13-45T99:00:00Z",
        "$filter=displayName eq " + "9" * 5000,
        "$filter=tags/any(a:tags/any(b:b eq 'x'))",
        "$filter=passwordCredentials/any(p:p/hint eq 'abc')",
        "$filter=displayName eq 'x'; drop table application",
        "$filter=",
        "$orderby=" + ",".join(["displayName"] * 500),
        "$orderby=secret",
        "$select=" + "x," * 500,
        "$top=-1",
        "$top=0",
        "$top=1000",
        "$top=abc",
        "$top=1e2",
        "$top=\u0661",
        "$top=" + "9" * 5000,
        "$unknown=1",
        "$apply=aggregate(x)",
        "&".join(["a=b"] * 200),
    ],
)
def test_queries_that_are_traps(shared, query):
    status, code = shared.refused("GET", "applications", query=query)
    assert status == 400
    assert code in ("BadRequest", "Request_BadRequest", "Request_UnsupportedQuery")


def test_no_control_character_comes_back_in_a_sentence(shared):
    status, document = shared.ask("GET", "applications", query="$\x1f\x1b[31m")
    assert status == 400
    assert document["error"]["message"].isprintable()


def test_fifteen_alternatives_are_taken(shared):
    query = "$filter=" + " or ".join(["displayName eq 'x'"] * 15)
    assert shared.good("GET", "applications", query=query)["value"] == []


def test_a_page_token_answers_its_own_question_only(fresh):
    graph = Graph(fresh, permitted(fresh, READER, WRITER))
    for number in range(3):
        graph.register(f"App {number}")

    def link(graph, path, query):
        found = graph.good("GET", path, query=query)["@odata.nextLink"]
        return found.partition("$skiptoken=")[2]

    token = link(graph, "applications", "$top=1")
    good = graph.good("GET", "applications", query=f"$top=1&$skiptoken={token}")
    assert len(good["value"]) == 1
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    for number in range(2):
        r.create_application(fresh.service, other, name=f"Theirs {number}")
    expired = (400, "Directory_ExpiredPageToken")
    octets = jose.decode(token)
    mark, value, last = orjson.loads(octets)
    for path, query in (
        ("servicePrincipals", f"$skiptoken={token}"),
        ("applications", f"$orderby=displayName&$skiptoken={token}"),
        ("applications", f"$filter=displayName eq 'App 1'&$skiptoken={token}"),
        ("applications", f"$skiptoken={token[:-1]}"),
        ("applications", f"$skiptoken={jose.encode(orjson.dumps([mark[1:], value, last]))}"),
        ("applications", f"$skiptoken={jose.encode(orjson.dumps([value, last]))}"),
        ("applications", f"$skiptoken={jose.encode(orjson.dumps([mark, value, {}]))}"),
        ("applications", f"$skiptoken={'A' * 10_000}"),
        ("applications", "$skiptoken="),
    ):
        assert graph.refused("GET", path, query=query) == expired, query
    # Turned to another place it shows what is the caller's all the same.
    turned = jose.encode(orjson.dumps([mark, "", ""]))
    found = graph.good("GET", "applications", query=f"$skiptoken={turned}&$top=999")["value"]
    assert not [one for one in found if one["displayName"].startswith("Theirs")]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "TRACE", "CONNECT", "get", "PROPFIND", ""])
def test_other_methods(shared, method):
    assert shared.refused(method, "applications") == (405, "Request_BadRequest")


def test_a_body_of_a_read_means_nothing(shared):
    assert shared.good("GET", "applications", {"$filter": "x"}, query="$top=1")["value"]
