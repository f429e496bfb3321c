"""The key of a holder in an assertion: what is read as one, and what is not."""

import base64

import pytest
from lxml import etree

from support import certificates
from support.saml_tokens import DS, PROOF, VERSIONS, one, pair, unread, written
from xrm.wire import saml
from xrm.wire.saml import names, parts

PARTY = "party"


def held(**members) -> saml.Confirmation:
    return saml.Confirmation(kind="holder-of-key", **members)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_secret_of_a_holder_is_read_by_its_relying_party(version):
    element = written(version, confirmation=held(secret=PROOF, certificate=pair(PARTY).der))
    read = saml.read(element, key=pair(PARTY).private_key)
    assert read.confirmation == held(secret=PROOF)
    assert "someone else" in unread(element)
    assert "cannot be read" in unread(element, pair("stranger").private_key)
    shown = saml.read(element, key=parts.OF_ANOTHER).confirmation
    assert (shown.kind, shown.secret, shown.key) == ("holder-of-key", None, None)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_public_key_of_a_holder_is_read(version):
    public = pair("holder").private_key.public_key()
    element = written(version, confirmation=held(key=public))
    read = saml.read(element).confirmation
    assert (read.kind, read.secret) == ("holder-of-key", None)
    assert read.key.public_numbers() == public.public_numbers()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_a_holder_stands_for_its_key(version):
    element = written(version, confirmation=held(key=pair().private_key.public_key()))
    for info in element.iter(parts.KEY_INFO):
        ds = info.tag.removesuffix("KeyInfo")
        del info[:]
        certificate = etree.SubElement(
            etree.SubElement(info, f"{ds}X509Data"), f"{ds}X509Certificate"
        )
        certificate.text = _der("holder")
    read = saml.read(element).confirmation.key
    assert read.public_numbers() == pair("holder").private_key.public_key().public_numbers()


def _der(name: str) -> str:
    lines = pair(name).certificate_pem.decode().splitlines()
    return "\n".join(lines[1:-1])


LONG_NUMBER = base64.b64encode((2**8200 + 1).to_bytes(1026, "big")).decode()
HELD_KEYS = [
    "",
    "<KeyName>x</KeyName>",
    "<KeyValue/>",
    "<KeyValue><DSAKeyValue/></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>*</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>",
    f"<KeyValue><RSAKeyValue><Modulus>{'/' * 20_000}</Modulus><Exponent>AQAB</Exponent>"
    "</RSAKeyValue></KeyValue>",
    f"<KeyValue><RSAKeyValue><Modulus>{LONG_NUMBER}</Modulus><Exponent>AQAB</Exponent>"
    "</RSAKeyValue></KeyValue>",
    "<X509Data><X509Certificate>AAAA</X509Certificate></X509Data>",
    "<X509Data><X509SubjectName>CN=x</X509SubjectName></X509Data>",
    '<RetrievalMethod URI="http://127.0.0.1:9/"/>',
    "<KeyName>x</KeyName><KeyName>x</KeyName>",
    '<b:BinarySecret xmlns:b="http://docs.oasis-open.org/ws-sx/ws-trust/200512">AAAA</b:BinarySecret>',
]


@pytest.mark.parametrize("info", HELD_KEYS, ids=range(len(HELD_KEYS)))
@pytest.mark.parametrize("version", VERSIONS)
def test_other_keys_of_a_holder_are_refused(version, info):
    element = written(version, confirmation=held(key=pair().private_key.public_key()))
    other = f'<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">{info}</KeyInfo>'
    for found in list(element.iter(parts.KEY_INFO)):
        found.getparent().replace(found, etree.fromstring(other))
    unread(element)


def test_an_elliptic_key_of_a_holder_is_refused():
    element = written("2.0", confirmation=held(key=pair().private_key.public_key()))
    der = base64.b64encode(certificates.make("elliptic", curve=True).der).decode()
    (info,) = element.iter(parts.KEY_INFO)
    info[0] = etree.fromstring(
        f'<X509Data xmlns="{DS}"><X509Certificate>{der}</X509Certificate></X509Data>'
    )
    assert "not understood" in unread(element)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bearer_holds_no_key(version):
    """A key beside `bearer` would have one reader ask for it and another one not."""
    public = pair().private_key.public_key()
    element = written(version, confirmation=held(key=public), method="", authenticated=None)
    if version == "1.1":
        one(element, "ConfirmationMethod").text = names.BEARER["1.1"]
    else:
        one(element, "SubjectConfirmation").set("Method", names.BEARER["2.0"])
    assert "confirmation of the subject" in unread(element)
