"""Client assertions: read strictly, verified by one algorithm, judged by PyJWT."""

import base64
from contextlib import suppress

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from support import certificates
from support.assertions import (
    AUDIENCE,
    CLAIMS,
    digest,
    header_of,
    refused,
    segment,
    signed,
    written,
)
from xrm.wire import assertion


@pytest.fixture(scope="module")
def pair():
    return certificates.make()


@pytest.fixture(scope="module")
def stranger():
    return certificates.make("stranger")


@pytest.mark.parametrize(
    ("algorithm", "header", "sha1", "sha256"),
    [("RS256", "x5t", True, False), ("PS256", "x5t#S256", False, True)],
)
def test_what_is_written_is_read_and_pyjwt_agrees(pair, algorithm, header, sha1, sha256):
    text = written(pair, algorithm)
    named = digest(pair, "sha1" if sha1 else "sha256")
    assert jwt.get_unverified_header(text) == {
        "typ": "JWT",
        "alg": algorithm,
        header: segment(named),
    }
    public = pair.private_key.public_key()
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    assert jwt.decode(text, public, [algorithm], options, audience=AUDIENCE) == CLAIMS
    assert assertion.verify(text, pair.der, algorithm)
    assert assertion.read(text) == assertion.ClientAssertion(
        algorithm=algorithm,
        thumbprint_sha1=named if sha1 else None,
        thumbprint_sha256=named if sha256 else None,
        chain=(),
        issuer="app-1",
        subject="app-1",
        audience=AUDIENCE,
        token_id="id-1",
        expires=1_800_000_600.0,
        not_before=1_800_000_000.0,
        issued_at=1_800_000_000.0,
    )


def test_the_chain_goes_along_in_order(pair, stranger):
    text = written(pair, "PS256", chain=[pair.der, stranger.der])
    assert assertion.read(text).chain == (pair.der, stranger.der)
    sent = jwt.get_unverified_header(text)["x5c"]
    assert [base64.b64decode(item, validate=True) for item in sent] == [pair.der, stranger.der]


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_token_of_pyjwt_is_verified(pair, algorithm):
    name, sort = ("x5t", "sha1") if algorithm == "RS256" else ("x5t#S256", "sha256")
    text = jwt.encode(
        CLAIMS, pair.private_key, algorithm, headers={name: segment(digest(pair, sort))}
    )
    assert assertion.verify(text, pair.der, algorithm)
    assert assertion.read(text).token_id == "id-1"


def test_spellings_the_libraries_use_are_taken(pair):
    padded = base64.urlsafe_b64encode(digest(pair, "sha1")).decode()
    assert padded.endswith("=")
    text = base64.b64encode(pair.der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    header = header_of(pair, x5t=padded, x5c=[f"\n{lines}\r\n", text.rstrip("=")])
    claims = {**CLAIMS, "aud": [AUDIENCE], "exp": 1_800_000_600.5, "iat": 1.8e9}
    del claims["nbf"], claims["jti"]
    seen = assertion.read(signed(pair, header, claims))
    assert seen.thumbprint_sha1 == digest(pair, "sha1")
    assert seen.chain == (pair.der, pair.der)
    assert seen.audience == AUDIENCE
    assert (seen.expires, seen.issued_at) == (1_800_000_600.5, 1_800_000_000.0)
    assert seen.not_before is None
    assert seen.token_id is None


def test_both_thumbprints_and_padded_parts_are_taken(pair):
    header = header_of(pair, **{"x5t#S256": segment(digest(pair))})
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).decode() for part in (header, CLAIMS)]
    content = ".".join(parts)
    signature = pair.private_key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
    text = f"{content}.{base64.urlsafe_b64encode(signature).decode()}"
    assert "=" in text
    seen = assertion.read(text)
    assert (seen.thumbprint_sha1, seen.thumbprint_sha256) == (digest(pair, "sha1"), digest(pair))
    assert assertion.verify(text, pair.der, "RS256")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"alg": "none"}, "algorithm"),
        ({"alg": "HS256"}, "algorithm"),
        ({"alg": "RS384"}, "algorithm"),
        ({"alg": "rs256"}, "algorithm"),
        ({"alg": "ES256"}, "algorithm"),
        ({"alg": ["RS256"]}, "algorithm"),
        ({"alg": None}, "algorithm"),
        ({"crit": ["exp"]}, "malformed"),
        ({"b64": False}, "malformed"),
        ({"x5t": ""}, "thumbprint"),
        ({"x5t": None}, "thumbprint"),
        ({"x5t": 7}, "thumbprint"),
        ({"x5t": "not+base64url"}, "thumbprint"),
        ({"x5t": segment(b"x" * 19)}, "thumbprint"),
        ({"x5t": segment((b"0" * 20).hex().encode())}, "thumbprint"),
        ({"x5t#S256": segment(b"x" * 20)}, "thumbprint"),
        ({"x5c": None}, "malformed"),
        ({"x5c": "AAAA"}, "malformed"),
        ({"x5c": [1]}, "malformed"),
        ({"x5c": [""]}, "malformed"),
        ({"x5c": ["A-_A"]}, "malformed"),
        ({"x5c": ["AAAA"] * 11}, "malformed"),
    ],
)
def test_a_wrong_header_is_refused(pair, change, kind):
    assert refused(signed(pair, header_of(pair, **change))).kind == kind


