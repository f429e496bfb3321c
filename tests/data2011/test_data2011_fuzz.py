"""Whatever is sent to OrganizationData.svc, the answer is well formed: never a 500."""

from urllib.parse import quote

import orjson
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.drawn import SOUP, TEXT, dumped
from support.fuzz import PROFILE
from support.organization_data import ATOM, JSON, ROOT, Data, atom_entry
from xrm.org.faces.data2011 import mount
from xrm.wire.http import Headers, Request

STATUSES = (200, 201, 202, 204, 400, 401, 403, 404, 405, 412, 413, 415, 501)
KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
METHOD = st.sampled_from(["GET", "POST", "PUT", "MERGE", "DELETE", "PATCH", "OPTIONS"])
STEP = st.sampled_from(
    [
        "AccountSet", f"AccountSet(guid'{KEY}')", "LeadSet()", "$links", "$value", "$count",
        "$metadata", "$batch", "Name", "Account_Tasks", f"Account_Tasks(guid'{KEY}')", "Value",
        "account_primary_contact", "accountleads_association", "PrimaryContactId", "Revenue", "$1",
    ]
)  # fmt: skip
PATH = st.lists(st.one_of(STEP, TEXT.map(lambda text: quote(text, safe="()'$"))), max_size=5).map(
    "/".join
)
PIECE = st.sampled_from(
    [
        "Name", "eq", "ne", "and", "or", "not", "(", ")", ",", "'x'", "1", "1M", "2L", "null",
        "true", "datetime'2026-01-01T00:00'", f"guid'{KEY}'", "startswith", "substringof",
        "PrimaryContactId/Id", "AccountCategoryCode/Value", "account_primary_contact/LastName",
        "CreatedOn", "OwnerId/Name", "asc", "desc", "X'00'", "time'x'", "1e9999M", "Revenue/Value",
    ]
)  # fmt: skip
EXPRESSION = st.lists(PIECE, max_size=12).map(" ".join)
OPTION = st.sampled_from(
    ["$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$skiptoken", "$inlinecount"]
)
QUERY = st.lists(
    st.tuples(OPTION, st.one_of(EXPRESSION, SOUP, TEXT, st.integers(-5, 99).map(str))), max_size=4
).map(lambda pairs: "&".join(f"{name}={quote(value)}" for name, value in pairs))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.just("/Date(1)/")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["Id", "Value", "LogicalName", "Name", "__metadata", "results", "uri"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
RECORD = st.dictionaries(
    st.sampled_from(
        [
            "Name", "Revenue", "AccountCategoryCode", "PrimaryContactId", "OwnerId", "CreatedOn",
            "LastOnHoldTime", "NumberOfEmployees", "Account_Tasks", "account_primary_contact",
            "__metadata", "AccountId", "accountleads_association", "uri", "Nope",
        ]
    ),
    VALUE,
    max_size=4,
)  # fmt: skip


def send(data: Data, method: str, path: str, query: str, headers: Headers, body: bytes) -> None:
    headers = (("authorization", f"Bearer {data.client.token}"), *headers)
    head = Request(method, ROOT + path, query, headers)
    route = mount(data.client.estate.organization).route(head)
    answer = route.face(Request(method, head.path, query, headers, body))
    assert answer.status in STATUSES, answer.body[:500]
    for name, value in answer.headers:
        assert (name + value).isascii()
        assert value.isprintable()
    kind = (answer.header("Content-Type") or "").split(";")[0]
    if kind == "application/json":
        assert orjson.loads(answer.body).keys() in ({"d"}, {"error"})
    elif kind.endswith("xml"):
        etree.fromstring(answer.body)
    assert b"Traceback" not in answer.body


FORM = st.sampled_from([JSON, ATOM])
TUNNEL = st.sampled_from(["", "MERGE", "PUT", "DELETE"]).map(
    lambda method: (("x-http-method", method),) if method else ()
)


@PROFILE
@given(method=METHOD, path=PATH, query=QUERY, form=FORM, tunnel=TUNNEL, record=RECORD)
def test_any_request_of_odata2_is_answered(data, method, path, query, form, tunnel, record):
    headers = (form, ("content-type", "application/json"), *tunnel)
    send(data, method, path, query, headers, dumped(record))


@PROFILE
@given(name=OPTION, text=st.one_of(EXPRESSION, SOUP), form=FORM)
def test_any_option_of_odata2_is_answered(data, name, text, form):
    send(data, "GET", "AccountSet", f"$top=1&{name}={quote(text)}", (form,), b"")


@PROFILE
@given(record=RECORD, path=st.sampled_from(["AccountSet", f"AccountSet(guid'{KEY}')"]))
def test_any_record_of_odata2_is_answered(data, record, path):
    method = "POST" if path == "AccountSet" else "MERGE"
    send(data, method, path, "", (JSON, ("content-type", "application/json")), dumped(record))


@PROFILE
@given(
    text=st.one_of(SOUP, TEXT),
    kind=st.sampled_from(["Edm.Int32", "Edm.DateTime", "x", ""]),
    name=st.sampled_from(["Name", "NumberOfEmployees", "Revenue", "CreatedOn", "Nope"]),
    wrapped=st.booleans(),
)
def test_any_entry_is_answered(data, text, kind, name, wrapped):
    inner = f'<d:{name} m:type="{kind}">{text}</d:{name}>'
    body = atom_entry(inner) if wrapped else inner
    headers = (ATOM, ("content-type", "application/atom+xml"))
    send(data, "POST", "AccountSet", "", headers, body.encode("utf-8", "replace"))


@PROFILE
@given(
    lines=st.lists(
        st.sampled_from(
            [
                "--b", "--b--", "--c", "--c--", "", "GET AccountSet?$top=1 HTTP/1.1",
                "Content-Type: application/http", "Content-Type: multipart/mixed; boundary=c",
                "POST AccountSet HTTP/1.1", "{}", "Content-Length: 1", "Content-ID: 1", "x: y",
                "Content-Type: application/json", "DELETE $1 HTTP/1.1",
            ]
        ),
        max_size=20,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_any_batch_is_answered(data, lines, end):
    headers = (("content-type", "multipart/mixed; boundary=b"),)
    body = end.join(["--b", "Content-Type: application/http", "", *lines, "--b--"])
    send(data, "POST", "$batch", "", headers, body.encode())
