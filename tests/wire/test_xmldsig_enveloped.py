"""Signatures within what they cover: what is accepted, and every form that is not."""

import base64
import copy

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support import certificates, saml_tokens
from support.saml_tokens import (
    DS,
    ENVELOPED,
    EXCLUSIVE,
    UPN,
    VERSIONS,
    arrived,
    assertion,
    computed,
    pair,
    signature_of,
    signed,
    template,
)
from xrm.wire import saml, xml, xmldsig

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
TRANSFORM = (
    "The transforms of the reference are not accepted.",
    "An algorithm of the signature is not accepted.",
)
KEPT = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="%s"/>'


def verified(element: etree._Element) -> etree._Element:
    return xmldsig.verify_enveloped(element, certificates=[pair().der])


def refused(element: etree._Element) -> str:
    with pytest.raises(xmldsig.SignatureError) as caught:
        verified(element)
    return str(caught.value)


def unsigned(**changes: object) -> etree._Element:
    return saml.write(assertion(**changes))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_signed_is_returned_without_its_signature(version):
    element = signed(version)
    covered = verified(element)
    assert covered.getroottree().getroot() is covered
    assert covered.getparent() is None
    assert list(covered.iter(f"{{{DS}}}Signature")) == []
    assert saml.read(covered) == assertion(version)
    # What was given stays as it was.
    assert len(list(element.iter(f"{{{DS}}}Signature"))) == 1


def test_one_of_several_certificates_will_do():
    others = [pair("former").der, pair().der, pair("next").der]
    assert xmldsig.verify_enveloped(signed(), certificates=others).get("Issuer")
    for wrong in ([], [pair("former").der], [pair("former").der, pair("next").der]):
        with pytest.raises(xmldsig.SignatureError, match="none of the keys"):
            xmldsig.verify_enveloped(signed(), certificates=wrong)


def test_a_certificate_that_was_agreed_on_counts_whatever_its_dates():
    old = certificates.make("old", last=certificates.FIRST_DAY.replace(year=2021))
    element = saml.write(assertion())
    xmldsig.sign_enveloped(
        element,
        key=old.private_key,
        certificate=old.der,
        reference=element.get("AssertionID"),
        at=len(element),
    )
    xmldsig.verify_enveloped(arrived(element), certificates=[old.der])


def test_a_certificate_without_an_rsa_key_verifies_nothing():
    elliptic = certificates.make("elliptic", curve=True)
    with pytest.raises(xmldsig.SignatureError):
        xmldsig.verify_enveloped(signed(), certificates=[elliptic.der])


@pytest.mark.parametrize("version", VERSIONS)
def test_prefixes_of_what_is_around_it_change_nothing(version):
    text = etree.tostring(signed(version)).decode()
    around = (
        f'<s:Header xmlns:s="urn:s" xmlns:x="urn:x" xmlns="urn:default" x:a="1">{text}</s:Header>'
    )
    document = xml.parse(around.encode())
    assert saml.read(verified(document[0])) == assertion(version)


def test_metadata_is_signed_the_same_way():
    root = etree.fromstring('<EntityDescriptor xmlns="urn:m" ID="_1"><a>1</a></EntityDescriptor>')
    xmldsig.sign_enveloped(
        root, key=pair().private_key, certificate=pair().der, reference="_1", at=0
    )
    document = arrived(root)
    assert document[0].tag == f"{{{DS}}}Signature"
    assert verified(document)[0].text == "1"
    document[1].text = "2"
    refused(document)


def test_prefixes_that_the_element_has_for_signatures_do_no_harm():
    root = etree.fromstring(f'<m xmlns="urn:m" xmlns:x="{DS}" ID="_1"><x:KeyName>k</x:KeyName></m>')
    xmldsig.sign_enveloped(
        root, key=pair().private_key, certificate=pair().der, reference="_1", at=1
    )
    for element in (root, arrived(root)):
        assert verified(element)[0].text == "k"


def test_what_xmlsec_signs_is_accepted():
    assert verified(computed(template(unsigned()))).get("AssertionID")


