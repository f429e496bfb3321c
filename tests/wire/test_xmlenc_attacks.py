"""Encrypted content from strangers: whatever is wrong with it, the answer is the same."""

import base64
import copy
import os
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from lxml import etree

from support import token_elements
from support.saml_tokens import DS, PROOF, arrived, pair, signed
from xrm.wire import xml, xmlenc

XENC = "http://www.w3.org/2001/04/xmlenc#"
RECIPIENT = "relying party"
RSA_OAEP = OAEP(MGF1(SHA1()), SHA1(), None)
SECRET = bytes(range(32))
Change = Callable[[etree._Element], None]


def _sent(
    text: bytes = b"<a/>",
    *,
    secret: bytes = SECRET,
    padding: object = RSA_OAEP,
    last: bytes | None = None,
) -> etree._Element:
    """Return an EncryptedData put together by hand.

    `secret` is what is wrapped for the recipient; `last` stands in place of the padding.
    """
    data = token_elements.encrypt(etree.Element("a"), pair(RECIPIENT).der)
    key, content = data.iter("{*}CipherValue")
    public = pair(RECIPIENT).private_key.public_key()
    key.text = base64.b64encode(public.encrypt(secret, padding)).decode()
    count = 16 - len(text) % 16
    padded = text + (bytes(count - 1) + bytes([count]) if last is None else last)
    vector = os.urandom(16)
    encryptor = Cipher(algorithms.AES(SECRET), modes.CBC(vector)).encryptor()
    octets = vector + encryptor.update(padded) + encryptor.finalize()
    content.text = base64.b64encode(octets).decode()
    return arrived(data)


def _refused(data: etree._Element, **accepted: bool) -> str:
    with pytest.raises(xmlenc.DecryptionError) as caught:
        xmlenc.decrypt(data, pair(RECIPIENT).private_key, **accepted)
    # Nothing hangs on it that a log could tell apart.
    assert caught.value.__cause__ is None
    return str(caught.value)


def _values(data: etree._Element) -> list[etree._Element]:
    return list(data.iter("{*}CipherValue"))


def _flipped(text: str | None, place: int) -> str:
    octets = bytearray(base64.b64decode(text or ""))
    octets[place] ^= 1
    return base64.b64encode(bytes(octets)).decode()


def _flip(value: int, place: int) -> Change:
    def change(data: etree._Element) -> None:
        found = _values(data)[value]
        found.text = _flipped(found.text, place)

    return change


def test_the_one_put_together_by_hand_is_read():
    root = xmlenc.decrypt(_sent(b"<a>1</a>"), pair(RECIPIENT).private_key)
    assert root.text == "1"


def test_only_the_last_octet_of_the_padding_counts():
    padded = _sent(b"<a>1</a>", last=b"1234567\x08")
    assert xmlenc.decrypt(padded, pair(RECIPIENT).private_key).text == "1"


def _changed(change: Change) -> etree._Element:
    data = _sent(b"<a>" + b"x" * 100 + b"</a>")
    change(data)
    return data


def _with_value(place: int, octets: bytes) -> etree._Element:
    data = _sent()
    _values(data)[place].text = base64.b64encode(octets).decode()
    return data


def _to_another() -> etree._Element:
    return token_elements.encrypt(signed(), pair("stranger").der)


