"""Signatures in the Security header: over the timestamp, by the proof key or a certificate."""

import base64
import copy
import hashlib
import hmac

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support import saml_tokens
from support.saml_tokens import DS, EXCLUSIVE, PROOF, arrived, ask_xmlsec1, pair, signature_of
from xrm.wire import xml, xmldsig
from xrm.wire.xmldsig import UTILITY

REFERENCE = etree.fromstring('<o:SecurityTokenReference xmlns:o="urn:o"/>')
DIGESTS = ("sha1", "sha256")
MESSAGE = (
    f'<s:Envelope xmlns:s="urn:s" xmlns:u="{UTILITY}" xmlns:unused="urn:unused"><s:Header>'
    '<s:To u:Id="_1">https://crm.contoso.example/</s:To><o:Security xmlns:o="urn:o">'
    '<u:Timestamp u:Id="_0"><u:Created>2027-01-15T08:00:00.000Z</u:Created>'
    "<u:Expires>2027-01-15T08:05:00.000Z</u:Expires></u:Timestamp>"
    "</o:Security></s:Header><s:Body/></s:Envelope>"
)


def _message(key=PROOF, *, digest="sha1", to: bool = False) -> etree._Element:
    root = xml.parse(MESSAGE.encode())
    security = root[0][1]
    targets = [security[0], root[0][0]] if to else [security[0]]
    xmldsig.sign_detached(
        security, targets, key=key, digest=digest, key_info=copy.deepcopy(REFERENCE)
    )
    return arrived(root)


def _verified(root: etree._Element, key=PROOF) -> tuple[etree._Element, ...]:
    return xmldsig.verify_detached(signature_of(root), root, key=key)


def _refused(root: etree._Element, key=PROOF) -> str:
    with pytest.raises(xmldsig.SignatureError) as caught:
        _verified(root, key)
    return str(caught.value)


def _timestamp(root: etree._Element) -> etree._Element:
    return next(root.iter(f"{{{UTILITY}}}Timestamp"))


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("to", [False, True])
def test_the_elements_covered_are_those_of_the_message(digest, to):
    for key, verifying in ((PROOF, PROOF), _rsa()):
        root = _message(key, digest=digest, to=to)
        covered = _verified(root, verifying)
        assert covered[0] is _timestamp(root)
        assert covered[1:] == ((root[0][0],) if to else ())
        # Once more: what the first time left behind in the document does no harm.
        assert _verified(root, verifying) == covered


def _rsa():
    return pair().private_key, pair().private_key.public_key()


def test_the_signature_has_the_form_of_wcf():
    signature = signature_of(_message())
    assert [child.tag.partition("}")[2] for child in signature] == [
        "SignedInfo",
        "SignatureValue",
        "KeyInfo",
    ]
    assert signature[2][0].tag == "{urn:o}SecurityTokenReference"
    assert signature.getparent().tag == "{urn:o}Security"
    assert [element.get("Algorithm") for element in signature[0].iter() if element.attrib] == [
        EXCLUSIVE,
        f"{DS}hmac-sha1",
        None,
        EXCLUSIVE,
        f"{DS}sha1",
    ]
    assert len(base64.b64decode(signature[1].text, validate=True)) == 20
    # Some clients take a text by its position, so there is no white space between elements.
    assert not any((element.tail or "").strip(" ") for element in signature.iter())


def test_a_whole_key_info_is_taken_as_it_is():
    root = xml.parse(MESSAGE.encode())
    info = etree.fromstring(f'<KeyInfo xmlns="{DS}"><KeyName>k</KeyName></KeyInfo>')
    security = root[0][1]
    xmldsig.sign_detached(security, [security[0]], key=PROOF, digest="sha1", key_info=info)
    assert [element.tag for element in signature_of(root)[2]] == [f"{{{DS}}}KeyName"]
    _verified(root)


@pytest.mark.parametrize("digest", DIGESTS)
def test_xmlsec1_finds_it_right(digest, require, tmp_path):
    program = require("xmlsec1", "an independent judge of signatures")
    root = _message(pair().private_key, digest=digest, to=True)
    ask_xmlsec1(
        program,
        tmp_path,
        "--verify",
        "--id-attr:Id",
        f"{UTILITY}:Timestamp",
        "--id-attr:Id",
        "urn:s:To",
        "--pubkey-cert-pem",
        "{pem}",
        document=etree.tostring(root),
        pem=pair().certificate_pem,
    )
    ask_xmlsec1(
        program,
        tmp_path,
        "--verify",
        "--id-attr:Id",
        f"{UTILITY}:Timestamp",
        "--hmackey",
        "{pem}",
        document=etree.tostring(_message(digest=digest)),
        pem=PROOF,
    )


