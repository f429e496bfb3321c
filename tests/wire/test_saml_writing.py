"""Assertions as AD FS writes them: order, names and spelling of both versions."""

import re

import pytest
from lxml import etree

from support import token_elements
from support.saml_tokens import (
    AUDIENCE,
    ISSUER,
    NOW,
    PROOF,
    VERSIONS,
    assertion,
    pair,
    signature_of,
    signed,
)
from xrm.wire import saml, xmldsig, xmlenc
from xrm.wire.saml import claim_types, names

SIGNATURE = """\
{p}ds:Signature
{p} ds:SignedInfo
{p}  ds:CanonicalizationMethod
{p}  ds:SignatureMethod
{p}  ds:Reference
{p}   ds:Transforms
{p}    ds:Transform
{p}    ds:Transform
{p}   ds:DigestMethod
{p}   ds:DigestValue
{p} ds:SignatureValue
{p} KeyInfo
{p}  X509Data
{p}   X509Certificate
""".format(p=" ")

SHAPE_11 = (
    """\
saml:Assertion
 saml:Conditions
  saml:AudienceRestrictionCondition
   saml:Audience
 saml:AttributeStatement
  saml:Subject
   saml:NameIdentifier
   saml:SubjectConfirmation
    saml:ConfirmationMethod
  saml:Attribute
   saml:AttributeValue
  saml:Attribute
   saml:AttributeValue
   saml:AttributeValue
  saml:Attribute
   saml:AttributeValue
 saml:AuthenticationStatement
  saml:Subject
   saml:NameIdentifier
   saml:SubjectConfirmation
    saml:ConfirmationMethod
"""
    + SIGNATURE
)

SHAPE_20 = (
    """\
Assertion
 Issuer
"""
    + SIGNATURE
    + """\
 Subject
  NameID
  SubjectConfirmation
 Conditions
  AudienceRestriction
   Audience
 AttributeStatement
  Attribute
   AttributeValue
  Attribute
   AttributeValue
   AttributeValue
  Attribute
   AttributeValue
 AuthnStatement
  AuthnContext
   AuthnContextClassRef
"""
)


def _shape(element: etree._Element, depth: int = 0) -> str:
    prefix = f"{element.prefix}:" if element.prefix else ""
    line = f"{' ' * depth}{prefix}{etree.QName(element).localname}\n"
    return line + "".join(_shape(child, depth + 1) for child in element)


def _one(element: etree._Element, name: str) -> etree._Element:
    (found,) = element.iter(f"{{*}}{name}")
    return found


@pytest.mark.parametrize(("version", "shape"), [("1.1", SHAPE_11), ("2.0", SHAPE_20)])
def test_the_elements_stand_in_the_order_of_ad_fs(version, shape):
    element = signed(version)
    assert _shape(element) == shape
    # Nothing is there but elements and their texts: some clients go by position.
    assert not any(part.tail or (len(part) and part.text) for part in element.iter())


def test_saml_1_1_states_everything_in_attributes():
    element = signed("1.1")
    assert list(element.attrib.items()) == [
        ("MajorVersion", "1"),
        ("MinorVersion", "1"),
        ("AssertionID", "_9e107d9d-372b-41c5-a2c0-d6f1f1e9d0a1"),
        ("Issuer", ISSUER),
        ("IssueInstant", "2027-01-15T08:00:00.542Z"),
    ]
    assert dict(_one(element, "Conditions").attrib) == {
        "NotBefore": "2027-01-15T08:00:00.542Z",
        "NotOnOrAfter": "2027-01-15T09:00:00.542Z",
    }
    assert _one(element, "Audience").text == AUDIENCE
    assert dict(_one(element, "AuthenticationStatement").attrib) == {
        "AuthenticationMethod": "urn:oasis:names:tc:SAML:1.0:am:password",
        "AuthenticationInstant": "2027-01-15T07:59:00.542Z",
    }
    name = next(element.iter("{*}NameIdentifier"))
    assert name.text == "alice"
    assert name.get("Format") == "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    method = next(element.iter("{*}ConfirmationMethod"))
    assert method.text == "urn:oasis:names:tc:SAML:1.0:cm:bearer"