def test_a_header_must_name_its_certificate(pair):
    named = base64.b64encode(pair.der).decode()
    error = refused(signed(pair, {"alg": "RS256", "kid": "k", "x5c": [named]}))
    assert (error.kind, str(error)) == ("thumbprint", "the header names no certificate")


@pytest.mark.parametrize(
    ("name", "kind"), [("aud", "claims"), ("iss", "claims"), ("sub", "claims"), ("exp", "expiry")]
)
def test_a_claim_that_must_be_there(pair, name, kind):
    claims = {key: value for key, value in CLAIMS.items() if key != name}
    error = refused(signed(pair, header_of(pair), claims))
    assert (error.kind, name in error.reason) == (kind, True)


def test_missing_claims_are_noticed_before_the_header(pair):
    claims = {key: value for key, value in CLAIMS.items() if key != "iss"}
    assert refused(signed(pair, {"alg": "HS256"}, claims)).kind == "claims"


def test_one_audience_at_most(pair):
    claims = CLAIMS | {"aud": [AUDIENCE, "https://login.example/contoso/v2.0"]}
    assert refused(signed(pair, header_of(pair), claims)).kind == "audiences"


@pytest.mark.parametrize(
    "change",
    [
        *({name: value} for name in ("aud", "iss", "sub", "jti") for value in (None, 1, "", {})),
        *({name: ["a", "b"]} for name in ("iss", "sub", "jti")),
        {"aud": []},
        {"aud": [[AUDIENCE]]},
        {"aud": [1]},
        {"iss": ["app-1"]},
        *(
            {name: value}
            for name in ("exp", "nbf", "iat")
            for value in (None, True, "1800000600", [1_800_000_600], {})
        ),
    ],
)
def test_a_claim_of_another_type_is_refused(pair, change):
    assert refused(signed(pair, header_of(pair), CLAIMS | change)).kind == "claims"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "01"])
def test_a_time_is_a_finite_number(pair, number):
    payload = orjson.dumps({**CLAIMS, "exp": "@"}).replace(b'"@"', number.encode())
    assert refused(signed(pair, header_of(pair), payload)).kind in {"malformed", "claims"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "..",
        "=.=.=",
        "é.b.c",
        "a b.c.d",
        "." * 16_384,
        "a" * 16_385,
        f"{segment(b'[' * 5000)}.e30.AA",
        f"{segment(b'{[' * 900)}.e30.AA",
        f"{segment(b'[]')}.e30.AA",
        f"{segment(b'text')}.e30.AA",
        f"{segment(bytes([255]))}.e30.AA",
    ],
)
def test_what_is_no_assertion(pair, text):
    error = refused(text)
    assert error.kind == "malformed"
    assert not assertion.verify(text, pair.der, "RS256")


@pytest.mark.parametrize("payload", [b"[]", b"text", b'"x"', b"\xff", b"[" * 5000, b"{}{}"])
def test_a_payload_must_be_an_object(pair, payload):
    assert refused(signed(pair, header_of(pair), payload)).kind == "malformed"


def test_size_is_bounded_at_16_kib(pair):
    def sized(text):
        return signed(pair, header_of(pair), CLAIMS | {"pad": text})

    start = len(sized(""))
    fits = sized("x" * ((16_384 - start) * 3 // 4 - 2))
    assert 16_380 < len(fits) <= 16_384
    assert assertion.read(fits).token_id == "id-1"
    assert assertion.verify(fits, pair.der, "RS256")
    long = sized("x" * ((16_384 - start) * 3 // 4 + 2))
    assert refused(long).reason == "the assertion is too large"
    assert not assertion.verify(long, pair.der, "RS256")


def test_an_error_repeats_nothing_of_the_token(pair):
    text = signed(pair, header_of(pair, x5t="sesame"), CLAIMS)
    assert "sesame" not in str(refused(text))


@given(text=st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_=-]*\.[\w-]*\.[\w-]*"))
def test_any_text_is_refused_cleanly(pair, text):
    refused(text)
    assert not assertion.verify(text, pair.der, "RS256")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    header=st.dictionaries(st.sampled_from(["alg", "x5t", "x5t#S256", "x5c", "crit"]), JSON),
    claims=st.dictionaries(st.sampled_from([*CLAIMS, "x"]), JSON),
    keep=st.booleans(),
)
def test_any_json_is_read_or_refused(pair, header, claims, keep):
    start = header_of(pair) if keep else {}
    text = f"{segment(start | header)}.{segment(CLAIMS | claims)}.AA"
    with suppress(assertion.InvalidAssertion):
        seen = assertion.read(text)
        assert seen.algorithm in {"RS256", "PS256"}
        assert isinstance(seen.expires, float)
    assert not assertion.verify(text, pair.der, "RS256")
