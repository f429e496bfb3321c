"""Signature wrapping: a genuine token is in the message, and something else is shown as it."""

import copy

import pytest
from lxml import etree

from support.saml_tokens import DS, EVIL, UPN, VERSIONS, arrived, pair, signature_of, signed
from xrm.wire import saml, xmldsig

NAMES = {"1.1": "AssertionID", "2.0": "ID"}


def _evil(version: saml.Version) -> etree._Element:
    """Return a copy of the genuine token that is unsigned and about somebody else."""
    element = signed(version)
    element.remove(signature_of(element))
    for value in element.iter("{*}AttributeValue"):
        if value.text == UPN:
            value.text = EVIL
    return element


def _bare(genuine: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return a genuine token without its signature, and the signature."""
    signature = signature_of(genuine)
    genuine.remove(signature)
    return genuine, signature


def _part(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")


def _in_an_object(root, genuine, evil):
    bare, signature = _bare(genuine)
    etree.SubElement(signature, f"{{{DS}}}Object").append(bare)
    evil.append(signature)
    root.append(evil)


def _whole_in_an_object(root, genuine, evil):
    signature = copy.deepcopy(signature_of(genuine))
    etree.SubElement(signature, f"{{{DS}}}Object").append(genuine)
    evil.append(signature)
    root.append(evil)


def _in_the_advice(root, genuine, evil):
    _part(evil, "Advice").append(genuine)
    root.append(evil)


def _in_the_advice_signature_moved(root, genuine, evil):
    bare, signature = _bare(genuine)
    _part(evil, "Advice").append(bare)
    evil.append(signature)
    root.append(evil)


def _in_extensions_of_the_message(root, genuine, evil):
    etree.SubElement(root, "Extensions").append(genuine)
    root.append(evil)


def _sibling_evil_first(root, genuine, evil):
    root.extend((evil, genuine))


def _sibling_evil_last(root, genuine, evil):
    root.extend((genuine, evil))


def _sibling_signature_moved(root, genuine, evil):
    bare, signature = _bare(genuine)
    evil.append(signature)
    root.extend((evil, bare))


def _sibling_signature_copied(root, genuine, evil):
    evil.append(copy.deepcopy(signature_of(genuine)))
    root.extend((evil, genuine))


def _evil_is_the_parent(root, genuine, evil):
    evil.append(genuine)
    root.append(evil)


def _evil_is_the_parent_signature_moved(root, genuine, evil):
    bare, signature = _bare(genuine)
    evil.append(signature)
    evil.append(bare)
    root.append(evil)


def _evil_is_the_child(root, genuine, evil):
    genuine[-1].append(evil)
    root.append(genuine)


def _evil_in_the_signature(root, genuine, evil):
    signature_of(genuine)[2].append(evil)
    root.append(genuine)


def _signature_beside_both(root, genuine, evil):
    bare, signature = _bare(genuine)
    root.extend((evil, signature, bare))


POSITIONS = [
    _in_an_object,
    _whole_in_an_object,
    _in_the_advice,
    _in_the_advice_signature_moved,
    _in_extensions_of_the_message,
    _sibling_evil_first,
    _sibling_evil_last,
    _sibling_signature_moved,
    _sibling_signature_copied,
    _evil_is_the_parent,
    _evil_is_the_parent_signature_moved,
    _evil_is_the_child,
    _evil_in_the_signature,
    _signature_beside_both,
]


@pytest.mark.parametrize("same_id", [True, False])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("wrap", POSITIONS, ids=lambda wrap: wrap.__name__.strip("_"))
def test_what_is_wrapped_is_never_taken_for_what_was_signed(wrap, version, same_id):
    genuine, evil = signed(version), _evil(version)
    if not same_id:
        evil.set(NAMES[version], "_evil")
    root = etree.Element("Envelope")
    wrap(root, genuine, evil)
    tokens = list(arrived(root).iter("{*}Assertion"))
    assert len(tokens) == 2
    for token in tokens:
        _judge(token)


def _judge(token: etree._Element) -> None:
    """A token that passes is the genuine one, alone."""
    try:
        covered = xmldsig.verify_enveloped(token, certificates=[pair().der])
    except xmldsig.SignatureError:
        return
    texts = {value.text for value in covered.iter("{*}AttributeValue")}
    assert UPN in texts
    assert EVIL not in texts
    assert UPN in saml.read(covered).values(saml.claim_types.UPN)


def test_the_genuine_token_beside_another_one_still_counts():
    """Or else the test above would prove nothing."""
    root = etree.Element("Envelope")
    evil = _evil("1.1")
    evil.set("AssertionID", "_evil")
    root.extend((evil, signed()))
    first, second = arrived(root)
    with pytest.raises(xmldsig.SignatureError):
        xmldsig.verify_enveloped(first, certificates=[pair().der])
    assert saml.read(xmldsig.verify_enveloped(second, certificates=[pair().der])).id
