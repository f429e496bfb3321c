"""Encrypted tokens and keys: the shape clients look for, and what other programs make of it."""

import base64
import copy

import pytest
import xmlsec
from cryptography import x509
from lxml import etree

from support import certificates, token_elements
from support.saml_tokens import DS, PROOF, VERSIONS, arrived, ask_xmlsec1, pair, signed
from xrm.wire import xmldsig, xmlenc

XENC = "http://www.w3.org/2001/04/xmlenc#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
CIPHERS = ("aes256-cbc", "aes192-cbc", "aes128-cbc", "tripledes-cbc")
RECIPIENT = "relying party"


def _encrypted(element: etree._Element, **form: str) -> etree._Element:
    return arrived(token_elements.encrypt(element, pair(RECIPIENT).der, **form))


def _decrypted(element: etree._Element, **accepted: bool) -> etree._Element:
    return xmlenc.decrypt(element, pair(RECIPIENT).private_key, **accepted)


def _text(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("cipher", CIPHERS)
def test_what_was_encrypted_is_read_again(version, cipher):
    token = signed(version)
    back = _decrypted(_encrypted(token, cipher=cipher), tripledes=True)
    assert _text(back) == _text(token)
    assert back.getparent() is None
    xmldsig.verify_enveloped(back, certificates=[pair().der])


@pytest.mark.parametrize("length", range(33))
def test_every_length_of_the_last_block_is_padded_right(length):
    element = etree.Element("a")
    element.text = "x" * length
    assert (_decrypted(_encrypted(element)).text or "") == "x" * length


def test_keys_and_vectors_are_fresh():
    first, second = (_encrypted(signed()) for _ in range(2))
    values = [value.text for token in (first, second) for value in token.iter("{*}CipherValue")]
    assert len({value[:40] for value in values}) == 4


def _spelled(element: etree._Element) -> list[str]:
    return [
        f"{child.prefix}:{etree.QName(child).localname}"
        if child.prefix
        else etree.QName(child).localname
        for child in element.iter()
    ]


def test_it_has_the_shape_that_clients_pick_apart():
    data = _encrypted(signed())
    assert _spelled(data) == [
        "xenc:EncryptedData",
        "xenc:EncryptionMethod",
        "KeyInfo",
        "e:EncryptedKey",
        "e:EncryptionMethod",
        "DigestMethod",
        "KeyInfo",
        "o:SecurityTokenReference",
        "X509Data",
        "X509IssuerSerial",
        "X509IssuerName",
        "X509SerialNumber",
        "e:CipherData",
        "e:CipherValue",
        "xenc:CipherData",
        "xenc:CipherValue",
    ]
    assert dict(data.attrib) == {"Type": f"{XENC}Element"}
    assert [
        method.get("Algorithm") for method in data.iter("{*}EncryptionMethod", "{*}DigestMethod")
    ] == [
        f"{XENC}aes256-cbc",
        f"{XENC}rsa-oaep-mgf1p",
        f"{DS}sha1",
    ]
    first, second = (base64.b64decode(value.text) for value in data.iter("{*}CipherValue"))
    assert len(first) == 256
    assert len(second) > 1000
    assert list(data.iter("{*}KeyIdentifier")) == []
    assert not any(element.tail or (len(element) and element.text) for element in data.iter())


def test_the_certificate_is_named_by_issuer_and_serial_number():
    authority = certificates.make("CN of, the authority")
    recipient = certificates.make("crm", issuer=authority)
    key = token_elements.encrypt_key(PROOF, recipient.der)
    assert next(key.iter("{*}X509IssuerName")).text == "CN=CN of\\, the authority"
    assert next(key.iter("{*}X509SerialNumber")).text == str(recipient.certificate.serial_number)


def test_or_by_its_key_as_microsoft_online_did():
    data = _encrypted(signed(), cipher="tripledes-cbc", by="subject-key-id")
    assert data.get("Id") == "Assertion0"
    (identifier,) = data.iter(f"{{{WSSE}}}KeyIdentifier")
    assert identifier.prefix == "wsse"
    assert identifier.get("ValueType").endswith("x509-token-profile-1.0#X509SubjectKeyIdentifier")
    public = pair(RECIPIENT).private_key.public_key()
    digest = x509.SubjectKeyIdentifier.from_public_key(public).digest
    assert base64.b64decode(identifier.text) == digest


def test_a_key_alone_is_encrypted_and_read():
    key = arrived(token_elements.encrypt_key(PROOF, pair(RECIPIENT).der))
    assert key.prefix == "e"
    assert xmlenc.decrypt_key(key, pair(RECIPIENT).private_key) == PROOF


def test_a_certificate_without_an_rsa_key_is_not_for_encryption():
    with pytest.raises(TypeError):
        token_elements.encrypt_key(PROOF, certificates.make("elliptic", curve=True).der)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("cipher", CIPHERS)
def test_xmlsec1_decrypts_it(version, cipher, require, tmp_path):
    program = require("xmlsec1", "an independent judge of encryption")
    token = signed(version)
    written = ask_xmlsec1(
        program,
        tmp_path,
        "--decrypt",
        "--privkey-pem",
        "{pem}",
        document=etree.tostring(_encrypted(token, cipher=cipher)),
        pem=pair(RECIPIENT).key_pem(),
    )
    assert _text(etree.fromstring(written)) == _text(token)


@pytest.mark.parametrize("cipher", ["Aes256", "Aes128", "Des3"])
def test_what_xmlsec_encrypts_is_read(cipher):
    token = signed()
    manager = xmlsec.KeysManager()
    manager.add_key(
        xmlsec.Key.from_memory(
            pair(RECIPIENT).certificate_pem, xmlsec.constants.KeyDataFormatCertPem
        )
    )
    data = xmlsec.template.encrypted_data_create(
        token,
        getattr(xmlsec.constants, f"Transform{cipher}Cbc"),
        type=xmlsec.constants.TypeEncElement,
        ns="xenc",
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, xmlsec.constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(
        getattr(xmlsec.constants, f"KeyData{cipher.rstrip('0123456789')}"),
        {"Aes256": 256, "Aes128": 128, "Des3": 192}[cipher],
        xmlsec.constants.KeyDataTypeSession,
    )
    root = etree.Element("root")
    root.append(token)
    wanted = _text(token)
    context.encrypt_xml(data, token)
    assert _text(_decrypted(arrived(root)[0], tripledes=True)) == wanted


def _beside(reference: str, **attributes: str) -> etree._Element:
    """Return an EncryptedData whose key stands beside it."""
    data = _encrypted(signed())
    root = etree.Element("root")
    info = data[1]
    key = info[0]
    key.set("Id", "key-1")
    for name, value in attributes.items():
        key.set(name, value)
    root.extend((key, data))
    info.append(etree.fromstring(reference))
    return arrived(root)


REFERENCES = [
    f'<RetrievalMethod xmlns="{DS}" URI="#key-1" Type="{XENC}EncryptedKey"/>',
    f'<o:SecurityTokenReference xmlns:o="{WSSE}"><o:Reference URI="#key-1"/>'
    "</o:SecurityTokenReference>",
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_key_beside_the_data_is_found_by_its_id(reference):
    _, data = _beside(reference)
    assert _decrypted(data).get("AssertionID")


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_key_beside_the_data_is_one_and_in_the_same_place(reference):
    root = _beside(reference)
    alone = copy.deepcopy(root[1])
    with pytest.raises(xmlenc.DecryptionError):
        _decrypted(alone)
    root.append(copy.deepcopy(root[0]))
    with pytest.raises(xmlenc.DecryptionError):
        _decrypted(root[1])
    for address in ("#other", "", "http://127.0.0.1:9/key", "file:///etc/passwd", "#None"):
        _, data = _beside(reference.replace("#key-1", address))
        with pytest.raises(xmlenc.DecryptionError):
            _decrypted(data)
