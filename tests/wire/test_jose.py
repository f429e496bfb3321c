"""Tokens and keys: RS256 only, the algorithm pinned by the key."""

import base64
import datetime

import jwt
import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from xrm.wire import jose

CLAIMS = {"aud": "https://org.example/", "exp": 2_000_000_000, "name": "J\u00f6rg", "n": [1, {}]}


def certificate(private, name="test"):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=9))
    )
    return builder.sign(private, hashes.SHA256())


def make_key(name="test"):
    private = rsa.generate_private_key(65537, 2048)
    return jose.SigningKey.of(private, certificate(private, name))


@pytest.fixture(scope="module")
def key():
    return make_key()


@pytest.fixture(scope="module")
def lookup(key):
    return {key.kid: key.verification()}.get


def segment(value):
    octets = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def forged(header, key, claims=CLAIMS):
    """Sign any header with the right key, so that only the header is at fault."""
    content = f"{segment(header)}.{segment(claims)}".encode()
    from cryptography.hazmat.primitives.asymmetric import padding

    signature = key.private_key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return f"{content.decode()}.{segment(signature)}"


@pytest.mark.parametrize("x5t", [True, False])
def test_a_token_is_verified_here_and_by_pyjwt(key, lookup, x5t):
    token = jose.sign(CLAIMS, key, x5t=x5t)
    assert jose.verify(token, lookup) == CLAIMS
    published = jwt.PyJWK(key.verification().jwk())
    assert jwt.decode(token, published, algorithms=["RS256"], audience=CLAIMS["aud"]) == CLAIMS
    expected = {"typ": "JWT", "alg": "RS256", "kid": key.kid}
    assert jwt.get_unverified_header(token) == expected | ({"x5t": key.kid} if x5t else {})


def test_a_token_of_pyjwt_is_verified(key, lookup):
    token = jwt.encode(CLAIMS, key.private_key, "RS256", headers={"kid": key.kid})
    assert jose.verify(token, lookup) == CLAIMS


GOOD = {"typ": "JWT", "alg": "RS256"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "RS256"),
        ({"alg": "HS256"}, "RS256"),
        ({"alg": "RS384"}, "RS256"),
        ({"alg": "PS256"}, "RS256"),
        ({"alg": ["RS256"]}, "RS256"),
        ({"alg": "RS256", "crit": ["x"], "x": 1}, "extension"),
        ({"alg": "RS256", "b64": False, "crit": ["b64"]}, "extension"),
        ({"alg": "RS256", "kid": None}, "name its key"),
        ({"alg": "RS256", "kid": ["a"]}, "name its key"),
        ({"alg": "RS256", "kid": "another"}, "unknown key"),
        (b"not json", "header"),
        (b"[]", "header"),
        (b"[" * 5000, "header"),
    ],
)
def test_a_wrong_header_is_refused(key, lookup, header, reason):
    if isinstance(header, dict):
        header = {"kid": key.kid, **header}
    with pytest.raises(jose.InvalidToken, match=reason):
        jose.verify(forged(header, key), lookup)


def test_a_key_inside_the_token_is_not_used(key, lookup):
    stranger = make_key("stranger")
    for extra in ({"jwk": stranger.verification().jwk()}, {"jku": "https://evil.example/keys"}):
        token = forged({**GOOD, **extra, "kid": key.kid}, stranger)
        with pytest.raises(jose.InvalidToken, match="signature"):
            jose.verify(token, lookup)


def test_hs256_with_the_public_key_is_refused(key, lookup):
    import hashlib
    import hmac

    public = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    content = f"{segment({'alg': 'HS256', 'kid': key.kid})}.{segment(CLAIMS)}"
    tag = hmac.new(public, content.encode(), hashlib.sha256).digest()
    with pytest.raises(jose.InvalidToken, match="RS256"):
        jose.verify(f"{content}.{segment(tag)}", lookup)


def test_an_edited_claim_or_a_cut_signature_is_refused(key, lookup):
    header, _, signature = jose.sign(CLAIMS, key, x5t=True).split(".")
    edited = segment({**CLAIMS, "name": "someone else"})
    for token in (f"{header}.{edited}.{signature}", f"{header}.{segment(CLAIMS)}."):
        with pytest.raises(jose.InvalidToken, match="signature"):
            jose.verify(token, lookup)


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c.d", "..", "a.b.c", "\u00e9.b.c", "=.=.=", "a" * 16385]
)
def test_what_is_no_token(lookup, token):
    with pytest.raises(jose.InvalidToken):
        jose.verify(token, lookup)


@pytest.mark.parametrize("payload", [b"[]", b"text", b'"x"', b"\xff", b"[" * 5000])
def test_a_payload_must_be_an_object(key, lookup, payload):
    with pytest.raises(jose.InvalidToken, match="payload"):
        jose.verify(forged({**GOOD, "kid": key.kid}, key, payload), lookup)


@settings(deadline=None)
@given(text=st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_=-]*\.[\w-]*\.[\w-]*"))
def test_any_text_is_refused_cleanly(lookup, text):
    with pytest.raises(jose.InvalidToken):
        jose.verify(text, lookup)


@given(st.binary(max_size=64))
def test_base64url_comes_back(octets):
    assert jose.decode(jose.encode(octets)) == octets
    assert jose.decode(jose.encode(octets) + "==") == octets


@pytest.mark.parametrize("text", ["+", "/", "a b", "a", "\n", "a=b", "\u00e9"])
def test_other_text_is_not_base64url(text):
    with pytest.raises(ValueError, match="base64url"):
        jose.decode(text)


def test_a_published_key_comes_back(key):
    published = key.verification()
    assert jose.VerificationKey.from_jwk(published.jwk()) == published
    bare = {name: published.jwk()[name] for name in ("kty", "kid", "n", "e")}
    assert jose.VerificationKey.from_jwk(bare).n == published.n
    assert published.jwk()["x5t"] == published.kid == jose.thumbprint(published.certificate_der)


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"kty": None},
        {"use": "enc"},
        {"alg": "RS512"},
        {"kid": 1},
        {"n": None},
        {"n": "AQAB"},
        {"n": "!"},
        {"n": "A" * 5000},
        {"e": ""},
        {"e": "AA"},
        {"e": "AQAA"},
        {"x5c": "not a list"},
        {"x5c": [1]},
        {"x5c": {}, "kid": None},
    ],
)
def test_an_unusable_key_is_refused(key, change):
    with pytest.raises(jose.InvalidKey):
        jose.VerificationKey.from_jwk({**key.verification().jwk(), **change})


def test_only_rsa_certificates_are_keys():
    curve = certificate(ec.generate_private_key(ec.SECP256R1()))
    der = curve.public_bytes(serialization.Encoding.DER)
    for octets in (der, b"", b"text"):
        with pytest.raises(jose.InvalidKey):
            jose.VerificationKey.from_certificate(octets)


def test_weak_keys_are_refused():
    weak = rsa.generate_private_key(65537, 1024)
    der = certificate(weak).public_bytes(serialization.Encoding.DER)
    with pytest.raises(jose.InvalidKey):
        jose.VerificationKey.from_certificate(der)


def test_a_signing_key_does_not_show_itself(key):
    assert "RSAPrivateKey" not in repr(key)