def _changed(element: etree._Element) -> None:
    next(value for value in element.iter("{*}AttributeValue") if value.text == UPN).text = "eve"


def _attribute(element: etree._Element) -> None:
    element.set("Issuer", "http://other/")


def _added(element: etree._Element) -> None:
    etree.SubElement(element[1], "{urn:x}more")


def _stripped(element: etree._Element) -> None:
    element.remove(signature_of(element))


def _emptied(element: etree._Element) -> None:
    del signature_of(element)[:]


def _twice(element: etree._Element) -> None:
    element.append(signature_of(saml_tokens.signed()))


def _twice_within(element: etree._Element) -> None:
    element[1].append(signature_of(saml_tokens.signed()))


def _moved(element: etree._Element) -> None:
    element[0].append(signature_of(element))


def _digest(element: etree._Element) -> None:
    value = next(element.iter(f"{{{DS}}}DigestValue"))
    value.text = "A" + (value.text or "")[1:] if (value.text or "")[0] != "A" else "B"


def _two_references(element: etree._Element) -> None:
    info = signature_of(element)[0]
    info.append(arrived(info[2]))


def _no_reference(element: etree._Element) -> None:
    info = signature_of(element)[0]
    info.remove(info[2])


def _value(text: str):
    def change(element: etree._Element) -> None:
        signature_of(element)[1].text = text

    return change


def _huge_digest(element: etree._Element) -> None:
    next(element.iter(f"{{{DS}}}DigestValue")).text = "A" * 1_000_000


def _object(element: etree._Element) -> None:
    etree.SubElement(signature_of(element), f"{{{DS}}}Object")


def _object_instead_of_key_info(element: etree._Element) -> None:
    signature = signature_of(element)
    signature.remove(signature[2])
    etree.SubElement(signature, f"{{{DS}}}Object")


def _other_id(element: etree._Element) -> None:
    element.set("AssertionID", "_other")


def _no_id(element: etree._Element) -> None:
    del element.attrib["AssertionID"]


def _second_id(element: etree._Element) -> None:
    element.set("ID", "_second")


def _id_with_a_quote(element: etree._Element) -> None:
    element.set("AssertionID", "a' or '1'='1")
    next(element.iter(f"{{{DS}}}Reference")).set("URI", "#a' or '1'='1")


def _in_a_value(element: etree._Element) -> None:
    etree.SubElement(signature_of(element)[1], "x")


def _more_in_the_reference(element: etree._Element) -> None:
    etree.SubElement(signature_of(element)[0][2], f"{{{DS}}}Manifest")


def _more_in_the_information(element: etree._Element) -> None:
    signature_of(element)[0].insert(0, etree.Element(f"{{{DS}}}Manifest"))


def _text_in_a_method(element: etree._Element) -> None:
    signature_of(element)[0][1].text = "x"


DIFFERENT = "none of the keys"
ONE = "Exactly one signature"
PARTS = "The signature has not the parts"
COUNT = "too many references, or none"
VALUE = "base64 of a plausible length"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_changed, DIFFERENT),
        (_attribute, DIFFERENT),
        (_added, DIFFERENT),
        (_digest, DIFFERENT),
        (_value("AAAA"), DIFFERENT),
        (_stripped, ONE),
        (_twice, ONE),
        (_twice_within, ONE),
        (_moved, ONE),
        (_emptied, PARTS),
        (_object, PARTS),
        (_object_instead_of_key_info, PARTS),
        (_more_in_the_information, PARTS),
        (_more_in_the_reference, "The reference has not the parts"),
        (_two_references, COUNT),
        (_no_reference, COUNT),
        (_text_in_a_method, "algorithm"),
        (_in_a_value, VALUE),
        (_value(""), VALUE),
        (_value("not base64!"), VALUE),
        (_value("=AAA"), VALUE),
        (_value("A" * 1_000_000), VALUE),
        (_huge_digest, VALUE),
        (_other_id, "refers to another element"),
        (_no_id, "one id"),
        (_second_id, "one id"),
        (_id_with_a_quote, "id of the signed element is not valid"),
    ],
)
def test_a_signature_that_was_tampered_with_is_refused(change, reason):
    element = signed()
    verified(element)
    change(element)
    assert reason in refused(element)
    assert reason in refused(arrived(element))


