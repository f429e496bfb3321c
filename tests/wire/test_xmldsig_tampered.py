"""Signatures within what they cover, changed after they were made: none is accepted."""

import pytest
from lxml import etree

from support import saml_tokens
from support.saml_tokens import DS, UPN, arrived, refused, signature_of, signed, verified


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
