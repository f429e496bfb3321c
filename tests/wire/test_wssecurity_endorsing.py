"""Signatures over the timestamp and the address: which are believed, and which attacks fail."""

import hashlib
import hmac
from base64 import b64encode

import pytest
from lxml import etree

from support import certificates
from support.trust_messages import (
    DS,
    ENDS,
    MADE,
    TIMESTAMP,
    TO,
    endorse,
    envelope,
    security_of,
)
from xrm.wire.wssecurity import SecurityError, read_security, to_assertion
from xrm.wire.wssecurity.endorsing import check_endorsement, key_info, signing_token
from xrm.wire.wssecurity.faults import INVALID_SECURITY, fault_of
from xrm.wire.wssecurity.references import reference_element, write_reference
from xrm.wire.xml import parse

KEY = bytes(range(32))
TOKEN = to_assertion("_a1")


@pytest.fixture(scope="module")
def pair():
    return certificates.make()


def signed(message=None, key=KEY, digest="sha1"):
    return endorse(
        message or envelope(TIMESTAMP), key=key, key_info=reference_element(TOKEN), digest=digest
    )


def check(message, key=KEY):
    security = read_security(security_of(message))
    assert len(security.signatures) == 1
    check_endorsement(security, security.signatures[0], key=key)
    return security.signatures[0]


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_symmetric_key_signs_the_timestamp(digest):
    signature = check(signed(digest=digest))
    assert signing_token(signature) == TOKEN
    assert [one.get("URI") for one in signature.iter(f"{{{DS}}}Reference")] == ["#_0"]


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_an_asymmetric_key_signs_the_address_too(pair, digest):
    signature = check(signed(key=pair.private_key, digest=digest), pair.private_key.public_key())
    assert [one.get("URI") for one in signature.iter(f"{{{DS}}}Reference")] == ["#_0", "#_1"]


def test_a_signature_made_from_templates_of_text():
    """Some clients hash text they have ready, with empty elements open, and send these closed."""
    space = (
        'xmlns:u="http://docs.oasis-open.org/wss/2004/01/'
        'oasis-200401-wss-wssecurity-utility-1.0.xsd"'
    )
    stamp = (
        f'<u:Timestamp {space} u:Id="_0"><u:Created>{MADE}</u:Created>'
        f"<u:Expires>{ENDS}</u:Expires></u:Timestamp>"
    )
    digest = b64encode(hashlib.sha1(stamp.encode()).digest()).decode()
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    parts = (
        ("CanonicalizationMethod", exclusive),
        ("SignatureMethod", f"{DS}hmac-sha1"),
    )
    methods = "".join(f'<{name} Algorithm="{value}"></{name}>' for name, value in parts)
    info = (
        f'<SignedInfo xmlns="{DS}">{methods}<Reference URI="#_0"><Transforms>'
        f'<Transform Algorithm="{exclusive}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{DS}sha1"></DigestMethod><DigestValue>{digest}</DigestValue>'
        "</Reference></SignedInfo>"
    )
    value = b64encode(hmac.digest(KEY, info.encode(), "sha1")).decode()
    for name in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod"):
        info = info.replace(f"></{name}>", "/>")
    signature = (
        f'<Signature xmlns="{DS}">{info}<SignatureValue>{value}</SignatureValue>'
        f"<KeyInfo>{write_reference(TOKEN)}</KeyInfo></Signature>"
    )
    check(envelope(TIMESTAMP + signature))


def edited(message, change):
    root = parse(message)
    change(root)
    return etree.tostring(root)


def wrapped(root):
    """Move the signed timestamp aside and put a fresh one in its place."""
    security = root[0].find("{*}Security")
    signed_one = security[0]
    fresh = parse(
        etree.tostring(signed_one).replace(b"12:00", b"13:00").replace(b"12:05", b"13:05")
    )
    fresh.set(next(name for name in fresh.attrib), "_9")
    security.replace(signed_one, fresh)
    etree.SubElement(root[0], "{urn:x}aside").append(signed_one)


def doubled(root):
    security = root[0].find("{*}Security")
    root[0].append(parse(etree.tostring(security[0])))


def shortened(root):
    method = next(root.iter(f"{{{DS}}}SignatureMethod"))
    etree.SubElement(method, f"{{{DS}}}HMACOutputLength").text = "8"


ATTACKS = {
    "edited": lambda message: message.replace(b"12:05", b"12:55"),
    "wrapped": lambda message: edited(message, wrapped),
    "an id twice": lambda message: edited(message, doubled),
    "nothing signed": lambda message: message.replace(b'URI="#_0"', b'URI=""'),
    "another method": lambda message: message.replace(b"hmac-sha1", b"rsa-sha1"),
    "short digest": lambda message: edited(message, shortened),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks(attack):
    message = signed()
    changed = ATTACKS[attack](message)
    assert changed != message
    security = read_security(security_of(changed))
    with pytest.raises(SecurityError) as caught:
        check_endorsement(security, security.signatures[0], key=KEY)
    assert fault_of(caught.value) == INVALID_SECURITY


def test_another_key():
    with pytest.raises(SecurityError):
        check(signed(), bytes(32))


def test_an_hmac_with_a_public_key(pair):
    public = pair.private_key.public_key()
    with pytest.raises(SecurityError):
        check(signed(key=pair.certificate_pem), public)
    with pytest.raises(SecurityError):
        check(signed(key=pair.private_key), KEY)


def test_an_asymmetric_signature_that_leaves_the_address_out(pair):
    message = signed(key=pair.private_key)
    elsewhere = message.replace(b"https://sts.example", b"https://org.example")
    assert elsewhere != message
    public = pair.private_key.public_key()
    for changed in (elsewhere, edited(message, lambda root: root[0].remove(root[0][0]))):
        with pytest.raises(SecurityError):
            check(changed, public)
    second = message.replace(b"<o:Security", f"{TO}<o:Security".encode(), 1)
    with pytest.raises(SecurityError):
        check(second, public)


def test_a_signature_elsewhere_does_not_count():
    element = security_of(signed())
    signature = read_security(element).signatures[0]
    element.getparent().append(signature)  # it still fits what it covers
    moved = read_security(element)
    stranger = read_security(security_of(signed())).signatures[0]
    for found in (signature, stranger):
        with pytest.raises(SecurityError):
            check_endorsement(moved, found, key=KEY)


def test_a_message_without_a_timestamp():
    stripped = edited(signed(), lambda root: root[0].find("{*}Security").remove(root[0][1][0]))
    with pytest.raises(SecurityError):
        check(stripped)


def test_a_signature_that_names_no_key():
    signature = read_security(security_of(signed())).signatures[0]
    signature.remove(signature[-1])
    with pytest.raises(SecurityError):
        key_info(signature)