@pytest.mark.parametrize("name", ["Id", "ID", "AssertionID", "id", "{urn:u}Id", "{urn:u}RequestID"])
@pytest.mark.parametrize("inside", [True, False])
def test_an_id_that_stands_twice_is_refused(name, inside):
    root = etree.Element("root")
    token = signed()
    root.append(token)
    other = etree.SubElement(token[1] if inside else root, "{urn:u}other")
    other.set(name, token.get("AssertionID"))
    assert "several" in refused(token)


@pytest.mark.parametrize(
    "form",
    [
        {"method": f"{DS}rsa-sha1"},
        {"method": f"{MORE}rsa-sha384"},
        {"method": f"{MORE}rsa-sha512"},
        {"method": f"{MORE_2007}sha256-rsa-MGF1"},
        {"digest": f"{DS}sha1"},
        {"digest": "http://www.w3.org/2001/04/xmlenc#sha512"},
        {"canonical": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
        {"canonical": f"{EXCLUSIVE}WithComments"},
        {"transforms": (ENVELOPED,)},
        {"transforms": (ENVELOPED, ENVELOPED, EXCLUSIVE)},
        {"transforms": (ENVELOPED, f"{EXCLUSIVE}WithComments")},
        {"transforms": (ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")},
        {"transforms": (ENVELOPED, "http://www.w3.org/2006/12/xml-c14n11")},
        {"address": ""},
        {"address": "#xpointer(/)"},
        {"address": "#xpointer(id('_9e107d9d-372b-41c5-a2c0-d6f1f1e9d0a1'))"},
        {
            "transforms": (
                '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
                "<XPath>not(ancestor-or-self::*[local-name()='Signature'])</XPath></Transform>",
                EXCLUSIVE,
            )
        },
        {
            "transforms": (
                ENVELOPED,
                f'<Transform Algorithm="{EXCLUSIVE}">{KEPT % "saml"}</Transform>',
            )
        },
        {
            "transforms": (
                ENVELOPED,
                f'<Transform Algorithm="{EXCLUSIVE}">{KEPT % "#default"}</Transform>',
            )
        },
    ],
    ids=lambda form: next(iter(form.values())) if isinstance(form, dict) else None,
)
def test_a_genuine_signature_of_another_form_is_refused(form):
    element = computed(template(unsigned(), **form))
    assert "none of the keys" not in refused(element)


@pytest.mark.parametrize(
    "transform",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        f"{DS}base64",
        "http://www.w3.org/2002/07/decrypt#XML",
        "urn:unknown",
    ],
)
def test_other_transforms_are_refused_before_they_run(transform):
    for transforms in (
        (EXCLUSIVE, ENVELOPED),
        (transform,),
        (ENVELOPED, transform),
        (transform, EXCLUSIVE),
        (ENVELOPED, EXCLUSIVE, transform),
    ):
        element = template(unsigned(), transforms=transforms)
        for empty in ("DigestValue", "SignatureValue"):
            next(element.iter(f"{{{DS}}}{empty}")).text = "AAAA"
        assert refused(element) in TRANSFORM


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "file:///etc/passwd", "x.xml"])
def test_nothing_is_fetched(address):
    element = signed()
    next(element.iter(f"{{{DS}}}Reference")).set("URI", address)
    assert "same document" in refused(element)


def test_a_reference_without_an_address_is_refused():
    element = signed()
    del next(element.iter(f"{{{DS}}}Reference")).attrib["URI"]
    assert "same document" in refused(element)


@pytest.mark.parametrize("place", [0, 1])
def test_a_canonical_form_with_parameters_is_refused(place):
    element = signed()
    method = signature_of(element)[0][place]
    method.append(etree.fromstring(KEPT % "saml"))
    assert "Parameters" in refused(element)


def test_another_key_is_refused():
    wrong = pair("stranger")
    element = unsigned()
    xmldsig.sign_enveloped(
        element,
        key=wrong.private_key,
        certificate=pair().der,
        reference=element.get("AssertionID"),
        at=len(element),
    )
    assert "none of the keys" in refused(arrived(element))