def test_a_digest_of_text_that_is_canonical_by_chance_is_accepted():
    """Clients put the text together by hand: digest and signature are those of their text."""
    timestamp = (
        f'<u:Timestamp xmlns:u="{UTILITY}" u:Id="_0"><u:Created>2027-01-15T08:00:00.000Z'
        "</u:Created><u:Expires>2027-01-15T08:05:00.000Z</u:Expires></u:Timestamp>"
    )
    digest = base64.b64encode(hashlib.sha1(timestamp.encode()).digest()).decode()
    info = (
        f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}">'
        f'</CanonicalizationMethod><SignatureMethod Algorithm="{DS}hmac-sha1"></SignatureMethod>'
        f'<Reference URI="#_0"><Transforms><Transform Algorithm="{EXCLUSIVE}"></Transform>'
        f'</Transforms><DigestMethod Algorithm="{DS}sha1"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )
    value = base64.b64encode(hmac.digest(PROOF, info.encode(), "sha1")).decode()
    sent = info.replace("></CanonicalizationMethod>", "/>").replace("></Transform>", "/>")
    root = xml.parse(
        f'<o:Security xmlns:o="urn:o">{timestamp}<Signature xmlns="{DS}">{sent}'
        f"<SignatureValue>{value}</SignatureValue></Signature></o:Security>".encode()
    )
    assert _verified(root) == (root[0],)


def _java(prefixes: str) -> etree._Element:
    """Return a message as WSS4J signs it: with the prefixes in scope kept."""
    root = xml.parse(MESSAGE.encode())
    security = root[0][1]
    kept = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>'
    security.append(
        etree.fromstring(
            f'<Signature xmlns="{DS}"><SignedInfo>'
            f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}">{kept}</CanonicalizationMethod>'
            f'<SignatureMethod Algorithm="{DS}hmac-sha1"/><Reference URI="#_0"><Transforms>'
            f'<Transform Algorithm="{EXCLUSIVE}">{kept}</Transform></Transforms>'
            f'<DigestMethod Algorithm="{DS}sha1"/><DigestValue/></Reference></SignedInfo>'
            "<SignatureValue/></Signature>"
        )
    )
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, PROOF)
    context.register_id(security[0], "Id", UTILITY)
    context.sign(security[1])
    return arrived(root)


def test_prefixes_to_keep_are_honoured():
    for prefixes in ("", "s", "s o unused", "#default s"):
        root = _java(prefixes)
        assert _verified(root) == (_timestamp(root),)
    text = etree.tostring(_java("unused")).replace(b"urn:unused", b"urn:other")
    assert "does not fit" in _refused(xml.parse(text))


@pytest.mark.parametrize("prefixes", ["a" * 41, " ".join(["s"] * 21), "s  o", "1", "*", "s\no"])
def test_lists_of_prefixes_are_bounded(prefixes):
    root = _java("s")
    for kept in root.iter(f"{{{EXCLUSIVE}}}InclusiveNamespaces"):
        kept.set("PrefixList", prefixes)
    assert "prefixes" in _refused(root)


def _edited(root):
    _timestamp(root)[1].text = "2037-01-15T08:05:00.000Z"


def _value(root):
    signature_of(root)[1].text = base64.b64encode(bytes(20)).decode()


def _short(root):
    signature_of(root)[1].text = "AAAA"


def _truncated(root):
    method = signature_of(root)[0][1]
    etree.SubElement(method, f"{{{DS}}}HMACOutputLength").text = "0"


def _other_id(root):
    _timestamp(root).set(f"{{{UTILITY}}}Id", "_2")


def _id_twice(root):
    etree.SubElement(root[1], "x").set("Id", "_0")


def _id_twice_by_xml(root):
    etree.SubElement(root[1], "x").set("{http://www.w3.org/XML/1998/namespace}id", "_0")


def _id_of_another_kind(root):
    timestamp = _timestamp(root)
    del timestamp.attrib[f"{{{UTILITY}}}Id"]
    timestamp.set("{urn:x}Id", "_0")


def _wrapped(root):
    """Move the timestamp that is signed out of the way and put another in its place."""
    timestamp = _timestamp(root)
    other = copy.deepcopy(timestamp)
    other[1].text = "2037-01-15T08:05:00.000Z"
    timestamp.getparent().replace(timestamp, other)
    etree.SubElement(root[1], "Wrapper").append(timestamp)


def _instruction(root):
    _timestamp(root).append(etree.Comment("x"))


def _references(count):
    def change(root):
        info = signature_of(root)[0]
        for _ in range(count):
            info.append(copy.deepcopy(info[2]))

    return change