def test_saml_2_0_states_who_issued_it_in_an_element():
    element = signed("2.0")
    assert dict(element.attrib) == {
        "ID": "_9e107d9d-372b-41c5-a2c0-d6f1f1e9d0a1",
        "IssueInstant": "2027-01-15T08:00:00.542Z",
        "Version": "2.0",
    }
    assert _one(element, "Issuer").text == ISSUER
    confirmation = _one(element, "SubjectConfirmation")
    assert dict(confirmation.attrib) == {"Method": "urn:oasis:names:tc:SAML:2.0:cm:bearer"}
    assert dict(_one(element, "AuthnStatement").attrib) == {
        "AuthnInstant": "2027-01-15T07:59:00.542Z"
    }
    assert _one(element, "AuthnContextClassRef").text == (
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
    )


@pytest.mark.parametrize(
    ("claim_type", "name", "namespace"),
    [
        (claim_types.UPN, "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"),
        (
            claim_types.PRIMARY_SID,
            "primarysid",
            "http://schemas.microsoft.com/ws/2008/06/identity/claims",
        ),
        (claim_types.ENTRA_UPN, "UPN", "http://schemas.xmlsoap.org/claims"),
        (
            claim_types.IMMUTABLE_ID,
            "ImmutableID",
            "http://schemas.microsoft.com/LiveID/Federation/2008/05",
        ),
        ("a/b", "b", "a"),
    ],
)
def test_saml_1_1_splits_the_claim_type_at_its_last_slash(claim_type, name, namespace):
    claims = (saml.Claim(claim_type, ("x",)),)
    element = signed("1.1", claims=claims)
    assert list(_one(element, "Attribute").attrib.items()) == [
        ("AttributeName", name),
        ("AttributeNamespace", namespace),
    ]
    assert _one(signed("2.0", claims=claims), "Attribute").attrib == {"Name": claim_type}


@pytest.mark.parametrize("claim_type", ["", "upn", "urn:claim:upn", "/upn", "http://x/"])
def test_a_claim_type_that_cannot_be_split_is_for_saml_2_0_only(claim_type):
    claims = (saml.Claim(claim_type, ("x",)),)
    with pytest.raises(saml.SamlError, match="namespace and a name"):
        token_elements.write(assertion("1.1", claims=claims))
    assert (
        _one(token_elements.write(assertion("2.0", claims=claims)), "Attribute").get("Name")
        == claim_type
    )


@pytest.mark.parametrize(
    ("method", "old", "new"),
    [
        (saml.PASSWORD, "urn:oasis:names:tc:SAML:1.0:am:password", "Password"),
        (saml.KERBEROS, "urn:ietf:rfc:1510", "Kerberos"),
        (saml.CERTIFICATE, "urn:oasis:names:tc:SAML:1.0:am:X509-PKI", "X509"),
        (saml.TLS_CLIENT, "urn:ietf:rfc:2246", "TLSClient"),
        (saml.UNSPECIFIED, "urn:oasis:names:tc:SAML:1.0:am:unspecified", "unspecified"),
    ],
)
def test_each_version_spells_a_way_of_authentication_its_own_way(method, old, new):
    new = f"urn:oasis:names:tc:SAML:2.0:ac:classes:{new}"
    for spelled in (method, old, new):
        stated = _one(signed("1.1", method=spelled), "AuthenticationStatement")
        assert stated.get("AuthenticationMethod") == old
        assert _one(signed("2.0", method=spelled), "AuthnContextClassRef").text == new


@pytest.mark.parametrize("version", VERSIONS)
def test_another_way_of_authentication_is_written_as_it_is(version):
    for method in (
        saml.WINDOWS,
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    ):
        element = token_elements.write(assertion(version, method=method))
        assert method in etree.tostring(element).decode()
        assert saml.read(element).method == method