def _key_infos() -> list[str]:
    stranger = pair("stranger")
    numbers = stranger.private_key.public_key().public_numbers()
    modulus, exponent = (
        base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
        for number in (numbers.n, numbers.e)
    )
    der = base64.b64encode(stranger.der).decode()
    return [
        f"<X509Data><X509Certificate>{der}</X509Certificate></X509Data>",
        f"<KeyValue><RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>{exponent}</Exponent>"
        "</RSAKeyValue></KeyValue>",
        '<RetrievalMethod URI="http://127.0.0.1:9/key"/>',
        '<RetrievalMethod URI="file:///etc/passwd" Type="http://www.w3.org/2000/09/xmldsig#X509Data"/>',
        "<KeyName>stranger</KeyName>",
        "<X509Data><X509Certificate>not base64</X509Certificate></X509Data>",
        f"<X509Data><X509Certificate>{'A' * 100_000}</X509Certificate></X509Data>",
        "",
    ]


@pytest.mark.parametrize("info", _key_infos(), ids=range(len(_key_infos())))
def test_the_key_info_neither_makes_nor_breaks_a_signature(info):
    inner = etree.fromstring(f'<KeyInfo xmlns="{DS}">{info}</KeyInfo>')
    genuine = signed()
    signature_of(genuine)[2] = copy.deepcopy(inner)
    assert saml.read(verified(genuine)) == assertion()
    forged = computed(template(unsigned()), saml_tokens.key_of(pair("stranger")))
    signature_of(forged).append(inner)
    assert "none of the keys" in refused(forged)


@pytest.mark.parametrize("method", [f"{DS}hmac-sha1", f"{MORE}hmac-sha256"])
def test_hmac_with_the_public_key_as_its_secret_is_refused(method):
    public = pair().private_key.public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        pair().certificate_pem,
        pair().der,
    ):
        key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, secret)
        assert "algorithm" in refused(computed(template(unsigned(), method=method), key))


UPN_LONG = f"{UPN}.evil.example"
LONG = (saml.Claim(saml.claim_types.UPN, (UPN_LONG,)),)


@pytest.mark.parametrize(
    "spelled",
    [
        f"{UPN}<!-- -->.evil.example",
        f"<!---->{UPN}<!-- x --><!-- y -->.evil.example",
        f"{UPN}<![CDATA[.evil.example]]>",
        f"<![CDATA[{UPN}]]>.evil.example",
        UPN_LONG.replace(".", "&#46;"),
    ],
)
def test_a_value_is_read_as_it_was_signed_however_it_is_spelled(spelled):
    text = etree.tostring(signed(claims=LONG)).decode()
    document = xml.parse(text.replace(f">{UPN_LONG}<", f">{spelled}<").encode())
    assert saml.read(verified(document)).claims == LONG


@pytest.mark.parametrize("inserted", ["<!-- -->", "<?x y?>"])
@pytest.mark.parametrize("at", ["alice@", "<ds:SignedInfo>", "<saml:Audience>"])
def test_comments_and_instructions_are_refused_where_nobody_took_them_out(inserted, at):
    text = etree.tostring(signed(claims=LONG)).decode()
    element = etree.fromstring(text.replace(at, f"{at}{inserted}"))
    assert "Comments" in refused(element)


def test_an_entity_is_refused():
    text = etree.tostring(signed(claims=LONG)).decode().replace(UPN_LONG, "&x;")
    document = f'<!DOCTYPE a [<!ENTITY x "{UPN_LONG}">]>{text}'
    with pytest.raises(xml.XmlError):
        xml.parse(document.encode())
    assert "Comments" in refused(
        etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    )


def test_an_element_taken_out_of_its_document_is_refused():
    root = etree.Element("root")
    token = signed()
    root.append(token)
    root.remove(token)
    inner = etree.SubElement(root, "evil")
    inner.set("AssertionID", token.get("AssertionID"))
    assert "stands for another one" in refused(token)