def _transform(algorithm):
    def change(root):
        next(root.iter(f"{{{DS}}}Transform")).set("Algorithm", algorithm)

    return change


def _address(text):
    def change(root):
        next(root.iter(f"{{{DS}}}Reference")).set("URI", text)

    return change


def _tag(root):
    signature_of(root)[0].tag = f"{{{DS}}}Other"


def _name(root):
    signature_of(root).tag = f"{{{DS}}}Other"


DIFFERENT = "does not fit"
PARTS = "The signature has not the parts"
ALGORITHM = "algorithm"
SEVERAL = "no element, or for several"
ELSEWHERE = "in the same document"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_edited, DIFFERENT),
        (_value, DIFFERENT),
        (_short, DIFFERENT),
        (_references(1), DIFFERENT),
        (_truncated, "Parameters"),
        (_other_id, SEVERAL),
        (_wrapped, SEVERAL),
        (_id_twice, SEVERAL),
        (_id_twice_by_xml, SEVERAL),
        (_id_of_another_kind, SEVERAL),
        (_instruction, "Comments"),
        (_references(8), "too many references"),
        (_references(10_000), "too many references"),
        (_transform(f"{DS}enveloped-signature"), ALGORITHM),
        (_transform(f"{DS}base64"), ALGORITHM),
        (_transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), ALGORITHM),
        (_transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), ALGORITHM),
        (_transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), ALGORITHM),
        (_transform(f"{EXCLUSIVE}WithComments"), ALGORITHM),
        (_address(""), ELSEWHERE),
        (_address("#"), ELSEWHERE),
        (_address("_0"), ELSEWHERE),
        (_address("#xpointer(/)"), ELSEWHERE),
        (_address("#_0') | id('_1"), ELSEWHERE),
        (_address("http://127.0.0.1:9/"), ELSEWHERE),
        (_address("file:///etc/passwd"), ELSEWHERE),
        (_address("cid:attachment"), ELSEWHERE),
        (_tag, PARTS),
    ],
)
def test_what_was_tampered_with_is_refused(change, reason):
    root = _message()
    _verified(root)
    change(root)
    assert reason in _refused(root)


def test_what_was_moved_aside_is_not_what_stands_in_its_place():
    root = _message()
    _wrapped(root)
    shown = _timestamp(root)
    del shown.attrib[f"{{{UTILITY}}}Id"]
    (covered,) = _verified(root)
    assert covered is not shown
    assert covered.getparent().tag == "Wrapper"


def test_another_name_is_not_that_of_a_signature():
    root = _message()
    signature = signature_of(root)
    _name(root)
    with pytest.raises(xmldsig.SignatureError, match=PARTS):
        xmldsig.verify_detached(signature, root, key=PROOF)


def test_another_key_is_refused():
    assert "does not fit" in _refused(_message(), bytes(32))
    assert "does not fit" in _refused(_message(), b"")
    other = pair("stranger").private_key.public_key()
    assert "does not fit" in _refused(_message(pair().private_key), other)


def test_a_key_is_used_for_its_own_kind_of_signature_only():
    private, public = _rsa()
    assert "algorithm" in _refused(_message(private), PROOF)
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        for encoding in (Encoding.PEM, Encoding.DER):
            assert "algorithm" in _refused(_message(public.public_bytes(encoding, form)), public)


def test_nothing_but_the_key_given_is_used():
    """The KeyInfo is not signed: whoever reads it decides what it means."""
    root = _message(pair("stranger").private_key)
    info = signature_of(root)[2]
    der = base64.b64encode(pair("stranger").der).decode()
    info[0] = etree.fromstring(
        f'<X509Data xmlns="{DS}"><X509Certificate>{der}</X509Certificate></X509Data>'
    )
    assert "does not fit" in _refused(root, pair().private_key.public_key())


def test_a_signature_of_another_document_is_refused():
    root = _message()
    with pytest.raises(xmldsig.SignatureError, match="another document"):
        xmldsig.verify_detached(signature_of(root), arrived(root), key=PROOF)


def test_something_else_than_a_signature_is_refused():
    root = _message()
    with pytest.raises(xmldsig.SignatureError):
        xmldsig.verify_detached(_timestamp(root), root, key=PROOF)


def test_ids_that_begin_with_a_digit_are_taken_as_clients_send_them():
    root = xml.parse(MESSAGE.replace('"_0"', '"5f3c2d1a-0b"').encode())
    security = root[0][1]
    xmldsig.sign_detached(
        security, [security[0]], key=PROOF, digest="sha256", key_info=copy.deepcopy(REFERENCE)
    )
    root = saml_tokens.arrived(root)
    assert _verified(root) == (_timestamp(root),)
