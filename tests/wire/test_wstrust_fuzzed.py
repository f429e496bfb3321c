"""Readers of WS-Security, WS-Trust and descriptions, given anything: errors of theirs only."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.fuzz import PROFILE
from support.mex_documents import RECORDED
from support.trust_messages import DS, SAML, TIMESTAMP, WSSE, WSU, XENC, envelope, security_of
from xrm.wire.wssecurity import SecurityError, TokenError, read_reference, read_security
from xrm.wire.wssecurity.endorsing import check_endorsement, key_info
from xrm.wire.wssecurity.moments import read_moment, write_moment
from xrm.wire.wstrust import (
    TRUST_13,
    VERSIONS,
    IssuedTokenResponse,
    RequestSecurityToken,
    TrustError,
    mex,
    offer,
    proof_key,
    read_request,
    read_response,
    write_request,
    write_response,
)
from xrm.wire.xml import XmlError, parse

POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
SECURITY_NAMES = [
    *(f"{{{WSSE}}}{name}" for name in ("UsernameToken", "Username", "Password", "Security")),
    *(f"{{{WSSE}}}{name}" for name in ("BinarySecurityToken", "SecurityTokenReference")),
    *(f"{{{WSSE}}}{name}" for name in ("KeyIdentifier", "Reference")),
    *(f"{{{WSU}}}{name}" for name in ("Timestamp", "Created", "Expires")),
    *(f"{{{DS}}}{name}" for name in ("Signature", "SignedInfo", "KeyInfo", "KeyValue")),
    *(f"{{{DS}}}{name}" for name in ("X509Data", "X509IssuerSerial", "X509IssuerName")),
    *(f"{{{DS}}}{name}" for name in ("X509SerialNumber", "X509Certificate", "RSAKeyValue")),
    *(f"{{{DS}}}{name}" for name in ("Modulus", "Exponent", "SignatureValue", "Reference")),
    *(f"{{{SAML}}}Assertion", f"{{{XENC}}}EncryptedData"),
]
TRUST_NAMES = [
    f"{{{space}}}{name}"
    for space in VERSIONS
    for name in (
        *("RequestSecurityToken", "RequestSecurityTokenResponse", "RequestType", "TokenType"),
        *("RequestSecurityTokenResponseCollection", "KeyType", "KeySize", "Entropy", "Claims"),
        *("BinarySecret", "Lifetime", "OnBehalfOf", "UseKey", "Renewing", "SecondaryParameters"),
        *("RenewTarget", "RequestedSecurityToken", "RequestedProofToken", "ComputedKey", "Status"),
        *("RequestedAttachedReference", "RequestedTokenCancelled", "Code", "Reason"),
    )
]
SHARED = [
    *(f"{{{POLICY}}}AppliesTo", f"{{{ADDRESSING}}}EndpointReference", f"{{{ADDRESSING}}}Address"),
    *(f"{{{WSU}}}Created", f"{{{WSU}}}Expires", f"{{{WSSE}}}SecurityTokenReference", "x"),
]
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", "0", "256", "QUJD", "AQAB", "#_0", "_0", "true", "2024-03-01T12:00:00Z"),
            *(row.key_type("bearer") for row in VERSIONS.values()),
            *(row.request_type("issue") for row in VERSIONS.values()),
            *(row.request_type("renew") for row in VERSIONS.values()),
            "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID",
        ]
    ),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=20),
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *("Id", f"{{{WSU}}}Id", "URI", "ValueType", "EncodingType", "Type", "Context"),
            *("Allow", "OK", "Sig", "Uri", "Optional", "Dialect"),
        ]
    ),
    TEXTS,
    max_size=2,
)


def elements(names):
    """Return trees of elements of those names."""
    tags = st.sampled_from(names)
    leaves = st.tuples(tags, ATTRIBUTES, TEXTS, st.just([]))
    return st.recursive(
        leaves,
        lambda inner: st.tuples(tags, ATTRIBUTES, TEXTS, st.lists(inner, max_size=4)),
        max_leaves=12,
    )


def grown(tree):
    tag, attributes, text, children = tree
    element = etree.Element(tag, attributes)
    element.text = text
    element.extend(grown(child) for child in children)
    return element


def put(tree, name):
    """Return a tree below a root of that name."""
    return etree.tostring(grown((name, {}, "", tree)))


@PROFILE
@given(st.lists(elements(SECURITY_NAMES), max_size=5))
def test_security_headers(trees):
    inner = b"".join(etree.tostring(grown(tree)) for tree in trees).decode()
    with suppress(SecurityError):
        found = read_security(security_of(envelope(TIMESTAMP + inner)))
        for signature in found.signatures:
            with suppress(SecurityError):
                key_info(signature)
            with suppress(SecurityError):
                check_endorsement(found, signature, key=b"k")
                raise AssertionError("Nobody has signed this.")


@PROFILE
@given(st.lists(elements(SECURITY_NAMES), max_size=3))
def test_references(trees):
    with suppress(TokenError):
        read_reference(parse(put(trees, f"{{{WSSE}}}SecurityTokenReference")))


@PROFILE
@given(st.sampled_from(TRUST_NAMES), st.lists(elements([*TRUST_NAMES, *SHARED]), max_size=6))
def test_requests_and_responses(name, trees):
    element = parse(put(trees, name))
    with suppress(TrustError):
        found = read_request(element)
        assert isinstance(found, RequestSecurityToken)
        parse(write_request(found).encode())
    with suppress(TrustError):
        answered = read_response(element)
        assert isinstance(answered, IssuedTokenResponse)
        parse(write_response(answered).encode())


@PROFILE
@given(
    st.sampled_from([data for data, _ in RECORDED.values()]),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 60), st.binary(max_size=12))),
)
def test_descriptions(data, changes):
    for place, count, new in changes:
        at = place % len(data)
        data = data[:at] + new + data[at + count :]
    with suppress(mex.MexError, XmlError):
        assert all(one.address.startswith("https://") for one in mex.read(data))


@PROFILE
@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_moments_come_back(milliseconds):
    written = write_moment(milliseconds / 1000)
    assert round(read_moment(written) * 1000) == milliseconds


@PROFILE
@given(st.text(max_size=40))
def test_moments_of_anything(text):
    with suppress(ValueError):
        assert isinstance(read_moment(text), float)


@PROFILE
@given(
    st.binary(max_size=64) | st.none(),
    st.integers(16, 128).map(lambda octets: octets * 8),
    st.binary(min_size=128, max_size=128),
)
def test_both_sides_agree_on_the_key(client, bits, random):
    made = offer(client, psha1=TRUST_13.psha1, bits=bits, random=lambda count: random[:count])
    sent = IssuedTokenResponse(version=TRUST_13, material=made, key_size=bits)
    found = read_response(parse(write_response(sent).encode()))
    key = proof_key(client, made, bits=bits)
    assert len(key) * 8 == bits
    assert proof_key(client, found.material, bits=found.key_size) == key
