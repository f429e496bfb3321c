"""Client assertions that were forged: another algorithm, another key, a changed octet."""

import base64
import hashlib
import hmac
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from support import certificates
from support.assertions import CLAIMS, header_of, pss, refused, segment, signed, written
from xrm.wire import assertion


@pytest.fixture(scope="module")
def pair():
    return certificates.make()


@pytest.fixture(scope="module")
def stranger():
    return certificates.make("stranger")


def test_a_signature_counts_for_its_own_algorithm_only(pair):
    for made, other, scheme in (("RS256", "PS256", None), ("PS256", "RS256", pss(32))):
        text = signed(pair, header_of(pair, alg=made), scheme=scheme)
        assert assertion.verify(text, pair.der, made)
        assert not assertion.verify(text, pair.der, other)
        mislabelled = signed(pair, header_of(pair, alg=other), scheme=scheme)
        assert not assertion.verify(mislabelled, pair.der, made)
        assert not assertion.verify(mislabelled, pair.der, other)


@pytest.mark.parametrize("salt", [0, 20, 31, 33, 64])
def test_ps256_has_a_salt_of_32_bytes(pair, salt):
    text = signed(pair, header_of(pair, alg="PS256"), scheme=pss(salt))
    assert not assertion.verify(text, pair.der, "PS256")


def test_hs256_with_the_public_key_is_refused(pair):
    public = pair.private_key.public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        pair.certificate_pem,
        pair.der,
    ):
        content = f"{segment(header_of(pair, alg='HS256'))}.{segment(CLAIMS)}"
        tag = hmac.new(secret, content.encode(), hashlib.sha256).digest()
        text = f"{content}.{segment(tag)}"
        assert refused(text).kind == "algorithm"
        for algorithm in ("HS256", "RS256", "PS256", "none", ""):
            assert not assertion.verify(text, pair.der, algorithm)


def test_an_unsigned_token_is_refused(pair):
    content = f"{segment(header_of(pair, alg='none'))}.{segment(CLAIMS)}"
    for text in (f"{content}.", f"{content}.AA"):
        refused(text)
        assert not assertion.verify(text, pair.der, "none")


def test_an_edited_token_or_another_key_is_refused(pair, stranger):
    text = written(pair, "PS256")
    header, claims, signature = text.split(".")
    for wrong in (
        f"{header}.{segment(CLAIMS | {'sub': 'app-2'})}.{signature}",
        f"{segment(header_of(stranger, alg='PS256'))}.{claims}.{signature}",
        f"{header}.{claims}.{signature[:-4]}",
        f"{header}.{claims}.{segment(bytes(256))}",
        f"{header}.{claims}.AA",
    ):
        assert assertion.read(wrong).algorithm == "PS256"
        assert not assertion.verify(wrong, pair.der, "PS256")
    assert not assertion.verify(text, stranger.der, "PS256")


def test_a_key_inside_the_token_is_not_used(pair, stranger):
    named = base64.b64encode(stranger.der).decode()
    text = signed(stranger, header_of(pair, x5c=[named]))
    assert assertion.read(text).chain == (stranger.der,)
    assert not assertion.verify(text, pair.der, "RS256")


def test_other_certificates_verify_nothing(pair):
    text = written(pair, "RS256")
    curve, weak = certificates.make(curve=True), certificates.make(bits=1024)
    for der in (b"", b"text", pair.der[:-1], pair.certificate_pem, curve.der, weak.der):
        assert not assertion.verify(text, der, "RS256")
    small = signed(weak, header_of(weak))
    assert not assertion.verify(small, weak.der, "RS256")


def test_a_key_of_an_unknown_kind_verifies_nothing(pair):
    # The algorithm id rsaEncryption, 1.2.840.113549.1.1.1, made another one in the same place.
    unknown = pair.der.replace(
        bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01017f")
    )
    assert unknown != pair.der
    assert not assertion.verify(written(pair, "RS256"), unknown, "RS256")


@given(at=st.integers(0, 10_000), octet=st.integers(32, 126))
def test_no_changed_octet_goes_through(pair, at, octet):
    text = sample(pair)
    at %= len(text)
    changed = text[:at] + chr(octet) + text[at + 1 :]
    if assertion.verify(changed, pair.der, "PS256"):
        # Only the bits of the last character that say nothing may differ.
        assert changed[:-1] == text[:-1]


@cache
def sample(pair):
    return written(pair, "PS256")
