"""Whatever is sent, the face gives a well-formed answer, never a bare failure."""

from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from support.credentials import forged, thumbprints
from support.fuzz import PROFILE
from xrm.sts.faces.entra import mount
from xrm.sts.faces.entra.routes import COMMON_ENDPOINTS, ENDPOINTS
from xrm.wire.http import Request

METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "", "BREW"])
SEGMENTS = st.one_of(
    st.sampled_from(["common", "organizations", "consumers", "contoso.example", "adfs", "", "."]),
    st.uuids().map(str),
    st.text(max_size=20),
    st.sampled_from(["%00", "%FF", "%2e%2e", "%", "a" * 300 + ".example", "xn--a.example"]),
)
TAILS = st.one_of(
    st.sampled_from([*ENDPOINTS, *COMMON_ENDPOINTS, "userrealm/a@contoso.example", "userrealm/%"]),
    st.text(max_size=30),
)
PATHS = st.one_of(
    st.builds(lambda segment, tail: f"/{segment}/{tail}", SEGMENTS, TAILS), st.text(max_size=30)
)
NAMES = st.one_of(
    st.sampled_from(
        ["grant_type", "client_id", "client_secret", "resource", "scope", "client_assertion"]
    ),
    st.text(max_size=10),
)
VALUES = st.one_of(
    st.sampled_from(
        [
            *("client_credentials", "https://localhost:8444/", "https://localhost:8444//.default"),
            *(".default", "/.default", "//", "openid", " ", "00000007-0000-0000-c000-000000000000"),
        ]
    ),
    st.text(max_size=40),
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
BODIES = st.one_of(PAIRS.map(lambda pairs: urlencode(pairs).encode()), st.binary(max_size=200))
QUERIES = st.one_of(
    st.lists(
        st.tuples(
            st.sampled_from(["api-version", "authorization_endpoint", "client-request-id", "x"]),
            st.one_of(
                st.sampled_from(
                    ["1.0", "1.1", "https://localhost/common", "https://[", "https:///"]
                ),
                st.text(max_size=30),
            ),
        ),
        max_size=4,
    ).map(urlencode),
    st.text(max_size=30),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("content-type", "authorization", "client-request-id", "origin", "host"),
                *("return-client-request-id", "access-control-request-headers"),
            ]
        ),
        st.one_of(
            st.sampled_from(
                [
                    *("application/x-www-form-urlencoded", "Basic Og==", "Basic YTpi", "true"),
                    *("basic", "Basic", "x-a, x-b", "application/json"),
                ]
            ),
            st.text(max_size=30),
        ),
    ),
    max_size=5,
).map(tuple)


def check(answer):
    assert answer.status in (200, 302, 400, 401, 403, 404, 405, 413)
    for name, value in answer.headers:
        assert name.isascii()
        assert value.isascii()
        assert value.isprintable()
    assert answer.header("x-ms-request-id")
    if not answer.body:
        return
    kind = (answer.header("content-type") or "").partition(";")[0]
    if kind != "application/json":
        check_page(answer, kind)
        return
    value = orjson.loads(answer.body)
    if answer.status != 200 and isinstance(value["error"], dict):
        # Userinfo refuses as Microsoft Graph does.
        assert set(value["error"]) == {"code", "message"}
        assert answer.header("www-authenticate").startswith("Bearer")
    elif answer.status != 200:
        assert set(value) >= {
            *("error", "error_description", "error_codes", "timestamp", "trace_id"),
            "correlation_id",
        }
        assert value["error_description"].isprintable()
        assert f"AADSTS{value['error_codes'][0]}: " in value["error_description"]


def check_page(answer, kind):
    assert kind in ("text/html", "text/css", "text/javascript", "image/svg+xml")
    text = answer.body.decode()
    assert "Traceback" not in text
    if kind == "text/html":
        assert answer.header("content-security-policy")
        assert answer.status in (200, 404) or "AADSTS" in text


@PROFILE
@given(method=METHODS, path=PATHS, query=QUERIES, headers=HEADERS, body=BODIES)
def test_any_request_is_answered(world, method, path, query, headers, body):
    request = Request(method, path, query, headers, body)
    route = mount(world.service).route(Request(method, path, query, headers))
    check(route.face(request))
    check(route.too_large(request))


@PROFILE
@given(
    version=st.sampled_from(["v1", "v2"]),
    changes=st.dictionaries(
        st.sampled_from(["grant_type", "client_id", "client_secret", "resource", "scope"]),
        st.one_of(st.none(), VALUES),
        min_size=1,
        max_size=3,
    ),
)
def test_a_changed_form_is_answered(world, version, changes):
    answer = world.post(world.path(version), world.form(version, **changes))
    check(answer)
    if answer.status == 200:
        good = world.form(version)
        assert changes.get("client_secret", good["client_secret"]) == good["client_secret"]
        assert changes.get("client_id", good["client_id"]).lower() == good["client_id"]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.lists(st.text(max_size=10), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)


@PROFILE
@given(
    header=st.dictionaries(st.sampled_from(["x5t", "x5t#S256", "x5c", "crit", "typ"]), JUNK),
    claims=st.dictionaries(
        st.sampled_from(["aud", "iss", "sub", "jti", "nbf", "iat", "exp", "x"]), JUNK, max_size=4
    ),
    cut=st.one_of(st.none(), st.integers(0, 1000)),
)
def test_any_assertion_is_answered(certified, pair, header, claims, cut):
    named = {"typ": "JWT", "alg": "RS256", **thumbprints(pair)}
    text = forged(
        named | header,
        certified.claims() | claims,
        lambda content: pair.private_key.sign(content, padding.PKCS1v15(), hashes.SHA256()),
    )
    answer = certified.post(certified.path(), certified.asserting(text[:cut]))
    check(answer)
    if answer.status == 200:
        assert cut is None or cut >= len(text)
        assert not claims.keys() & {"aud", "iss", "sub"}