ORACLES = {
    "key: one bit": lambda: _changed(_flip(0, 5)),
    "key: zero": lambda: _with_value(0, bytes(256)),
    "key: larger than the modulus": lambda: _with_value(0, b"\xff" * 256),
    "key: too short": lambda: _with_value(0, bytes(10)),
    "key: of another recipient": _to_another,
    "key: PKCS #1 v1.5 padding": lambda: _sent(padding=PKCS1v15()),
    "key: OAEP with SHA-256": lambda: _sent(padding=OAEP(MGF1(SHA256()), SHA256(), None)),
    "key: 16 octets": lambda: _sent(secret=SECRET[:16]),
    "key: 0 octets": lambda: _sent(secret=b""),
    "key: 33 octets": lambda: _sent(secret=SECRET + b"x"),
    "key: another of the right size": lambda: _sent(secret=bytes(32)),
    "padding: 0": lambda: _sent(b"<a/>", last=bytes(12)),
    "padding: 17": lambda: _sent(b"<a/>", last=bytes(11) + b"\x11"),
    "padding: 255": lambda: _sent(b"<a/>", last=bytes(11) + b"\xff"),
    "padding: all of it": lambda: _sent(b"", last=bytes(15) + b"\x10"),
    "text: one bit of the first block": lambda: _changed(_flip(1, 0)),
    "text: one bit of the last block": lambda: _changed(_flip(1, -1)),
    "XML: none": lambda: _sent(b"just text"),
    "XML: not closed": lambda: _sent(b"<a>"),
    "XML: two roots": lambda: _sent(b"<a/><a/>"),
    "XML: not UTF-8": lambda: _sent(b"<a>\xff</a>"),
    "XML: entity bomb": lambda: _sent(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
    "XML: external entity": lambda: _sent(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    ),
    "XML: instruction": lambda: _sent(b"<a><?x y?></a>"),
    "XML: nested deeply": lambda: _sent(b"<a>" * 50 + b"</a>" * 50),
    "XML: too many elements": lambda: _sent(b"<a>" + b"<b/>" * 12_000 + b"</a>"),
    "XML: encrypted again": lambda: _sent(etree.tostring(_sent())),
}


STEPS = ["random", "decrypted", "parsed"]


@pytest.fixture
def steps(monkeypatch) -> list[str]:
    """Return the steps that the reading of an EncryptedData takes, as it takes them."""
    taken: list[str] = []

    def watch(place: object, name: str, step: str) -> None:
        original = getattr(place, name)

        def watched(*given, **named):
            taken.append(step)
            return original(*given, **named)

        monkeypatch.setattr(place, name, watched)

    watch(xmlenc.os, "urandom", "random")
    watch(xmlenc, "Cipher", "decrypted")
    watch(xml, "parse", "parsed")
    return taken


@pytest.mark.parametrize("cause", ORACLES)
def test_every_cause_has_the_same_text_and_takes_the_same_steps(cause, steps):
    """An oracle would tell the causes apart: by what is said, or by how far the work went."""
    data = ORACLES[cause]()
    steps.clear()
    assert _refused(data) == "The encrypted content cannot be read."
    assert steps == STEPS


def test_what_is_right_takes_the_same_steps(steps):
    data = _sent()
    steps.clear()
    xmlenc.decrypt(data, pair(RECIPIENT).private_key)
    assert steps == STEPS


def _method(data, algorithm, place=0):
    list(data.iter("{*}EncryptionMethod"))[place].set("Algorithm", algorithm)


def _cipher_reference(place):
    def change(data):
        value = _values(data)[place]
        parent = value.getparent()
        parent.remove(value)
        etree.SubElement(parent, f"{{{XENC}}}CipherReference", URI="http://127.0.0.1:9/x")

    return change


def _cipher_reference_beside(data):
    parent = _values(data)[1].getparent()
    etree.SubElement(parent, f"{{{XENC}}}CipherReference", URI="http://127.0.0.1:9/x")


def _two(name):
    def change(data):
        found = next(data.iter(f"{{*}}{name}"))
        found.addnext(copy.deepcopy(found))

    return change


def _none(name):
    def change(data):
        found = next(data.iter(f"{{*}}{name}"))
        found.getparent().remove(found)

    return change


def _text(place, text):
    def change(data):
        _values(data)[place].text = text

    return change


def _named_key(data):
    info = next(data.iter(f"{{{DS}}}KeyInfo"))
    info.clear()
    etree.SubElement(info, f"{{{DS}}}KeyName").text = "known"


def _parameters(data):
    method = list(data.iter("{*}EncryptionMethod"))[1]
    etree.SubElement(method, f"{{{XENC}}}OAEPparams").text = "AAAA"


def _other_tag(data):
    data.tag = f"{{{XENC}}}EncryptedKey"


FORMS = {
    "PKCS #1 v1.5": lambda data: _method(data, f"{XENC}rsa-1_5", 1),
    "OAEP of XML Encryption 1.1": lambda data: _method(
        data, "http://www.w3.org/2009/xmlenc11#rsa-oaep", 1
    ),
    "key wrapped by a key": lambda data: _method(data, f"{XENC}kw-aes256", 1),
    "OAEP parameters": _parameters,
    "OAEP digest": lambda data: next(data.iter("{*}DigestMethod")).set("Algorithm", "urn:x"),
    "no cipher": lambda data: _method(data, ""),
    "unknown cipher": lambda data: _method(data, "urn:unknown"),
    "triple DES": lambda data: _method(data, f"{XENC}tripledes-cbc"),
    "content instead of an element": lambda data: data.set("Type", f"{XENC}Content"),
    "another element": _other_tag,
    "data elsewhere": _cipher_reference(1),
    "key elsewhere": _cipher_reference(0),
    "data here and elsewhere": _cipher_reference_beside,
    "two keys": _two("EncryptedKey"),
    "two values": _two("CipherValue"),
    "two methods": _two("EncryptionMethod"),
    "two sets of data": _two("CipherData"),
    "no key": _none("EncryptedKey"),
    "no key info": _none("KeyInfo"),
    "no method": _none("EncryptionMethod"),
    "no value": _none("CipherValue"),
    "a key by name": _named_key,
    "not base64": _text(1, "*" * 64),
    "base64 with a rest": _text(1, "A" * 65),
    "base64 padded within": _text(1, "AAAA=AAA" * 8),
    "no whole block": _text(1, base64.b64encode(bytes(40)).decode()),
    "no block but the vector": _text(1, base64.b64encode(bytes(16)).decode()),
    "nothing": _text(1, ""),
    "huge data": _text(1, "A" * 4_000_000),
    "huge key": _text(0, "A" * 4_000_000),
}


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_refused(form):
    data = _sent()
    FORMS[form](data)
    assert _refused(data) == "The encrypted content cannot be read."


def test_triple_des_is_read_only_where_it_is_asked_for():
    data = token_elements.encrypt(signed(), pair(RECIPIENT).der, cipher="tripledes-cbc")
    _refused(data)
    assert xmlenc.decrypt(data, pair(RECIPIENT).private_key, tripledes=True).get("AssertionID")


def test_comments_within_do_not_come_out():
    read = xmlenc.decrypt(_sent(b"<a>alice<!-- -->.evil</a>"), pair(RECIPIENT).private_key)
    assert read.text == "alice.evil"


@pytest.mark.parametrize(
    "change",
    [
        _flip(0, 3),
        _text(0, "AAAA"),
        _text(0, ""),
        _text(0, "A" * 100_000),
        lambda key: _method(key, f"{XENC}rsa-1_5"),
        _cipher_reference(0),
        lambda key: key.__setattr__("tag", "{urn:x}other"),
    ],
)
def test_keys_alone_are_refused_the_same_way(change):
    key = arrived(token_elements.encrypt_key(PROOF, pair(RECIPIENT).der))
    change(key)
    with pytest.raises(xmlenc.DecryptionError) as caught:
        xmlenc.decrypt_key(key, pair(RECIPIENT).private_key)
    assert str(caught.value) == "The encrypted content cannot be read."
