"""Signatures within what they cover: what is accepted, and which forms are not."""

import base64
import copy

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support import certificates, saml_tokens, token_elements
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
    refused,
    signature_of,
    signed,
    template,
    verified,
    written,
)
from xrm.wire import saml, xml, xmldsig

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
TRANSFORM = (
    "The transforms of the reference are not accepted.",
    "An algorithm of the signature is not accepted.",
)
KEPT = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="%s"/>'


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
    element = token_elements.write(assertion())
    token_elements.sign_element(
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
    token_elements.sign_element(
        root, key=pair().private_key, certificate=pair().der, reference="_1", at=0
    )
    document = arrived(root)
    assert document[0].tag == f"{{{DS}}}Signature"
    assert verified(document)[0].text == "1"
    document[1].text = "2"
    refused(document)


def test_prefixes_that_the_element_has_for_signatures_do_no_harm():
    start, end = f'<m xmlns="urn:m" xmlns:x="{DS}" ID="_1">', "<x:KeyName>k</x:KeyName></m>"
    whole = etree.fromstring(start + end)
    canonical = etree.tostring(whole, method="c14n", exclusive=True).decode()
    signature = xmldsig.sign_enveloped(
        canonical, key=pair().private_key, certificate=pair().der, reference="_1"
    )
    assert verified(xml.parse(f"{start}{signature}{end}".encode()))[0].text == "k"


def test_what_xmlsec_signs_is_accepted():
    assert verified(computed(template(written()))).get("AssertionID")


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
    element = computed(template(written(), **form))
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
        element = template(written(), transforms=transforms)
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
    element = written()
    token_elements.sign_element(
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
    forged = computed(template(written()), saml_tokens.key_of(pair("stranger")))
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
        assert "algorithm" in refused(computed(template(written(), method=method), key))


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