@pytest.mark.parametrize("version", VERSIONS)
def test_a_symmetric_key_is_written_for_the_relying_party_alone(version):
    held = saml.Confirmation(kind="holder-of-key", secret=PROOF, certificate=pair("party").der)
    element = signed(version, confirmation=held)
    keys = list(element.iter("{*}EncryptedKey"))
    assert len(keys) == (2 if version == "1.1" else 1)
    for key in keys:
        assert key.prefix == "e"
        assert xmlenc.decrypt_key(key, pair("party").private_key) == PROOF
        assert key.getparent().tag == f"{{{xmldsig.DS}}}KeyInfo"
        assert etree.QName(key.getparent().getparent()).localname == (
            "SubjectConfirmation" if version == "1.1" else "SubjectConfirmationData"
        )
    assert PROOF.hex() not in repr(held)
    if version == "1.1":
        assert next(element.iter("{*}ConfirmationMethod")).text == names.HOLDER_OF_KEY["1.1"]
    else:
        data = _one(element, "SubjectConfirmationData")
        assert data.get(f"{{{names.INSTANCE}}}type") == "KeyInfoConfirmationDataType"
        assert data.getparent().get("Method") == names.HOLDER_OF_KEY["2.0"]


def test_saml_2_0_bounds_where_a_token_may_be_presented():
    bounds = saml.Confirmation(recipient=AUDIENCE, not_on_or_after=NOW + 300)
    data = _one(signed("2.0", confirmation=bounds), "SubjectConfirmationData")
    assert dict(data.attrib) == {
        "NotOnOrAfter": "2027-01-15T08:05:00.542Z",
        "Recipient": AUDIENCE,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_subject_without_a_name_has_none(version):
    element = signed(version, name_id="", name_format="")
    assert list(element.iter("{*}NameIdentifier", "{*}NameID")) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_only_what_is_known_is_stated(version):
    claims_only = signed(version, method="", authenticated=None)
    assert list(claims_only.iter("{*}AuthenticationStatement", "{*}AuthnStatement")) == []
    sign_in_only = signed(version, claims=())
    assert list(sign_in_only.iter("{*}AttributeStatement")) == []
    with pytest.raises(saml.SamlError, match="states nothing"):
        token_elements.write(assertion(version, claims=(), method=""))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "changes",
    [
        {"claims": (saml.Claim(claim_types.UPN, ()),)},
        {"claims": (saml.Claim(claim_types.UPN, ("a\x00b",)),)},
        {"claims": (saml.Claim("http://x/\x01", ("a",)),)},
        {"name_id": "a\x0bb"},
        {"issuer": "\ufffe"},
        {"audiences": ("\ud800",)},
        {"confirmation": saml.Confirmation(kind="holder-of-key")},
        {"confirmation": saml.Confirmation(kind="holder-of-key", secret=PROOF)},
    ],
)
def test_what_cannot_be_written_is_refused(version, changes):
    with pytest.raises(saml.SamlError):
        token_elements.write(assertion(version, **changes))


@pytest.mark.parametrize("version", VERSIONS)
def test_no_text_gets_out_of_its_place(version):
    hostile = "</saml:AttributeValue><x a='\"'>]]>&amp;<!--"
    changes = {
        "issuer": hostile,
        "audiences": (hostile,),
        "name_id": hostile,
        "claims": (saml.Claim(f"http://x/{hostile.replace('/', '')}", (hostile, "", " x\r\n\t")),),
    }
    covered = xmldsig.verify_enveloped(signed(version, **changes), certificates=[pair().der])
    assert saml.read(covered) == assertion(version, **changes)


@pytest.mark.parametrize("moment", [0.0, 1.0, 0.9999, 1_800_000_000.557, 4_102_444_799.999])
def test_times_are_kept_to_milliseconds(moment):
    text = signed("1.1", authenticated=moment)[2].get("AuthenticationInstant")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert saml.read(
        token_elements.write(assertion(authenticated=moment))
    ).authenticated == pytest.approx(moment, abs=0.001)


def test_the_signature_is_not_where_a_1_1_reader_would_not_look():
    assert signature_of(signed("1.1")).getnext() is None
    assert signature_of(signed("2.0")).getprevious().tag.endswith("}Issuer")
