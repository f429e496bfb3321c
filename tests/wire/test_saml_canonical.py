"""Assertions are written in the canonical form: lxml's own is held against what was signed."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from support import token_elements
from support.saml_tokens import DS, NOW, PROOF, VERSIONS, assertion, pair, signature_of, verified
from xrm.wire import saml
from xrm.wire.saml import claim_types
from xrm.wire.xmldsig import canonical

NASTY = [
    "plain",
    "a & b < c > d \"e\" 'f'",
    "&amp; &lt; &#13; ]]>",
    "tab\there, line\nhere, return\rhere, both\r\nhere",
    "\t\n\r",
    " blank at either end ",
    "äöü ſ K é e\u0301 \u00a0 \u2028 \u200b \ufeff",
    "\U0001f600 and \U0010fffd",
    "\x7f\x80\x85\x9f",
    "\ud7ff\ue000\ufffd",
    "",
]
BOUNDS = saml.Confirmation(recipient="https://x/?a=1&b=<2>\t", not_on_or_after=NOW + 300)
HOLDERS = {
    "bearer": saml.Confirmation(),
    "bounds": BOUNDS,
    "secret": saml.Confirmation(
        kind="holder-of-key", secret=PROOF, certificate=pair("party & <co>").der
    ),
    "key": saml.Confirmation(kind="holder-of-key", key=pair("holder").private_key.public_key()),
}


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _check(made: saml.Assertion) -> None:
    """Compare what was signed with what lxml says is to be signed, and read it back."""
    element = token_elements.sign(made, key=pair().private_key, certificate=pair().der)
    signature = signature_of(element)
    signed_info = _canonical(signature[0])
    signed = base64.b64decode(signature[1].text or "")
    pair().private_key.public_key().verify(signed, signed_info, PKCS1v15(), hashes.SHA256())
    digest = signature.findtext(f".//{{{DS}}}DigestValue") or ""
    element.remove(signature)
    assert base64.b64decode(digest) == hashlib.sha256(_canonical(element)).digest()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_every_text_is_signed_as_it_is_written(version, nasty):
    members = {
        "issuer": f"http://{nasty}",
        "audiences": (nasty, f"x{nasty}"),
        "name_id": nasty,
        "name_format": nasty,
        "claims": (
            saml.Claim(claim_types.UPN, (nasty, f"{nasty}2")),
            saml.Claim(f"urn:{nasty}/{nasty}x", ("1",)),
        ),
        "method": f"urn:{nasty}",
    }
    made = assertion(version, **members)
    _check(made)
    element = token_elements.sign(made, key=pair().private_key, certificate=pair().der)
    values = [value.text or "" for value in verified(element).iter("{*}AttributeValue")]
    assert values == [nasty, f"{nasty}2", "1"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("holder", HOLDERS)
def test_every_confirmation_is_signed_as_it_is_written(version, holder):
    _check(assertion(version, confirmation=HOLDERS[holder]))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_said_is_not_missed(version):
    _check(assertion(version, claims=()))
    _check(assertion(version, method="", authenticated=None))
    _check(assertion(version, audiences=()))
    _check(assertion(version, name_id=""))


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_texts_and_attributes_are_those_of_the_canonical_form(nasty):
    element = etree.Element("a", {"b": nasty})
    element.text = nasty
    written = f'<a b="{canonical.attribute(nasty)}">{canonical.text(nasty)}</a>'
    assert written.encode() == _canonical(element)


@pytest.mark.parametrize("never", ["\0", "\x08", "\x0b", "\x1f", "\ud800", "\uffff"])
@pytest.mark.parametrize("around", ["", "alice", "&"])
def test_what_xml_has_not_is_not_written(never, around):
    for write in (canonical.text, canonical.attribute):
        with pytest.raises(ValueError, match="cannot stand in XML"):
            write(f"{around}{never}{around}")
    for version in VERSIONS:
        for changes in (
            {"claims": (saml.Claim(claim_types.UPN, (never,)),)},
            {"issuer": never},
            {"audiences": (never,)},
            {"name_id": never},
        ):
            with pytest.raises(saml.SamlError):
                saml.write(assertion(version, **changes))
