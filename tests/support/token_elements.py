"""Tokens as elements, for tests that take them apart: `xrm.wire` writes them as text."""

from typing import Any

from lxml import etree

from xrm.wire import saml, xmldsig, xmlenc


def text(element: etree._Element) -> str:
    """Return an element as it is sent, without what follows it."""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def write(assertion: saml.Assertion) -> etree._Element:
    """Return an assertion without a signature."""
    return etree.fromstring(saml.write(assertion))


def sign(assertion: saml.Assertion, **by: Any) -> etree._Element:
    """Return an assertion signed by `key`, with its `certificate`."""
    return etree.fromstring(saml.sign(assertion, **by))


def sign_element(element: etree._Element, *, at: int, **by: Any) -> None:
    """Sign an element whatever it is, by the members of `sign_enveloped`, as its child `at`."""
    canonical = etree.tostring(element, method="c14n", exclusive=True).decode()
    element.insert(at, etree.fromstring(xmldsig.sign_enveloped(canonical, **by)))


def encrypt(element: etree._Element, certificate: bytes, **form: Any) -> etree._Element:
    """Return the EncryptedData of an element."""
    return etree.fromstring(xmlenc.encrypt(text(element), certificate, **form))


def encrypt_key(secret: bytes, certificate: bytes) -> etree._Element:
    """Return the EncryptedKey of a key."""
    return etree.fromstring(xmlenc.encrypt_key(secret, certificate))[0]
